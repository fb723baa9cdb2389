"""Asks for the tests of training plans: the library's models, and cards as they are sold."""

from __future__ import annotations

from functools import cache
from typing import Any

from compiler.library.facts import Dtype, ModelFacts
from compiler.library.library import open_library
from compiler.linking.accelerators import card_of
from compiler.planning.training.decide import decide
from compiler.planning.training.values import Ask, Card, Decided, Pool, TrainingPlan

GIB = 1 << 30
LIBRARY = open_library(None)


@cache
def card(name: str) -> Card:
    """A card of the library, as it is shipped."""
    found = LIBRARY.find("accelerator", name).value
    assert found is not None, name
    return card_of(name, found)


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
    name: str = "a100-80gb", cards: int = 64, per_node: int = 8, cpu: int | None = 96, gib: int | None = 1024
) -> Pool:
    """A pool of equal nodes, by default eight with a TiB."""
    return Pool(card(name), cards, per_node, cpu, None if gib is None else gib * GIB)


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
