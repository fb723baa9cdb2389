"""What a section of a project is expanded in: the project, its cluster, the library, the repo's files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compiler.diagnostics import Staged
from compiler.library.library import Library
from compiler.linking.artifact import Artifact
from compiler.linking.profile import Profile
from compiler.linking.workload import Workload
from compiler.source.document import Document, Origin, SourceFile

if TYPE_CHECKING:
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

    def labels(self, component: str) -> dict[str, str]:
        """Labels of the project's objects."""
        metadata = self.project.metadata
        return {
            **metadata.labels,
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/managed-by": "hydra",
            "app.kubernetes.io/part-of": metadata.name,
        }


Entry: TypeAlias = "Artifact | Workload"
"""What an entry of a section becomes."""

Expand = Callable[[Scope], Staged[list[Entry]]]
"""What a section's module does: from a project on a cluster to artifacts and workloads."""
