"""Compiles only what an edit can have changed, and takes the rest from the last run's tree.

The last run is remembered outside of the repo (`compiler.cache`), and its tree is compared with its list, file by file.
What is taken over is what neither the edit nor anything that depends on it can have changed. Wherever that is not
certain the answer is None, and everything is compiled; a test holds the two ways against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from compiler import cache
from compiler.again.coupling import coupled
from compiler.again.inventory import Inventory, from_json
from compiler.cache import Known
from compiler.repo import Repo
from compiler.requests import Request
from compiler.source.discovery import discover

MOST = 4
"""One in so many specs may be compiled again; beyond that, all of them are about as quick."""


class Scope(NamedTuple):
    """What is compiled again."""

    affected: frozenset[str]
    """Spec files whose objects may be other ones."""

    needed: frozenset[str]
    """Those, and the ones that they refer to."""

    specs: tuple[str, ...]
    """All spec files that are there now."""

    units: frozenset[str]
    """Units that the affected files had."""


def inventory(last: Known) -> Inventory | None:
    """What the last run's tree is made of; None, where that was not remembered."""
    try:
        return from_json(last.parts)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def scope_of(request: Request, last: Known, made: Inventory) -> Scope | None:
    """What an edit since the last run affects; None, where that may be everything. `made` is of the last run."""
    if request.clusters or request.output is not None or last.outcome.unchecked:
        return None
    try:
        if not cache.settled(request.root, last.inputs) or not cache.intact(request.root, last):
            return None
        return _scope(request, last, made)
    except (OSError, ValueError):
        return None


def _scope(request: Request, last: Known, made: Inventory) -> Scope | None:
    inputs = last.inputs
    discovered = discover(request.root, output=inputs.output, library=inputs.library)
    if discovered.found or tuple(inputs.clusters) != discovered.value.clusters:
        return None
    specs = tuple(path for path in discovered.value.specs if path not in request.drafts)
    changed = cache.changed(request.root, inputs.files) | {path for path in specs if path not in inputs.files}
    if not changed.isdisjoint(inputs.clusters):
        return None
    earlier = {path: _saying(made.names.get(path, ())) for path in changed & set(inputs.specs)}
    found = coupled((_texts(request, specs), earlier), changed)
    if found is None or not found.affected.isdisjoint(made.foreign):
        return None
    if len(found.needed) * MOST > len(specs):
        return None
    held = (
        unit
        for by_name in made.units.values()
        for unit, one in by_name.items()
        if not one.files.isdisjoint(found.affected)
    )
    return Scope(found.affected, found.needed, specs, frozenset(held))


def _texts(request: Request, specs: Iterable[str]) -> Mapping[str, str]:
    repo = Repo(request.root)
    return {path: one.text for path in specs if (one := repo.read(path).value) is not None}


def _saying(names: Iterable[str]) -> str:
    """A spec that has the names that a file had."""
    return "".join(f"apiVersion: hydra.io/v1alpha1\nmetadata: {{name: {name}}}\n" for name in names)
