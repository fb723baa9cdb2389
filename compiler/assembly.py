"""Puts together what each cluster gets: projects with their overrides, and the foreign documents of its paths."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import HubModel, Passed, Read
from compiler.dialects.deferred import Around, Deferred
from compiler.library.library import Library
from compiler.linking.artifact import Artifact
from compiler.linking.implicit import each_once
from compiler.linking.overrides import check_overrides, overridden
from compiler.linking.patches import Patches
from compiler.linking.profile import Profile
from compiler.linking.program import Parts
from compiler.linking.scope import Entry, Expand, ReadFile, Scope
from compiler.source.document import Document
from compiler.spec.documents import project_of
from compiler.spec.names import camel
from compiler.spec.remainder import remainder
from compiler.specs import Declared, Foreign, Specs, clusters_of, foreign_clusters, profiles_of

if TYPE_CHECKING:
    from compiler.spec.settings import Settings

EXPANDERS = "compiler.linking.sections"


class Assembly:
    """Puts together what each cluster gets."""

    def __init__(
        self,
        specs: Specs,
        profiles: Mapping[str, Profile],
        declared: Declared,
        library: Library,
        read_file: ReadFile,
        *,
        incomplete: bool,
    ) -> None:
        self.incomplete = incomplete
        self.declared = declared
        self.specs = specs
        self.profiles = profiles
        self.library = library
        self.read_file = read_file

    def parts(self, settings: Settings) -> Staged[dict[str, Parts]]:
        """The parts of every cluster."""
        found: list[Diagnostic] = []
        entries: dict[str, list[Entry]] = {name: [] for name in self.profiles}
        passed: dict[str, list[Passed]] = {name: [] for name in self.profiles}
        broken: set[tuple[str, str]] = set()
        homeless: set[str] = set()
        models = [one for foreign in self.specs.foreign for one in foreign.read if isinstance(one, HubModel)]
        for document in self.specs.projects:
            found += self._project(document, entries, broken)
        around = self._around(settings)
        for foreign in self.specs.foreign:
            if not foreign.read:
                broken.update(foreign.keys)
                continue
            if all(isinstance(one, HubModel) for one in foreign.read):
                continue
            where = foreign_clusters(foreign.document, settings, self.declared)
            if foreign.unit not in homeless:
                found += where.found
            homeless |= {foreign.unit} if where.found else set()
            for name in self._known(where.value):
                read = _read(foreign, around[name])
                found += read.found
                if not read.value:
                    broken.update(foreign.keys)
                entries[name] += [one for one in read.value if not isinstance(one, Passed | HubModel | Deferred)]
                passed[name] += [one for one in read.value if isinstance(one, Passed)]
        parts = {
            name: Parts(
                profile,
                self.library,
                tuple(each_once(one for one in entries[name] if isinstance(one, Artifact))),
                tuple(passed[name]),
                tuple(models),
                frozenset(broken),
                tuple(one for one in entries[name] if not isinstance(one, Artifact | Patches)),
                self.incomplete,
                tuple(one for one in entries[name] if isinstance(one, Patches)),
            )
            for name, profile in self.profiles.items()
        }
        return Staged(parts, found)

    def _around(self, settings: Settings) -> dict[str, Around]:
        """By cluster, what is around a foreign document there."""
        documents: dict[str, dict[tuple[str, str, str], Document]] = {name: {} for name in self.profiles}
        asked = any(isinstance(one, Deferred) for foreign in self.specs.foreign for one in foreign.read)
        for foreign in self.specs.foreign if asked else ():
            for name in self._known(foreign_clusters(foreign.document, settings, self.declared).value):
                for key in foreign.keys:
                    documents[name][(foreign.document.kind, *key)] = foreign.document
        return {name: Around(profile, self.library, documents[name]) for name, profile in self.profiles.items()}

    def _known(self, clusters: Iterable[str]) -> list[str]:
        """Those whose documents could be read."""
        return [name for name in clusters if name in self.profiles]

    def _renames(self, document: Document) -> Staged[dict[str, str]]:
        """The renames of a project that are none of its mistakes."""
        if not document.value.get("moved"):
            return Staged({})
        from compiler.linking.moved_checks import sound_renames

        return sound_renames(document, self.specs.projects)

    def _stand_in(self) -> Profile:
        """Some cluster, for a project whose own cannot be read."""
        if self.profiles:
            return next(iter(self.profiles.values()))
        return next(iter(profiles_of((), self.library).value.values()))

    def _project(
        self, document: Document, entries: dict[str, list[Entry]], broken: set[tuple[str, str]]
    ) -> list[Diagnostic]:
        clusters = clusters_of(document, self.declared)
        found = [*clusters.found]
        checked = project_of(document)
        found += checked.found
        if checked.value is not None:
            found += check_overrides(document, self.declared, set(clusters.value))
        readable = document if checked.value is not None else remainder(document, checked.found)
        base = checked.value if readable is document or readable is None else project_of(readable).value
        if base is None or readable is None:
            broken.update(_declared(document))
            return found
        renames = self._renames(readable)
        found += renames.found
        known = self._known(clusters.value)
        if not known:
            # Its mistakes are told all the same, as on any cluster.
            found += expand(Scope(base, readable, self._stand_in(), self.library, self.read_file)).found
        for name in known:
            patched = overridden(readable, name)
            for_cluster = Staged(base) if patched is readable else project_of(patched)
            found += for_cluster.found
            if for_cluster.value is None:
                broken.update(_declared(document))
                continue
            project = for_cluster.value
            if renames.found:
                project = project.model_copy(update={"moved": renames.value})
            expanded = expand(Scope(project, patched, self.profiles[name], self.library, self.read_file))
            found += expanded.found
            entries[name] += expanded.value
            # What an override takes out is no mistake: whoever needs it here is told.
            there = _declared(document) - (_declared(readable) - _declared(patched))
            broken.update(there - {one.key for one in expanded.value})
        return found


def _read(foreign: Foreign, around: Around) -> Staged[list[Read]]:
    """What a foreign document becomes on a cluster."""
    read: list[Read] = []
    found: list[Diagnostic] = []
    for one in foreign.read:
        staged = one.read(around) if isinstance(one, Deferred) else Staged([one])
        read += staged.value
        found += staged.found
    return Staged(read, found)


def expand(scope: Scope) -> Staged[list[Entry]]:
    """What the sections of a project become."""
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for module in _expanders(tuple(sorted(scope.project.model_fields_set))):
        staged = module(scope)
        entries += staged.value
        found += staged.found
    return Staged(entries, found)


@cache
def _expanders(fields: tuple[str, ...]) -> tuple[Expand, ...]:
    known = {one.name for one in pkgutil.iter_modules(import_module(EXPANDERS).__path__)}
    return tuple(import_module(f"{EXPANDERS}.{field}").expand for field in fields if field in known)


def _declared(document: Document) -> set[tuple[str, str]]:
    metadata = document.value.get("metadata")
    name = str(metadata.get("name")) if isinstance(metadata, dict) else ""
    sections = (document.value.get(section) for section in _sections())
    return {(name, str(entry)) for section in sections if isinstance(section, dict) for entry in section}


@cache
def _sections() -> tuple[str, ...]:
    """Sections whose entries references may name, as users write them: those that say so by `REFERABLE`."""
    package = import_module(EXPANDERS)
    modules = {one.name: import_module(f"{EXPANDERS}.{one.name}") for one in pkgutil.iter_modules(package.__path__)}
    return tuple(camel(name) for name, module in modules.items() if getattr(module, "REFERABLE", False))
