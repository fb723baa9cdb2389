"""Data that is loaded: on a claim of its own, dynamically provisioned or placed by Hydra."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking import claim_problems
from compiler.linking.artifact import Artifact
from compiler.linking.labels import DATASET_NAME
from compiler.linking.program import Program
from compiler.planning.placements.existing import existing, owner_of
from compiler.planning.placements.static import static_of, static_storage
from compiler.planning.plans import ClaimPlan
from compiler.planning.sizes import claim_size
from compiler.planning.storage import Storage, claim_identity, claim_spec
from compiler.sources.base import Placement

PLACEMENT = Placement.LOADED


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The claim that the loader fills."""
    if artifact.claim_reference is not None:
        reference = artifact.claim_reference
        return existing(artifact, program, reference.name, reference.sub_path, reference.at)
    if (artifact.namespace, artifact.names.claim) in program.claims:
        return adopted(artifact, program)
    static = static_of(artifact, program.profile)
    if static is not None:
        return static_storage(artifact, program, static)
    return Staged(dynamic_storage(artifact, program))


def adopted(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The claim that a document of the repo describes under the artifact's own name: it is used as it is.

    The Dataset controller takes such a claim only where its label names the Dataset.
    """
    claim = artifact.names.claim
    if artifact.foreign and owner_of(program, artifact.namespace, claim) != claim:
        document = program.claims[artifact.namespace, claim].document
        owner = owner_of(program, artifact.namespace, claim)
        return Staged(
            None, [claim_problems.claim_not_own(document.at("metadata", key=True), claim, DATASET_NAME, owner)]
        )
    return existing(artifact, program, claim, "", artifact.source_at)


def dynamic_storage(artifact: Artifact, program: Program) -> Storage:
    """A claim that the cluster provisions."""
    default = program.profile.storage
    spec = claim_spec(
        artifact,
        size=claim_size(artifact, program.profile),
        access_modes=artifact.wanted.access_modes or tuple(default.access_modes),
        # The Dataset controller leaves the class open, and an existing claim must not be asked to change it.
        storage_class=None if artifact.foreign else artifact.wanted.storage_class or default.class_,
        volume=None,
    )
    plan = ClaimPlan(claim_identity(artifact), spec, artifact.mount.path)
    return Storage(artifact.names.claim, artifact.namespace, plans=(plan,))
