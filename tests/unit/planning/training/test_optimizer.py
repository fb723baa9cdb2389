"""The optimizer of adapters, which DeepSpeed has to make itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.planning.training.asks import ask, planned

ADAMW = {"lr": 2e-4, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01}


def optimizer(**fields: Any) -> Any:
    plan = planned(ask(**{"learning_rate": 2e-4, "weight_decay": 0.01, "deepspeed": "zero2", **fields}))
    assert plan.deepspeed is not None
    return plan.deepspeed.get("optimizer")


@pytest.mark.parametrize("strategy", ["zero1", "zero2", "zero3"])
def test_adapters_have_it(strategy: str) -> None:
    assert optimizer(deepspeed=strategy) == {"type": "AdamW", "params": {**ADAMW, "torch_adam": True}}


def test_an_offloaded_one_is_not_pytorchs() -> None:
    assert optimizer(deepspeed="zero3-offload") == {"type": "AdamW", "params": ADAMW}


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "full", "cards": 16},
        {"learning_rate": None},
        {"optimizer": "adamw_8bit"},
        {"deepspeed": {"zero_optimization": {"stage": 2}}},
    ],
)
def test_all_else_leaves_it_to_the_trainer(fields: dict[str, Any]) -> None:
    assert optimizer(**fields) is None


def test_a_configuration_with_it_is_accepted_literally() -> None:
    first = planned(ask(learning_rate=2e-4, deepspeed="zero2"))
    assert planned(ask(deepspeed=first.deepspeed)).deepspeed == first.deepspeed


def test_each_ask_has_its_own_rates_though_all_else_is_decided_once() -> None:
    rates = [(1e-4, 0.0), (3e-4, 0.0), (3e-4, 0.1)]
    found = [optimizer(learning_rate=rate, weight_decay=decay)["params"] for rate, decay in rates]
    assert [(one["lr"], one["weight_decay"]) for one in found] == rates
