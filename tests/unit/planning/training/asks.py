"""Asks for the tests of training plans: the library's models, and cards as they are sold."""

from __future__ import annotations

from functools import cache
from typing import Any

from compiler.library.facts import Dtype, ModelFacts
from compiler.library.library import open_library
from compiler.planning.training.decide import decide
from compiler.planning.training.values import Ask, Card, Decided, Pool, TrainingPlan

GIB = 1 << 30
LIBRARY = open_library(None)

CARDS = {
    one.id: one
    for one in (
        Card("a100-80gb", 80 * GIB, True, 300, "nvidia.com/gpu", 312),
        Card("a100-40gb", 40 * GIB, True, 300, "nvidia.com/gpu", 312),
        Card("h100-80gb", 81559 << 20, True, 450, "nvidia.com/gpu", 989, True),
        Card("h200-141gb", 143771 << 20, True, 450, "nvidia.com/gpu", 989, True),
        Card("h20-96gb", 97871 << 20, True, 450, "nvidia.com/gpu", 148, True),
        Card("mi300x", 196592 << 20, True, 448, "amd.com/gpu", 1307.4, True),
        Card("ascend-910b", 64 * GIB, True, None, "huawei.com/Ascend910"),
        Card("l40s", 46068 << 20, True, 32, "nvidia.com/gpu", 362, True),
        Card("l4", 23034 << 20, True, 32, "nvidia.com/gpu", 121, True),
        Card("rtx-4090", 24564 << 20, True, 32, "nvidia.com/gpu", 165, True),
        Card("v100-32gb", 32 * GIB, False, 150, "nvidia.com/gpu", 125),
        Card("v100-16gb", 16 * GIB, False, 150, "nvidia.com/gpu", 125),
        Card("t4", 15 * GIB, False, 16, "nvidia.com/gpu", 65),
        Card("cpu", 0, False, None, None),
    )
}


@cache
def facts(model: str) -> ModelFacts:
    """What the library says of a model."""
    found = LIBRARY.find("model", model).value
    assert found is not None, model
    result: ModelFacts = found.facts
    return result


@cache
def dtype(model: str) -> Dtype:
    """What the model's weights are stored in."""
    found = LIBRARY.find("model", model).value
    assert found is not None, model
    result: Dtype = found.dtype
    return result


def pool(
    card: str = "a100-80gb", cards: int = 64, per_node: int = 8, cpu: int | None = 96, gib: int | None = 1024
) -> Pool:
    """A pool of equal nodes, by default eight with a TiB."""
    return Pool(CARDS[card], cards, per_node, cpu, None if gib is None else gib * GIB)


def ask(model: str = "qwen2.5-7b-instruct", **fields: Any) -> Ask:
    """An ask for a model of the library: LoRA on eight A100, unless fields say otherwise."""
    first = {"stage": "sft", "method": "lora", "cards": 8, "pool": pool(), "sequence": 4096, "global_batch": 64}
    return Ask(facts(model), dtype(model), **{**first, **fields})


def planned(wanted: Ask) -> TrainingPlan:
    """The plan of an ask that has one."""
    decided = decide(wanted)
    assert decided.plan is not None, decided.faults
    return decided.plan


def codes(decided: Decided) -> list[str]:
    """The codes of what was found."""
    return [one.code for one in decided.faults]


def sizes(plan: TrainingPlan) -> tuple[float, ...]:
    """Memory of a card in GiB, low, expected and high, with one digit."""
    return tuple(round(bound / GIB, 1) for bound in plan.memory.total)
