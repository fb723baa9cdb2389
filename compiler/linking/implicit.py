"""Models of the library that a workload names directly: one implicit entry a project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from compiler.diagnostics import Staged
from compiler.linking.artifact import Artifact, Key
from compiler.linking.scope import Scope
from compiler.linking.workload import Reference
from compiler.linking.workload_problems import hides_library_model
from compiler.source.document import Origin

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class Named(NamedTuple):
    """A reference, and the artifact that it brings along."""

    reference: Reference
    artifact: Artifact | None = None


def reference(scope: Scope, role: str, wanted: str, name: str, at: Origin) -> Staged[Named]:
    """What an entry names: in its own project, in another one, or a model of the library."""
    if "/" in name:
        owner, _, entry = name.partition("/")
        return Staged(Named(Reference(role, wanted, name, (owner, entry), at)))
    project = scope.project.metadata.name
    if wanted == "model" and _owner(scope, name) is None and scope.library.place("model", name) is not None:
        return _implicit(scope, Reference(role, wanted, name, (project, slug(name)), at))
    return Staged(Named(Reference(role, wanted, name, (project, name), at)))


def slug(name: str) -> str:
    """An entry's name for a model of the library.

    >>> slug("qwen2.5-7b-instruct")
    'qwen2-5-7b-instruct'
    """
    return _NOT_IN_NAMES.sub("-", name.lower()).strip("-")


def each_once(artifacts: Iterable[Artifact]) -> list[Artifact]:
    """Artifacts without implicit entries that several workloads brought along."""
    kept: dict[tuple[Key, str, bool], Artifact] = {}
    listed: list[Artifact] = []
    for one in artifacts:
        if not one.implicit:
            listed.append(one)
        elif (one.key, one.component, True) not in kept:
            kept[one.key, one.component, True] = one
            listed.append(one)
    return listed


def _owner(scope: Scope, name: str) -> str | None:
    """The section whose entry of that name is a model."""
    sections = ("models", "finetunes")
    return next((one for one in sections if name in (getattr(scope.project, one, None) or {})), None)


def _implicit(scope: Scope, one: Reference) -> Staged[Named]:
    from compiler.linking.sections.models import entry_artifact

    entry = one.key[1]
    owner = _owner(scope, entry)
    if owner is not None:
        first = scope.at(owner, entry, key=True)
        return Staged(Named(one._replace(told=True)), [hides_library_model(one.at, one.name, entry, owner, first)])
    made = entry_artifact(scope, entry, one.name, one.at)
    if made.value is None:
        return Staged(Named(one._replace(told=True)), made.found)
    return Staged(Named(one, made.value._replace(origin=one.at, implicit=True)), made.found)
