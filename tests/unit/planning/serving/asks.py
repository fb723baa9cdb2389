"""Asks for the tests of serving plans: the library's models, and cards as they are sold."""

from __future__ import annotations

from typing import Any

from compiler.planning.serving.decide import decide
from compiler.planning.serving.values import Ask, Decided, ServingPlan
from tests.unit.planning.training.asks import GIB, dtype, facts, pool

__all__ = ["GIB", "ask", "codes", "dtype", "facts", "parts", "planned", "pool", "ways"]


def ask(model: str = "qwen2.5-7b-instruct", **fields: Any) -> Ask:
    """An ask for a model of the library: on nodes with eight A100, unless fields say otherwise."""
    first = {"dtype": dtype(model), "pool": pool()}
    return Ask(facts(model), **{**first, **fields})


def planned(wanted: Ask) -> ServingPlan:
    """The plan of an ask that has one."""
    decided = decide(wanted)
    assert decided.plan is not None, decided.faults
    return decided.plan


def codes(decided: Decided) -> list[str]:
    """The codes of what was found."""
    return [one.code for one in decided.faults]


def parts(plan: ServingPlan) -> dict[str, float]:
    """Expected memory of a card by part, GiB with two digits."""
    return {part: round(bounds.expected / GIB, 2) for part, bounds in plan.memory.parts.items()}


def ways(decided: Decided) -> list[str]:
    """What is named as a way out."""
    return [note for note in decided.faults[-1].notes if note[:1].isdigit()]
