"""What a section of a project is expanded in: the project, its cluster, the library, the repo's files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compiler.diagnostics import Staged
from compiler.emission.naming import object_name
from compiler.library.library import Library
from compiler.linking.artifact import Artifact
from compiler.linking.moved import former
from compiler.linking.profile import Profile
from compiler.linking.workload import Workload
from compiler.source.document import Document, Origin, SourceFile

if TYPE_CHECKING:
    from compiler.linking.patches import Patches
    from compiler.spec.kinds import Project

ReadFile = Callable[[str], Staged[SourceFile | None]]
"""Reads a file of the repo, by its path from the root."""


class Scope(NamedTuple):
    """One project on one cluster."""

    project: Project
    document: Document
    profile: Profile
    library: Library
    read_file: ReadFile

    def at(self, *path: str | int, key: bool = False) -> Origin:
        """The place of a value of the project's document."""
        return self.document.at(*path, key=key)

    def stored_as(self, entry: str) -> str:
        """What an entry's storage is called: after the entry, or what that was called before it was renamed."""
        project = self.project.metadata.name
        return object_name(former(getattr(self.project, "moved", None), project, entry) or (project, entry))

    def formerly(self, section: str, entry: str) -> str:
        """How messages and the lock file named an entry before it was renamed; empty where it was not."""
        before = former(getattr(self.project, "moved", None), self.project.metadata.name, entry)
        return f"{before[0]}/{section}/{before[1]}" if before else ""

    def labels(self, component: str) -> dict[str, str]:
        """Labels of the project's objects."""
        metadata = self.project.metadata
        return {
            **metadata.labels,
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/managed-by": "hydra",
            "app.kubernetes.io/part-of": metadata.name,
        }


Entry: TypeAlias = "Artifact | Workload | Patches"
"""What an entry of a section becomes."""

Expand = Callable[[Scope], Staged[list[Entry]]]
"""What a section's module does: from a project on a cluster to artifacts and workloads."""
