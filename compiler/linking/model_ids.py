"""The label `hydra.io/model-id`: what it names has to be what the source loads."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, closest
from compiler.linking import problems
from compiler.linking.artifact import Artifact
from compiler.linking.hubs import HUBS
from compiler.linking.labels import MODEL_ID
from compiler.linking.program import Parts


def check_model_ids(parts: Parts) -> list[Diagnostic]:
    """Labels that name no model, or another one than the source loads."""
    found: list[Diagnostic] = []
    for artifact in parts.artifacts:
        if artifact.foreign and artifact.model_id:
            found += _check(artifact, artifact.model_id, parts)
    return found


def _check(artifact: Artifact, model: str, parts: Parts) -> list[Diagnostic]:
    at = artifact.origin.document.at("metadata", "labels", MODEL_ID)
    repositories = _repositories(model, parts)
    if repositories is None:
        return [problems.unknown_model_id(at, model, closest(model, parts.library.names("model")))]
    wanted = repositories.get(HUBS.get(artifact.source.type.name, ""))
    loaded = artifact.source.fields.get("repo")
    if wanted and loaded and str(loaded).lower() not in {one.lower() for one in wanted}:
        return [problems.model_mismatch(at, model, wanted[0], str(loaded))]
    return []


def _repositories(model: str, parts: Parts) -> dict[str, tuple[str, ...]] | None:
    for one in parts.models:
        if one.id == model:
            return {hub: (repository,) for hub, repository in one.repositories.items()}
    entry = parts.library.find_by_modelhub(model) or parts.library.find("model", model).value
    return None if entry is None else {hub: entry.repositories(hub) for hub in HUBS.values()}
