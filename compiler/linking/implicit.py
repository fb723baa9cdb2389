"""Models of the library that a workload names directly: one implicit entry a project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.artifact import Artifact, Key
from compiler.linking.scope import Scope
from compiler.linking.workload import Reference
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
    if wanted == "model" and not _is_own(scope, name) and scope.library.place("model", name) is not None:
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


def _is_own(scope: Scope, name: str) -> bool:
    return any(name in (getattr(scope.project, section, None) or {}) for section in ("models", "finetunes"))


def _implicit(scope: Scope, one: Reference) -> Staged[Named]:
    from compiler.linking.sections.models import entry_artifact

    if _is_own(scope, one.key[1]):
        return Staged(Named(one))
    found: list[Diagnostic] = []
    artifact = entry_artifact(scope, one.key[1], one.name, one.at)
    found += artifact.found
    made = artifact.value
    return Staged(Named(one, None if made is None else made._replace(origin=one.at, implicit=True)), found)
