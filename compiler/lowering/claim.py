"""PersistentVolumeClaims. Their names never carry a digest: storage outlives edits."""

from __future__ import annotations

from compiler.lowering.metadata import KEEP, manifest, metadata
from compiler.manifest import Manifest
from compiler.planning.plans import ClaimPlan


def claim(plan: ClaimPlan) -> Manifest:
    """The claim, which no controller deletes."""
    body = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(plan.identity, annotations=KEEP),
        "spec": dict(plan.spec),
    }
    return manifest(body, plan.identity, data=plan.data)


LOWERING = (ClaimPlan, claim)
