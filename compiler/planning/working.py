"""Finds the planners of workloads, and asks them."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from compiler.diagnostics import Staged
from compiler.linking.program import Program
from compiler.linking.workload import Workload
from compiler.planning.plans import Plan
from compiler.planning.summary import Summary

PACKAGE = "compiler.planning.workloads"
_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Planned(NamedTuple):
    """What a workload comes to."""

    plans: tuple[Plan, ...] = ()
    summary: Summary | None = None
    """None where it could not be planned."""


Planner = Callable[[Any, Program], Staged[Planned]]


class PlannerOf(NamedTuple):
    """What a module of workloads offers: `PLANNER`."""

    workload: type
    plan: Planner
    cards: Callable[[Any, Program], tuple[str | None, int]]
    """The accelerators that a workload names, and how many cards it may have at once."""


def planners() -> Mapping[type, PlannerOf]:
    """Type of workload -> its planner, for all that there are."""
    names = [one.name for one in pkgutil.iter_modules(import_module(PACKAGE).__path__)]
    found = [import_module(f"{PACKAGE}.{name}").PLANNER for name in names]
    return {one.workload: one for one in found}


@cache
def planner_of(workload: str) -> PlannerOf:
    """The planner of a type of workload, by the type's name, which its module has, too. No other one is imported."""
    name = _INNER_CAPITAL.sub("_", workload).lower()
    found: PlannerOf = import_module(f"{PACKAGE}.{name}").PLANNER
    return found


def cards_of(workload: Workload, program: Program) -> tuple[str | None, int]:
    """The accelerators that a workload names, and how many cards it may have at once, all of its pods together."""
    return planner_of(type(workload).__name__).cards(workload, program)


def plan_workload(workload: Workload, program: Program) -> Staged[Planned]:
    """Every decision about a workload. With an error there are no plans."""
    return planner_of(type(workload).__name__).plan(workload, program)
