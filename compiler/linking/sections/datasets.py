"""`datasets`: each entry is an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.scope import Entry, Scope
from compiler.linking.sections.loaded import Read, artifact_of, check_path, source_of, written_of

if TYPE_CHECKING:
    from compiler.spec.project.datasets import Dataset

REFERABLE = True
"""Whether references may name its entries."""


STORES = True
"""Whether its entries have storage."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Datasets as artifacts. One whose source cannot be read is left out, with its diagnostics."""
    datasets: dict[str, Dataset] = getattr(scope.project, "datasets", None) or {}
    artifacts: list[Entry] = []
    found: list[Diagnostic] = []
    for name, dataset in datasets.items():
        written = written_of(dataset.source, scope.at("datasets", name, "source"))
        source = source_of(scope, written)
        found += [*source.found, *check_path(dataset.mount.path, scope.at("datasets", name, "mount", "path"))]
        if source.value is not None:
            artifact = artifact_of(scope, "datasets", name, dataset, Read(written, source.value))
            artifacts.append(artifact._replace(format=dataset.format))
    return Staged(artifacts, found)
