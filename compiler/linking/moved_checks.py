"""Checks of `moved`: each line leads from a name that is gone to an entry with storage, in one step and alone."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking import moved_problems as problems
from compiler.source.document import Document
from compiler.spec.names import camel

SECTIONS = "compiler.linking.sections"

Entries = Mapping[str, Mapping[str, Any]]
"""By name: section -> what it says."""


def sound_renames(document: Document, projects: Iterable[Document]) -> Staged[dict[str, str]]:
    """A project's renames less those with a mistake, which would clash once more. `projects` are all of the repo's."""
    moved: Mapping[str, str] = document.value["moved"]
    by_name = {_named(one): one for one in projects}
    own, seen = _entries(document), dict[str, str]()
    found: list[Diagnostic] = []
    sound: dict[str, str] = {}
    for old, new in moved.items():
        owner, _, name = old.rpartition("/")
        wrong = [*_circle(document, moved, old, new)]
        if not wrong:
            if new in seen:
                wrong.append(problems.twice(document.at("moved", old), new, seen[new], old))
            seen.setdefault(new, old)
            wrong += _check_new(document, own, old, new)
            other = by_name.get(owner) if owner else document
            wrong += _check_old(document, other, old, name) if other is not None else ()
        found += wrong
        if not wrong:
            sound[old] = new
    return Staged(sound, found)


def _circle(document: Document, moved: Mapping[str, str], old: str, new: str) -> Iterator[Diagnostic]:
    """A rename of what is renamed again. What an entry was called first is what its storage is called."""
    own = {*moved, *(f"{_named(document)}/{one}" for one in moved if "/" not in one)}
    if new not in moved and f"{_named(document)}/{new}" not in own:
        return
    last, steps = new, {old}
    while last in moved and last not in steps:
        steps.add(last)
        last = moved[last]
    at = document.at("moved", old)
    yield problems.round_and_round(at, new) if last in moved else problems.renamed_again(at, old, new, last)


def _check_new(document: Document, own: Entries, old: str, new: str) -> Iterator[Diagnostic]:
    at, sections = document.at("moved", old), own.get(new)
    storing = sorted(name for name, ones in own.items() if any(_stores(*one) for one in ones.items()))
    if sections is None:
        yield problems.no_such_entry(at, new, storing)
    elif not any(_stores(*one) for one in sections.items()):
        yield problems.no_storage(at, new, next(iter(sections)))


def _check_old(document: Document, other: Document, old: str, name: str) -> Iterator[Diagnostic]:
    """The old name: gone from its project, which is in the same namespace."""
    at = document.at("moved", old, key=True)
    sections = _entries(other).get(name)
    if sections is not None and any(_stores(*one) for one in sections.items()):
        yield problems.still_there(at, old, other.at(next(iter(sections)), name, key=True))
    if _namespace(other) != _namespace(document):
        yield problems.other_namespace(at, old, _namespace(other), _namespace(document))


def _entries(document: Document) -> Entries:
    """The entries of a project on any of its clusters."""
    found: dict[str, dict[str, Any]] = {}
    overrides = document.value.get("overrides")
    patches = overrides.values() if isinstance(overrides, dict) else ()
    for part in (document.value, *(one for one in patches if isinstance(one, dict))):
        for section in _sections():
            entries = part.get(section)
            for name, value in entries.items() if isinstance(entries, dict) else ():
                if value is not None:
                    found.setdefault(str(name), {}).setdefault(section, value)
    return found


def _stores(section: str, value: Any) -> bool:
    """Whether an entry has storage of its own: always, or where it has the field that its section says."""
    stores = _sections()[section]
    return stores if isinstance(stores, bool) else isinstance(value, dict) and stores in value


@cache
def _sections() -> Mapping[str, bool | str]:
    """Sections as users write them -> whether their entries have storage, or the field that gives them some."""
    package = import_module(SECTIONS)
    modules = {one.name: import_module(f"{SECTIONS}.{one.name}") for one in pkgutil.iter_modules(package.__path__)}
    return {camel(name): getattr(module, "STORES", False) for name, module in modules.items()}


def _named(document: Document) -> str:
    return str(_metadata(document).get("name"))


def _namespace(document: Document) -> str:
    return str(_metadata(document).get("namespace"))


def _metadata(document: Document) -> Mapping[str, Any]:
    metadata = document.value.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
