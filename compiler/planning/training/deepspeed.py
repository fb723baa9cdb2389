"""The DeepSpeed configuration of a plan, complete: nothing in it is left to be decided at run time.

Sources: https://www.deepspeed.ai/docs/config-json/; the shapes follow the configurations that LLaMA-Factory ships.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.planning.training.values import Precision
from compiler.planning.training.zero import LIVE, Zero


class Run(NamedTuple):
    """What a configuration says besides the strategy."""

    micro_batch: int
    accumulation: int
    world: int
    clipping: float
    precision: Precision
    optimizer: str
    hidden: int
    adapter_rate: float | None = None
    """Learning rate of adapters, where the configuration is to have their optimizer."""

    weight_decay: float = 0.0


def config_of(zero: Zero, run: Run) -> dict[str, Any]:
    """The whole configuration of a strategy."""
    tested = run.optimizer == "adamw_torch" or not zero.stage
    return {
        "train_batch_size": run.micro_batch * run.accumulation * run.world,
        "train_micro_batch_size_per_gpu": run.micro_batch,
        "gradient_accumulation_steps": run.accumulation,
        "gradient_clipping": run.clipping,
        **({} if tested else {"zero_allow_untested_optimizer": True}),
        **precision_block(run.precision),
        **optimizer_block(zero, run),
        "zero_optimization": zero_block(zero, run.hidden),
    }


def precision_block(precision: Precision) -> dict[str, Any]:
    """The block of a number format; none for 32 bit. fp16 begins with a loss scale of 2^16 and halves it as needed."""
    if precision == "bf16":
        return {"bf16": {"enabled": True}}
    if precision == "fp32":
        return {}
    return {
        "fp16": {
            "enabled": True,
            "loss_scale": 0,
            "loss_scale_window": 1000,
            "initial_scale_power": 16,
            "hysteresis": 2,
            "min_loss_scale": 1,
        }
    }


def optimizer_block(zero: Zero, run: Run) -> dict[str, Any]:
    """The optimizer of adapters; else none, and the trainer makes its own.

    The trainer's has a second group of parameters, those without weight decay, which is empty with adapters. DeepSpeed 0.19
    drops it, and the learning rate schedule of PyTorch from 2.10 on, which counts the groups, stops at the first step.
    """
    if run.adapter_rate is None or run.optimizer != "adamw_torch":
        return {}
    params: dict[str, Any] = {
        "lr": float(run.adapter_rate), "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": float(run.weight_decay),
    }  # fmt: skip
    # PyTorch's has no kernels to build; in main memory it has to be DeepSpeed's.
    if not zero.offload_optimizer:
        params["torch_adam"] = True
    return {"optimizer": {"type": "AdamW", "params": params}}


def with_rates(config: Mapping[str, Any], rate: float, decay: float) -> dict[str, Any]:
    """A configuration that has an optimizer, with another learning rate and weight decay of it."""
    optimizer = config["optimizer"]
    params = {**optimizer["params"], "lr": rate, "weight_decay": decay}
    return {**config, "optimizer": {**optimizer, "params": params}}


def zero_block(zero: Zero, hidden: int) -> dict[str, Any]:
    """The block of a ZeRO stage. Communication does not overlap: it would double the buckets."""
    if zero.stage == 0:
        return {"stage": 0}
    if zero.stage < 3:
        return {
            "stage": zero.stage,
            **({"offload_optimizer": _to_host()} if zero.offload_optimizer else {}),
            "allgather_partitions": True,
            "allgather_bucket_size": zero.gather_bucket,
            "reduce_scatter": True,
            "reduce_bucket_size": zero.reduce_bucket,
            "overlap_comm": False,
            "contiguous_gradients": True,
            "round_robin_gradients": True,
        }
    return {
        "stage": 3,
        **({"offload_optimizer": _to_host()} if zero.offload_optimizer else {}),
        **({"offload_param": _to_host()} if zero.offload_parameters else {}),
        "overlap_comm": False,
        "contiguous_gradients": True,
        "sub_group_size": zero.group,
        "reduce_bucket_size": zero.reduce_bucket,
        "stage3_prefetch_bucket_size": zero.gather_bucket,
        "stage3_param_persistence_threshold": 10 * hidden,
        "stage3_max_live_parameters": zero.live,
        "stage3_max_reuse_distance": LIVE,
        "stage3_gather_16bit_weights_on_model_save": True,
    }


def completed_config(given: Mapping[str, Any], zero: Zero, run: Run) -> dict[str, Any]:
    """A literal configuration with what it leaves open: batch sizes, precision, clipping, buckets, every `auto`.

    What is given stays as it is and in its order; what is missing is added at the end.
    """
    full = config_of(zero, run)
    result = {key: _filled(value, full.get(key)) for key, value in given.items()}
    for name in ("bf16", "fp16"):
        if isinstance(result.get(name), dict) and result[name].get("enabled", "auto") == "auto":
            result[name]["enabled"] = run.precision == name
    for key, value in full.items():
        result.setdefault(key, value)
    block = result["zero_optimization"]
    for key in (
        () if zero.stage == 0 else ("allgather_bucket_size", "reduce_bucket_size", "stage3_prefetch_bucket_size")
    ):
        if key in full["zero_optimization"]:
            block.setdefault(key, full["zero_optimization"][key])
    return result


def _filled(value: Any, default: Any) -> Any:
    """A value with every `auto` replaced by the default beside it; whole numbers such as `5e8` without a fraction."""
    if isinstance(value, Mapping):
        beside = default if isinstance(default, Mapping) else {}
        return {key: _filled(one, beside.get(key, one)) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, one) for one in value]
    if value == "auto":
        return default
    return value


def _to_host() -> dict[str, Any]:
    return {"device": "cpu", "pin_memory": True}
