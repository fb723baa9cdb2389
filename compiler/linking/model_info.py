"""What the library knows of weights that a document loads: by the document's label, else by the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.linking.artifact import Artifact, ModelInfo
from compiler.linking.hubs import HUBS

if TYPE_CHECKING:
    from compiler.library.entries.model import Model
    from compiler.library.library import Library


def model_of_library(artifact: Artifact, library: Library) -> ModelInfo | None:
    """The model that an artifact holds, where the label `hydra.io/model-id` or the source says which; else None."""
    entry = entry_of(artifact, library)
    if entry is None:
        return None
    return ModelInfo(entry.facts, entry.dtype or "bfloat16", entry.template, entry.task, entry.remote_code)


def entry_of(artifact: Artifact, library: Library) -> Model | None:
    """The library's entry for what an artifact holds. A repository says more exactly than a label what was loaded."""
    hub, repository = HUBS.get(artifact.source.type.name), artifact.source.fields.get("repo")
    entry = library.find_by_repository(hub, str(repository)) if hub and repository else None
    if entry is not None or artifact.model_id is None:
        return entry
    named: Model | None = library.find_by_modelhub(artifact.model_id) or library.find("model", artifact.model_id).value
    return named
