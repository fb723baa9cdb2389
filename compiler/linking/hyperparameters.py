"""Hyperparameters: presets, sets of a project and fields of an entry become one complete set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking import workload_problems as problems
from compiler.linking.scope import Scope
from compiler.linking.workload import Hyperparameters
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.library.library import Library
    from compiler.spec.training import HyperparameterSet

SECTION = "hyperparameters"
LONGEST = 32
"""Sets that may begin from each other, one after the other."""


def preset_of(library: Library, stage: str, method: str) -> Hyperparameters:
    """The library's preset for a stage and method: `<stage>-<method>`, else `<method>`."""
    special = f"{stage}-{method}"
    return _preset(library, special if library.place(SECTION, special) else method)


def complete(
    scope: Scope, base: Hyperparameters, chosen: str | HyperparameterSet | None, at: Origin
) -> Staged[Hyperparameters]:
    """What an entry chooses, over a preset. With mistakes, what could be read of it."""
    if chosen is None:
        return Staged(base)
    if isinstance(chosen, str):
        return _named(scope, base, chosen, at, ())
    return _over(scope, base, chosen, at, ())


def over(
    base: Hyperparameters, values: Mapping[str, Any], places: Mapping[str, Origin], origin: str
) -> Hyperparameters:
    """A set with some values replaced."""
    return Hyperparameters(
        {**base.values, **values}, {**base.places, **places}, {**base.origins, **dict.fromkeys(values, origin)}
    )


def _preset(library: Library, name: str) -> Hyperparameters:
    entry = library.find(SECTION, name).value
    if entry is None:
        return Hyperparameters({}, {}, {})
    values = _values(entry.values)
    origins = dict.fromkeys(values, f"library hyperparameters/{name}")
    return Hyperparameters({**dict.fromkeys(fields()), **values}, {}, origins)


@cache
def fields() -> tuple[str, ...]:
    """Every hyperparameter of the language, by its Python name."""
    from compiler.spec.checked import language
    from compiler.spec.records import attribute

    properties = language("Project").records.document["$defs"]["HyperparameterSet"]["properties"]
    return tuple(sorted(attribute(name) for name in properties if name != "from"))


def _values(given: Any) -> dict[str, Any]:
    names = given.model_fields_set - {"from_"}
    found = {name: getattr(given, name) for name in sorted(names)}
    return {name: value for name, value in found.items() if value is not None}


def _named(
    scope: Scope, base: Hyperparameters, name: str, at: Origin, seen: tuple[str, ...]
) -> Staged[Hyperparameters]:
    own: Mapping[str, HyperparameterSet] = getattr(scope.project, SECTION, None) or {}
    if len(seen) > LONGEST:
        return Staged(base, [problems.long_chain_of_sets(at, LONGEST)])
    if name in seen:
        return Staged(base, [_circle(scope, list(own), seen[seen.index(name) :])])
    if name in own:
        return _over(scope, base, own[name], scope.at(SECTION, name), (*seen, name))
    if scope.library.place(SECTION, name) is None:
        return Staged(base, [problems.unknown_hyperparameters(at, name, [*own], scope.library.names(SECTION))])
    said = {field: value for field, value in _preset(scope.library, name).values.items() if value is not None}
    return Staged(over(base, said, {}, f"library hyperparameters/{name}"))


def _circle(scope: Scope, written: list[str], around: tuple[str, ...]) -> Diagnostic:
    """The finding about a circle, the same from wherever it is entered: at the set that is written first."""
    first = min(around, key=written.index)
    start = around.index(first)
    listed = (*around[start:], *around[:start], first)
    return problems.circle_of_sets(scope.at(SECTION, first, "from"), listed)


def _over(
    scope: Scope, base: Hyperparameters, given: HyperparameterSet, at: Origin, seen: tuple[str, ...]
) -> Staged[Hyperparameters]:
    from compiler.spec.names import camel

    found: list[Diagnostic] = []
    if given.from_ is not None:
        staged = _named(scope, base, given.from_, at.child("from"), seen)
        base, found = staged.value, [*staged.found]
    values = _values(given)
    if "max_steps" in values and "epochs" not in values:
        values["epochs"] = None
    if "epochs" in values and values["epochs"] is not None and "max_steps" not in values:
        values["max_steps"] = None
    places = {name: at.child(camel(name)) for name in values}
    return Staged(over(base, values, places, scope.document.file.path), found)
