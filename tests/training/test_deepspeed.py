"""DeepSpeed's own reader, with what it overlooks: a key that it never asks for."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.training

pytest.importorskip("deepspeed", reason="DeepSpeed is not installed: `make test-training`")

from compiler.checking.real.deepspeed import problems_of  # noqa: E402

ZERO = {"stage": 2, "reduce_bucket_size": 65536}
GOOD = {"train_batch_size": 4, "train_micro_batch_size_per_gpu": 2, "gradient_accumulation_steps": 1}

TAKEN: list[dict[str, Any]] = [
    {"zero_optimization": ZERO},
    {"bf16": {"enabled": True}, "gradient_clipping": 1.0, "_comment": "not read, and not meant to be"},
    {
        "zero_optimization": {
            "stage": 3,
            "offload_optimizer": {"device": "cpu"},
            "stage3_param_persistence_threshold": 1,
        }
    },
    {"optimizer": {"type": "AdamW", "params": {"lr": 1e-4, "betas": [0.9, 0.99]}}, "activation_checkpointing": {}},
]

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"train_batch_size": 8}, "train_batch_size is not equal"),
    ({"train_batch_size": "auto"}, "TypeError"),
    ({"zero_optimisation": ZERO}, "does not read `zero_optimisation`"),
    ({"gradient_acumulation_steps": 1}, "does not read `gradient_acumulation_steps`"),
    ({"zero_optimization": ZERO | {"stag": 2}}, "DeepSpeedZeroConfig: `stag`: Extra inputs"),
    ({"zero_optimization": ZERO | {"stage": 4}}, "DeepSpeedZeroConfig: `stage`"),
    ({"zero_optimization": ZERO | {"offload_optimizer": {"device": "gpu"}}}, "`offload_optimizer.device`"),
    ({"zero_optimization": [2]}, "TypeError"),
    ({"bf16": {"enabled": True}, "fp16": {"enabled": True}}, "cannot be simultaneously enabled"),
    ({"optimizer": {"typ": "AdamW"}}, "does not read `optimizer.typ`"),
    ({"activation_checkpointing": {"partition": True}}, "does not read `activation_checkpointing.partition`"),
    ({"flops_profiler": {"enable": True}}, "does not read `flops_profiler.enable`"),
]


@pytest.mark.parametrize("part", TAKEN, ids=lambda part: next(iter(part)))
def test_what_deepspeed_reads_is_taken(part: dict[str, Any]) -> None:
    assert problems_of(GOOD | part, 2) == []


@pytest.mark.parametrize(("part", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_deepspeed_refuses_or_overlooks_is_said(part: dict[str, Any], said: str) -> None:
    (problem,) = problems_of(GOOD | part, 2)
    assert said in problem


def test_a_configuration_is_for_one_number_of_processes() -> None:
    assert problems_of(GOOD, 2) == []
    assert problems_of(GOOD, 16)


def test_nothing_of_it_goes_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    problems_of(GOOD, 2)
    assert capfd.readouterr().out == ""
