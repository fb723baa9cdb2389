"""PersistentVolumes of static storage."""

from __future__ import annotations

from compiler.lowering.metadata import KEEP, manifest, metadata
from compiler.manifest import Manifest
from compiler.planning.plans import VolumePlan


def volume(plan: VolumePlan) -> Manifest:
    """The volume, which no controller deletes."""
    body = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": metadata(plan.identity, name=plan.name, annotations=KEEP),
        "spec": dict(plan.spec),
    }
    return manifest(body, plan.identity)


LOWERING = (VolumePlan, volume)
