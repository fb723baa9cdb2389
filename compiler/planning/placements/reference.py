"""Data of another artifact: its claim in the same namespace, a static clone of its volume in another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Staged
from compiler.emission.canonical import canonical_quantities, prune
from compiler.emission.naming import object_name
from compiler.linking import claim_problems
from compiler.linking.artifact import Artifact
from compiler.linking.labels import DATASET_NAME, LAST_APPLIED
from compiler.linking.program import Program
from compiler.planning.identity import Identity
from compiler.planning.placements.export import claim_reference
from compiler.planning.plans import ClaimPlan, VolumePlan
from compiler.planning.storage import Storage, claim_identity
from compiler.planning.storage import place as place_artifact
from compiler.sources.base import Placement

PLACEMENT = Placement.REFERENCE
"""Annotations that tools keep their own state in: a copy would mislead them."""


class Bound(NamedTuple):
    """A volume that is known at compile time, and the claim on it."""

    volume: Mapping[str, Any]
    claim: Mapping[str, Any]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The source's own claim within its namespace; else a second volume on the same data, and a claim on that.

    A Dataset gets its own claim within the namespace too, where that can be made: pods mount it under its name.
    """
    target = program.targets[artifact.of]
    within = artifact.namespace == target.namespace
    bound = None if within and not artifact.foreign else _bound(target, program)
    if bound is not None:
        return Staged(_clone(artifact, target, bound))
    if not within:
        return Staged(None, [claim_problems.not_clonable(artifact.source_at, target.of)])
    storage = place_artifact(target, program).value
    if storage is None:
        return Staged(None)
    told = (
        [claim_problems.claim_reused(artifact.source_at, artifact.names.claim, storage.claim)]
        if artifact.foreign
        else []
    )
    return Staged(storage._replace(plans=(), claim_labels={}), told)


def _clone(artifact: Artifact, target: Artifact, bound: Bound) -> Storage:
    if artifact.foreign:
        claim, logical = claim_identity(artifact), artifact.names.clone
        volume = object_name([logical], digest=artifact.names.clone_hash, limit=253)
        labels: Mapping[str, str] = {**bound.labels, DATASET_NAME: artifact.names.claim}
        annotations = bound.annotations
        unit = artifact.unit
    else:
        name, unit = target.names.claim, target.unit
        volume = logical = object_name([artifact.namespace, name, "from", target.namespace])
        labels, annotations = target.labels, {}
        claim = Identity(name, artifact.namespace, unit, artifact.origin, labels)
    spec = {key: value for key, value in bound.volume.items() if key != "claimRef"}
    spec["persistentVolumeReclaimPolicy"] = "Retain"
    if not artifact.foreign:
        spec["claimRef"] = claim_reference(artifact.namespace, claim.name)
    plans = (
        VolumePlan(
            Identity(logical, None, unit, artifact.origin, labels, annotations), dict(sorted(spec.items())), volume
        ),
        ClaimPlan(claim, dict(sorted({**bound.claim, "volumeName": volume}.items()))),
    )
    return Storage(claim.name, artifact.namespace, plans=plans)


def _bound(artifact: Artifact, program: Program) -> Bound | None:
    """The volume behind an artifact's claim, where it is known before the cluster has seen it."""
    target = program.targets.get(artifact.of)
    if target is not None:
        return _bound(target, program)
    placed = place_artifact(artifact, program).value
    if placed is None:
        return None
    claim = next(
        (one.spec for one in placed.plans if isinstance(one, ClaimPlan) and one.identity.name == placed.claim), None
    )
    document = program.claims.get((placed.namespace, placed.claim))
    if claim is None and document is not None:
        claim = document.document.value.get("spec") or {}
    if claim is None or not claim.get("volumeName"):
        return None
    made = next(
        (one for one in placed.plans if isinstance(one, VolumePlan) and one.identity.name == claim["volumeName"]), None
    )
    if made is not None:
        return Bound(made.spec, claim, made.identity.labels, made.identity.annotations)
    committed = program.volumes.get(str(claim["volumeName"]))
    if committed is None:
        return None
    metadata = committed.document.value["metadata"]
    return Bound(
        canonical_quantities(prune(committed.document.value.get("spec") or {})),
        canonical_quantities(prune(claim)),
        metadata.get("labels") or {},
        {key: note for key, note in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED},
    )
