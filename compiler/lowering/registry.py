"""Finds the lowerings: every module of this package with a `LOWERING`, a pair of a plan's type and a function."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

import compiler.lowering as package
from compiler.manifest import Manifest
from compiler.planning.plans import Plan

Lower = Callable[[Any], Manifest]


@cache
def lowerings() -> Mapping[type, Lower]:
    """Type of plan -> its lowering."""
    found: dict[type, Lower] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
        lowering = getattr(import_module(f"{package.__name__}.{module}"), "LOWERING", None)
        if lowering is not None:
            found[lowering[0]] = lowering[1]
    return found


def lower(plans: Iterable[Plan]) -> Iterator[Manifest]:
    """A manifest for each plan, in their order."""
    by_type = lowerings()
    for plan in plans:
        yield by_type[type(plan)](plan)
