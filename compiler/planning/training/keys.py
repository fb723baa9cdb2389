"""The keys of a DeepSpeed configuration, and what their values are.

DeepSpeed refuses unknown keys inside some blocks and ignores them everywhere else, at the top level above all; types
it checks in some blocks only. Source: DeepSpeed 0.19.8, `runtime/config.py`, `runtime/constants.py`, `runtime/zero/config.py`,
`runtime/zero/offload_config.py`, `runtime/precision_config.py`, and the modules that these read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final, NamedTuple, Union


class Kind(NamedTuple):
    """What a value has to be."""

    wanted: str
    """The words for it: `has to be ...`."""

    holds: Callable[[Any], bool]


Block = Mapping[str, Union[Kind, "Block"]]


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number, also in the notation `5e8`."""
    return type(value) is int or (type(value) is float and isfinite(value) and value.is_integer())


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return type(value) in {int, float} and isfinite(value)


def one_of(*words: Any) -> Kind:
    """One of some words or numbers, and nothing that only equals it."""
    listed = ", ".join(f"`{one}`" for one in words)
    return Kind(f"one of {listed}", lambda value: any(value == one and type(value) is type(one) for one in words))


def named(*words: str) -> Kind:
    """One of some names, in any case."""
    listed, lowered = ", ".join(f"`{one}`" for one in words), {one.lower() for one in words}
    return Kind(f"one of {listed}", lambda value: isinstance(value, str) and value.lower() in lowered)


COUNT: Final = Kind("a whole number of at least 1", lambda value: is_whole(value) and value >= 1)
SIZE: Final = Kind("a whole number of at least 0", lambda value: is_whole(value) and value >= 0)
NUMBER: Final = Kind("a number of at least 0", lambda value: is_number(value) and value >= 0)
FRACTION: Final = Kind("a number from 0 to 1", lambda value: is_number(value) and 0 <= value <= 1)
FLAG: Final = Kind("`true` or `false`", lambda value: type(value) is bool)
TEXT: Final = Kind("text", lambda value: isinstance(value, str))
MAPPING: Final = Kind("a mapping", lambda value: isinstance(value, Mapping))
ANY: Final = Kind("anything", lambda _: True)
DTYPE: Final = one_of("bf16", "fp16", "fp32")
DEVICE: Final = one_of("none", "cpu", "nvme")

OFFLOAD_PARAM: Final[Block] = {
    "device": DEVICE, "nvme_path": TEXT, "buffer_count": SIZE, "buffer_size": SIZE, "max_in_cpu": SIZE, "pin_memory": FLAG,
}  # fmt: skip
OFFLOAD_OPTIMIZER: Final[Block] = {
    "device": DEVICE, "nvme_path": TEXT, "buffer_count": SIZE, "pin_memory": FLAG, "pipeline_read": FLAG,
    "pipeline_write": FLAG, "fast_init": FLAG, "ratio": FRACTION, "super_offload": FLAG, "cpuadam_cores_perc": FRACTION,
}  # fmt: skip
ZERO: Final[Block] = {
    "stage": one_of(0, 1, 2, 3),
    "contiguous_gradients": FLAG,
    "reduce_scatter": FLAG,
    "reduce_bucket_size": COUNT,
    "use_multi_rank_bucket_allreduce": FLAG,
    "allgather_partitions": FLAG,
    "allgather_bucket_size": SIZE,
    "overlap_comm": FLAG,
    "compute_grad_norm": FLAG,
    "load_from_fp32_weights": FLAG,
    "elastic_checkpoint": FLAG,
    "offload_param": OFFLOAD_PARAM,
    "offload_optimizer": OFFLOAD_OPTIMIZER,
    "zenflow": MAPPING,
    "sub_group_size": SIZE,
    "stage3_prefetch_bucket_size": SIZE,
    "stage3_param_persistence_threshold": SIZE,
    "stage3_model_persistence_threshold": SIZE,
    "stage3_max_live_parameters": SIZE,
    "stage3_max_reuse_distance": SIZE,
    "stage3_gather_16bit_weights_on_model_save": FLAG,
    "stage3_module_granularity_threshold": SIZE,
    "stage3_use_all_reduce_for_fetch_params": FLAG,
    "stage3_allgather_sequential": FLAG,
    "ignore_unused_parameters": FLAG,
    "legacy_stage1": FLAG,
    "round_robin_gradients": FLAG,
    "parameter_alignment": FLAG,
    "zero_hpz_partition_size": COUNT,
    "zero_quantized_weights": FLAG,
    "zero_quantized_nontrainable_weights": FLAG,
    "zero_quantized_gradients": FLAG,
    "memory_efficient_linear": FLAG,
    "pipeline_loading_checkpoint": FLAG,
    "override_module_apply": FLAG,
    "log_trace_cache_warnings": FLAG,
    "enable_sanity_checks": FLAG,
    "save_muon_momentum_buffer_in_memory": FLAG,
    "leaf_module": MAPPING,
}
BF16: Final[Block] = {
    "enabled": FLAG, "immediate_grad_update": FLAG, "check_grad_overflow": FLAG, "bf16_master_weights_and_grads": FLAG,
    "bf16_optimizer_states": FLAG,
}  # fmt: skip
FP16: Final[Block] = {
    "enabled": FLAG, "auto_cast": FLAG, "loss_scale": NUMBER, "initial_scale_power": SIZE, "loss_scale_window": COUNT,
    "hysteresis": SIZE, "consecutive_hysteresis": FLAG, "min_loss_scale": SIZE, "fp16_master_weights_and_grads": FLAG,
}  # fmt: skip
OPTIMIZER: Final[Block] = {
    "type": named(
        "Adam", "AdamW", "Adagrad", "Lamb", "Lion", "Muon", "MuAdam", "MuAdamW", "MuSGD",
        "OneBitAdam", "OneBitLamb", "ZeroOneAdam", "SGD", "RMSprop", "Adamax", "NAdam", "RAdam",
    ),
    "params": MAPPING,
    "legacy_fusion": FLAG,
}  # fmt: skip
SCHEDULER: Final[Block] = {
    "type": one_of("LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR"), "params": MAPPING,
}  # fmt: skip
ACTIVATION_CHECKPOINTING: Final[Block] = {
    "partition_activations": FLAG, "number_checkpoints": SIZE, "contiguous_memory_optimization": FLAG,
    "synchronize_checkpoint_boundary": FLAG, "profile": FLAG, "cpu_checkpointing": FLAG,
}  # fmt: skip
FLOPS_PROFILER: Final[Block] = {
    "enabled": FLAG, "recompute_fwd_factor": NUMBER, "profile_step": COUNT, "module_depth": ANY, "top_modules": COUNT,
    "detailed": FLAG, "output_file": TEXT,
}  # fmt: skip

CONFIGURATION: Final[Block] = {
    "train_batch_size": COUNT,
    "train_micro_batch_size_per_gpu": COUNT,
    "gradient_accumulation_steps": COUNT,
    "managed_gradient_accumulation": FLAG,
    "gradient_clipping": NUMBER,
    "prescale_gradients": FLAG,
    "gradient_predivide_factor": NUMBER,
    "gradient_allreduce_op": TEXT,
    "communication_data_type": DTYPE,
    "seq_parallel_communication_data_type": DTYPE,
    "steps_per_print": COUNT,
    "wall_clock_breakdown": FLAG,
    "memory_breakdown": FLAG,
    "dump_state": FLAG,
    "disable_allgather": FLAG,
    "disable_python_gc": FLAG,
    "dataloader_drop_last": FLAG,
    "log_level": TEXT,
    "sparse_gradients": FLAG,
    "zero_allow_untested_optimizer": FLAG,
    "zero_force_ds_cpu_optimizer": FLAG,
    "use_data_before_expert_parallelism": FLAG,
    "optimizer": OPTIMIZER,
    "scheduler": SCHEDULER,
    "bf16": BF16,
    "fp16": FP16,
    "torch_autocast": {"enabled": FLAG, "dtype": TEXT, "lower_precision_safe_modules": ANY},
    "zero_optimization": ZERO,
    "activation_checkpointing": ACTIVATION_CHECKPOINTING,
    "flops_profiler": FLOPS_PROFILER,
    "data_types": {"grad_accum_dtype": DTYPE, "param_dtype": DTYPE, "buffer_dtype": DTYPE, "keep_in_fp32_modules": ANY},
    "aio": {
        "block_size": COUNT, "queue_depth": COUNT, "intra_op_parallelism": COUNT, "thread_count": COUNT,
        "single_submit": FLAG, "overlap_events": FLAG, "use_gds": FLAG,
    },
    "comms_logger": {"enabled": FLAG, "verbose": FLAG, "prof_all": FLAG, "prof_ops": ANY, "debug": FLAG},
    "checkpoint": {
        "tag_validation": TEXT, "load_universal": FLAG, "use_node_local_storage": FLAG, "parallel_write": MAPPING,
        "writer": MAPPING,
    },
    "tensorboard": {"enabled": FLAG, "output_path": TEXT, "job_name": TEXT},
    "wandb": {"enabled": FLAG, "group": TEXT, "team": TEXT, "project": TEXT},
    "csv_monitor": {"enabled": FLAG, "output_path": TEXT, "job_name": TEXT},
    "comet": MAPPING,
    "amp": MAPPING,
    "eigenvalue": MAPPING,
    "nebula": MAPPING,
    "sparse_attention": MAPPING,
    "graph_harvesting": FLAG,
    "sequence_parallel_size": COUNT,
    "vocabulary_size": COUNT,
    "elasticity": MAPPING,
    "autotuning": MAPPING,
    "hybrid_engine": MAPPING,
    "pipeline": MAPPING,
    "data_efficiency": MAPPING,
    "datastates_ckpt": MAPPING,
    "weight_quantization": MAPPING,
    "compression_training": MAPPING,
    "curriculum_learning": MAPPING,
    "progressive_layer_drop": MAPPING,
    "quantize_training": MAPPING,
    "compile": MAPPING,
    "timers": MAPPING,
    "tensor_parallel": MAPPING,
    "expert_parallel": MAPPING,
}  # fmt: skip
"""By key: a kind, or a block of further keys. Keys that begin with `_` are comments."""

REPLACED: Final = {
    "bfloat16": "bf16",
    "cpu_offload": "offload_optimizer",
    "cpu_offload_params": "offload_param",
    "cpu_offload_param": "offload_param",
    "cpu_offload_use_pin_memory": "pin_memory",
    "stage3_gather_fp16_weights_on_model_save": "stage3_gather_16bit_weights_on_model_save",
    "disable_allgather_bucket": "allgather_bucket_size",
}
"""Keys of earlier versions, and what took their place."""
