"""Literal DeepSpeed configurations: what DeepSpeed itself lets pass is refused, what is left open is completed."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.planning.training.decide import decide
from compiler.planning.training.values import Fault
from tests.unit.planning.training.asks import ask, codes, planned, pool

NVME = {"device": "nvme"}
CPU = {"device": "cpu"}


def zero(stage: int = 2, **fields: Any) -> dict[str, Any]:
    return {"zero_optimization": {"stage": stage, **fields}}


def faults(config: dict[str, Any], **fields: Any) -> tuple[Fault, ...]:
    decided = decide(ask(method="full", deepspeed=config, **fields))
    assert decided.plan is None
    return decided.faults


MISTAKES: tuple[tuple[dict[str, Any], str, str, str], ...] = (
    # configuration, code, the way below `deepspeed`, what may have been meant
    ({"zero_optimisation": {"stage": 2}}, "HYD912", "zero_optimisation", "zero_optimization"),
    ({"gradient_acumulation_steps": 2}, "HYD912", "gradient_acumulation_steps", "gradient_accumulation_steps"),
    (zero(reduce_buckt_size=5), "HYD912", "zero_optimization.reduce_buckt_size", "reduce_bucket_size"),
    (zero(3, offload_param={"devise": "cpu"}), "HYD912", "zero_optimization.offload_param.devise", "device"),
    (zero(cpu_offload=True), "HYD912", "zero_optimization.cpu_offload", "offload_optimizer"),
    ({"bf16": {"enable": True}}, "HYD912", "bf16.enable", "enabled"),
    ({"fp16": {"loss_scal": 0}}, "HYD912", "fp16.loss_scal", "loss_scale"),
    ({"activation_checkpointing": {"profil": True}}, "HYD912", "activation_checkpointing.profil", "profile"),
    ({"zero_optimization": True}, "HYD913", "zero_optimization", ""),
    (zero(4), "HYD913", "zero_optimization.stage", ""),
    ({"zero_optimization": {"stage": "3"}}, "HYD913", "zero_optimization.stage", "3"),
    (zero(reduce_bucket_size=-1), "HYD913", "zero_optimization.reduce_bucket_size", ""),
    (zero(reduce_bucket_size=1.5), "HYD913", "zero_optimization.reduce_bucket_size", ""),
    (zero(overlap_comm="yes"), "HYD913", "zero_optimization.overlap_comm", ""),
    ({"gradient_clipping": "abc"}, "HYD913", "gradient_clipping", ""),
    ({"gradient_clipping": float("nan")}, "HYD913", "gradient_clipping", ""),
    ({"train_batch_size": 64.5}, "HYD913", "train_batch_size", ""),
    ({"train_batch_size": 0}, "HYD913", "train_batch_size", ""),
    ({"optimizer": {"type": "AdmW", "params": {}}}, "HYD913", "optimizer.type", "AdamW"),
    ({"scheduler": {"type": "WarmupRL", "params": {}}}, "HYD913", "scheduler.type", "WarmupLR"),
    (zero(3, offload_param={"device": "gpu"}), "HYD913", "zero_optimization.offload_param.device", ""),
    (zero(3, offload_optimizer={"device": "cpu", "ratio": 2}), "HYD913", "zero_optimization.offload_optimizer.ratio", ""),
    (zero(3, zero_hpz_partition_size=3), "HYD913", "zero_optimization.zero_hpz_partition_size", ""),
    (zero(None), "HYD913", "zero_optimization.stage", ""),  # type: ignore[arg-type]
    ({"train_batch_size": 32}, "HYD914", "train_batch_size", ""),
    ({"train_micro_batch_size_per_gpu": 3}, "HYD914", "train_micro_batch_size_per_gpu", ""),
    ({"gradient_accumulation_steps": 3}, "HYD914", "gradient_accumulation_steps", ""),
    (
        {"train_batch_size": 64, "train_micro_batch_size_per_gpu": 4, "gradient_accumulation_steps": 1},
        "HYD914",
        "gradient_accumulation_steps",
        "",
    ),
    (zero(2, offload_param=CPU), "HYD915", "zero_optimization.offload_param", ""),
    (zero(0, offload_optimizer=CPU), "HYD915", "zero_optimization.offload_optimizer", ""),
    (zero(3, offload_optimizer=NVME), "HYD915", "zero_optimization.offload_optimizer", ""),
    (zero(2, offload_optimizer=NVME), "HYD915", "zero_optimization.offload_optimizer", ""),
    (zero(2, offload_optimizer={"device": "cpu", "ratio": 0.5}), "HYD915", "zero_optimization.offload_optimizer.ratio", ""),
    ({"optimizer": {"type": "AdamW", "params": {"lr": "auto", "eps": 1e-8}}}, "HYD916", "optimizer.params.lr", ""),
    ({"steps_per_print": "auto"}, "HYD916", "steps_per_print", ""),
    ({"zero_optimization": "auto"}, "HYD916", "zero_optimization", ""),
    ({"bf16": {"enabled": True}, "fp16": {"enabled": True}}, "HYD917", "fp16.enabled", ""),
    ({"gradient_clipping": 0.5}, "HYD917", "gradient_clipping", ""),
)  # fmt: skip


@pytest.mark.parametrize(("config", "code", "way", "meant"), MISTAKES, ids=[f"{one[1]} {one[2]}" for one in MISTAKES])
def test_mistakes(config: dict[str, Any], code: str, way: str, meant: str) -> None:
    found = faults(config)
    assert [(one.code, ".".join(one.about)) for one in found] == [(code, f"deepspeed.{way}")]
    assert not meant or meant in found[0].candidates


def test_all_mistakes_are_reported_at_once() -> None:
    assert [one.code for one in faults({"a": 1, "b": 2, "zero_optimization": {"stage": 9}})] == [
        "HYD912",
        "HYD912",
        "HYD913",
    ]


def test_what_is_left_open_is_completed_and_what_is_given_stays() -> None:
    config = {
        "_comment": "ours",
        "zero_optimization": {"stage": 3, "sub_group_size": 1e9, "reduce_bucket_size": "auto", "overlap_comm": True},
        "bf16": {"enabled": "auto"},
        "fp16": {"enabled": "auto", "loss_scale": 0},
        "train_batch_size": "auto",
        "train_micro_batch_size_per_gpu": "auto",
        "gradient_accumulation_steps": "auto",
        "gradient_clipping": "auto",
        "optimizer": {"type": "AdamW", "params": {"lr": "auto", "betas": "auto"}},
        "wall_clock_breakdown": False,
    }
    plan = planned(ask(method="full", deepspeed=config))
    written = plan.deepspeed
    assert written is not None
    assert list(written)[:2] == ["_comment", "zero_optimization"]
    assert written["bf16"] == {"enabled": True}
    assert written["fp16"] == {"enabled": False, "loss_scale": 0}
    assert written["zero_optimization"]["sub_group_size"] == 10**9
    assert type(written["zero_optimization"]["sub_group_size"]) is int
    assert written["zero_optimization"]["reduce_bucket_size"] == 3584**2
    assert written["zero_optimization"]["stage3_prefetch_bucket_size"] == 3584**2 * 9 // 10
    assert written["zero_optimization"]["overlap_comm"] is True
    assert "optimizer" not in written
    assert written["train_batch_size"] == 64
    assert plan.strategy == "zero3"


def test_batches_are_read() -> None:
    assert planned(ask(deepspeed={"train_micro_batch_size_per_gpu": 2})).accumulation == 4
    assert planned(ask(deepspeed={"gradient_accumulation_steps": 4})).micro_batch == 2


@pytest.mark.parametrize(
    ("config", "strategy"),
    [
        ({}, "none"),
        (zero(0), "none"),
        (zero(1), "zero1"),
        (zero(2, offload_optimizer=CPU), "zero2"),
        (zero(3, offload_optimizer={"device": "none"}), "zero3"),
        (zero(3, offload_param=CPU), "zero3-offload"),
        (zero(3, offload_optimizer={**NVME, "nvme_path": "/disk"}), "zero3-offload"),
    ],
)
def test_strategies_are_read(config: dict[str, Any], strategy: str) -> None:
    plan = planned(ask(deepspeed=config))
    assert plan.strategy == strategy
    assert plan.deepspeed is not None
    assert "auto" not in str(plan.deepspeed)


def test_precision_is_read_and_checked() -> None:
    v100 = pool("v100-32gb")
    assert codes(decide(ask(deepspeed={"bf16": {"enabled": True}}, pool=v100))) == ["HYD906"]
    assert codes(decide(ask(deepspeed={"bf16": {"enabled": True}}, precision="fp16"))) == ["HYD917"]
    assert planned(ask(deepspeed={"fp16": {"enabled": True}}, sequence=1024)).precision == "fp16"
    assert planned(ask(deepspeed={"bf16": {"enabled": False}}, sequence=512)).precision == "fp32"


def test_4_bit_weights_are_not_partitioned() -> None:
    found = decide(ask(method="qlora", deepspeed=zero(3))).faults
    assert [(one.code, one.about) for one in found] == [("HYD911", ("deepspeed", "zero_optimization", "stage"))]
    assert codes(decide(ask(method="qlora", deepspeed="zero3"))) == ["HYD911"]
    assert planned(ask(method="qlora", deepspeed="zero2")).strategy == "zero2"


def test_a_smaller_bucket_is_counted() -> None:
    small = planned(
        ask(method="full", micro_batch=1, deepspeed=zero(2, reduce_bucket_size=10**6, allgather_bucket_size=10**6))
    )
    assert small.memory.parts["buckets"].expected == 3 * 2 * 10**6


def test_what_is_wrong_with_a_configuration_is_told_at_once() -> None:
    config = {
        "zero_optimisation": {"stage": 2},
        "zero_optimization": {"stage": 1, "offload_param": {"device": "cpu"}, "overlap_com": True},
        "gradient_clipping": 7.0,
    }
    assert sorted(fault.about[-1] for fault in decide(ask(deepspeed=config)).faults) == [
        "gradient_clipping", "offload_param", "overlap_com", "zero_optimisation",
    ]  # fmt: skip
