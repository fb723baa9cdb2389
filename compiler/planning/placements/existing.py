"""Data on a claim that exists already."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking import claim_problems
from compiler.linking.artifact import Artifact
from compiler.linking.labels import DATASET_NAME
from compiler.linking.program import Program
from compiler.planning.storage import Storage
from compiler.source.document import Origin
from compiler.sources.base import Placement

PLACEMENT = Placement.CLAIM
"""Label by which the Dataset controller knows whose claim it is."""


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The claim that the URI names, or the one that takes its place."""
    fields = artifact.source.fields
    reference = artifact.claim_reference
    if reference is not None:
        return existing(artifact, program, reference.name, reference.sub_path or str(fields["path"]), reference.at)
    claim = str(fields["claim"])
    storage = existing(artifact, program, claim, str(fields["path"]), artifact.source_at)
    if storage.value is None or not artifact.foreign:
        return storage
    taken = _taken(artifact, program, claim)
    if taken is not None:
        return taken
    return Staged(storage.value._replace(claim_labels={DATASET_NAME: artifact.names.claim}), storage.found)


def existing(artifact: Artifact, program: Program, claim: str, sub_path: str, at: Origin) -> Staged[Storage | None]:
    """A claim of the namespace that somebody else makes, or that a document of the repo describes."""
    storage = Storage(claim, artifact.namespace, sub_path)
    document = program.claims.get((artifact.namespace, claim))
    if document is None:
        maker = program.claimants.get((artifact.namespace, claim))
        if maker is not None and maker.source.type.placement is not Placement.CLAIM:
            return Staged(storage)
        if (artifact.namespace, claim) in program.made:
            return Staged(storage)
        if (artifact.namespace, claim) in program.broken:
            return Staged(None)
        return Staged(storage, [claim_problems.claim_not_here(at, claim, artifact.namespace)])
    status = document.document.value.get("status")
    phase = status.get("phase") if isinstance(status, dict) else None
    if phase not in (None, "Bound"):
        where = document.document.at("status", "phase")
        return Staged(None, [claim_problems.claim_not_bound(where, claim, str(phase))])
    return Staged(storage)


def owner_of(program: Program, namespace: str, claim: str) -> str | None:
    """The Dataset that the document of a claim says it belongs to."""
    document = program.claims.get((namespace, claim))
    labels = document.document.value["metadata"].get("labels") if document else None
    return str(labels[DATASET_NAME]) if labels and DATASET_NAME in labels else None


def _taken(artifact: Artifact, program: Program, claim: str) -> Staged[Storage | None] | None:
    """A finding where the claim is another Dataset's: by its label, by being made for it, or by being named before."""
    owner, own = owner_of(program, artifact.namespace, claim), artifact.names.claim
    if owner is not None and owner != own:
        at = program.claims[artifact.namespace, claim].document.at("metadata", "labels", DATASET_NAME)
        return Staged(None, [claim_problems.foreign_claim(at, claim, owner)])
    claimant = program.claimants.get((artifact.namespace, claim), artifact)
    if claimant.of != artifact.of and claimant.foreign:
        return Staged(None, [claim_problems.foreign_claim(artifact.source_at, claim, claimant.names.claim)])
    return None
