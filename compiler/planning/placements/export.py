"""Data on an NFS export: a volume that is pinned to it, and a claim that is pinned to the volume."""

from __future__ import annotations

from typing import Any

from compiler.diagnostics import Staged
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.planning.plans import ClaimPlan, Identity, VolumePlan
from compiler.planning.sizes import claim_size
from compiler.planning.storage import Storage, claim_identity, claim_spec
from compiler.sources.base import Placement

PLACEMENT = Placement.EXPORT
CSI_CLASS = "nfs-csi"
NFS_VERSION = "4.1"


def place(artifact: Artifact, program: Program) -> Staged[Storage | None]:
    """The volume and its claim."""
    volume = export_volume(artifact, program)
    spec = claim_spec(
        artifact,
        size=claim_size(artifact, program.profile),
        access_modes=("ReadWriteMany",),
        storage_class=volume["storageClassName"],
        volume=artifact.names.volume,
    )
    identity = claim_identity(artifact)
    plans = (VolumePlan(volume_identity(artifact), volume), ClaimPlan(identity, spec))
    return Staged(Storage(artifact.names.claim, artifact.namespace, plans=plans))


def export_volume(artifact: Artifact, program: Program) -> dict[str, Any]:
    """The spec of the volume: by the NFS CSI driver where the Dataset controller makes it, in-tree elsewhere."""
    server, path = str(artifact.source.fields["server"]), str(artifact.source.fields["path"])
    if artifact.foreign:
        return _csi(artifact, server, path)
    return in_tree(server, path or "/", claim_size(artifact, program.profile), (f"nfsvers={NFS_VERSION}",))


def in_tree(server: str, path: str, size: str, mount_options: tuple[str, ...]) -> dict[str, Any]:
    """An NFS volume that needs no driver. The empty class keeps every provisioner away from it."""
    return {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": size},
        "mountOptions": list(mount_options),
        "nfs": {"path": path, "server": server},
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "",
        "volumeMode": "Filesystem",
    }


def volume_identity(artifact: Artifact) -> Identity:
    """The identity of an artifact's own volume."""
    labels: dict[str, str] = dict(artifact.labels)
    annotations: dict[str, str] = {}
    if artifact.foreign:
        labels = {"baize.io/dataset-name": artifact.names.claim}
        annotations = {"pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io"}
    return Identity(artifact.names.volume, None, artifact.unit, artifact.origin, labels, annotations)


def _csi(artifact: Artifact, server: str, path: str) -> dict[str, Any]:
    name = artifact.names.volume
    attributes = {
        "csi.storage.k8s.io/pv/name": name,
        "csi.storage.k8s.io/pvc/name": artifact.names.claim,
        "csi.storage.k8s.io/pvc/namespace": artifact.namespace,
        "mountPermissions": artifact.mount.mode,
        "onDelete": "retain",
        "server": server,
        "share": "/",
        "subdir": path,
    }
    return {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": str(artifact.wanted.size)},
        "csi": {
            "driver": "nfs.csi.k8s.io",
            "volumeAttributes": attributes,
            "volumeHandle": f"{server}#{path}#{name}#",
        },
        "mountOptions": [f"nfsvers={NFS_VERSION}"],
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": CSI_CLASS,
    }
