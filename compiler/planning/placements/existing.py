"""Data on a claim that exists already."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking import problems
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.planning.storage import Storage
from compiler.source.document import Origin
from compiler.sources.base import Placement

PLACEMENT = Placement.CLAIM
OWNER_LABEL = "baize.io/dataset-name"


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The claim that the URI names, or the one that takes its place."""
    fields = artifact.source.fields
    reference = artifact.claim_reference
    if reference is not None:
        return existing(artifact, program, reference.name, reference.sub_path or str(fields["path"]), reference.at)
    storage = existing(artifact, program, str(fields["claim"]), str(fields["path"]), artifact.source_at)
    if storage.value is None or not artifact.foreign:
        return storage
    owner = artifact.names.claim
    document = program.claims.get((artifact.namespace, storage.value.claim))
    if document is not None:
        labels = document.document.value["metadata"].get("labels") or {}
        if labels.get(OWNER_LABEL, owner) != owner:
            at = document.document.at("metadata", "labels", OWNER_LABEL)
            return Staged(None, [problems.foreign_claim(at, storage.value.claim, labels[OWNER_LABEL])])
    return Staged(storage.value._replace(claim_labels={OWNER_LABEL: owner}), storage.found)


def existing(artifact: Artifact, program: Program, claim: str, sub_path: str, at: Origin) -> Staged[Storage | None]:
    """A claim of the namespace that somebody else makes, or that a document of the repo describes."""
    storage = Storage(claim, artifact.namespace, sub_path)
    document = program.claims.get((artifact.namespace, claim))
    if document is None:
        if any(one.names.claim == claim and one.namespace == artifact.namespace for one in program.artifacts):
            return Staged(storage)
        return Staged(storage, [problems.claim_not_here(at, claim, artifact.namespace)])
    status = document.document.value.get("status")
    phase = status.get("phase") if isinstance(status, dict) else None
    if phase not in (None, "Bound"):
        where = document.document.at("status", "phase")
        return Staged(None, [problems.claim_not_bound(where, claim, str(phase))])
    return Staged(storage)
