"""Data on an NFS export: a volume that is pinned to it, and a claim that is pinned to the volume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.quantities import quantity_bytes
from compiler.linking import claim_problems
from compiler.linking.artifact import Artifact
from compiler.linking.labels import DATASET_NAME
from compiler.linking.program import Program
from compiler.planning.identity import Identity
from compiler.planning.plans import ClaimPlan, VolumePlan
from compiler.planning.sizes import claim_size
from compiler.planning.storage import Storage, claim_identity, claim_places, claim_spec
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
    return Staged(Storage(artifact.names.claim, artifact.namespace, plans=plans), _unfit(identity, spec, volume))


def _unfit(identity: Identity, claim: Mapping[str, Any], volume: Mapping[str, Any]) -> list[Diagnostic]:
    """What keeps a claim from ever being bound to the volume that it names."""
    modes = [mode for mode in claim["accessModes"] if mode not in volume["accessModes"]]
    asked, size = claim["resources"]["requests"]["storage"], volume["capacity"]["storage"]
    found = []
    if modes:
        wrong = f"The claim asks for {', '.join(modes)}, and the volume on the export is {volume['accessModes'][0]}"
        found.append(("modes", wrong, "Remove `accessModes` from the template."))
    if claim["volumeMode"] != "Filesystem":
        wrong = f"The claim asks for a {claim['volumeMode']} volume, and an export is a file system"
        found.append(("modes", wrong, "Remove `volumeMode` from the template."))
    if _larger(asked, size):
        wrong = f"The claim asks for {asked}, and the volume on the export has {size}"
        found.append(("size", wrong, f"Ask for {size} or less: the size of an export is not enforced."))
    if claim.get("selector"):
        wrong = "The claim has a selector, and the volume on the export is named"
        found.append(("modes", wrong, "Remove `selector` from the template."))
    return [
        claim_problems.never_bound(identity.places[place], f"{wrong}: it waits for ever.", do)
        for place, wrong, do in found
    ]


def _larger(asked: str, size: str) -> bool:
    try:
        return quantity_bytes(asked) > quantity_bytes(size)
    except ValueError:
        return False


def export_volume(artifact: Artifact, program: Program) -> dict[str, Any]:
    """The spec of the volume: by the NFS CSI driver where the Dataset controller makes it, in-tree elsewhere."""
    server, path = str(artifact.source.fields["server"]), str(artifact.source.fields["path"])
    if artifact.foreign:
        return _csi(artifact, server, path)
    claim = claim_reference(artifact.namespace, artifact.names.claim)
    return in_tree(server, path or "/", claim_size(artifact, program.profile), (f"nfsvers={NFS_VERSION}",), claim)


def claim_reference(namespace: str, name: str) -> dict[str, str]:
    """The one claim that may have a volume. Without it, a claim of any namespace could name the volume and get it."""
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": name, "namespace": namespace}


def in_tree(
    server: str, path: str, size: str, mount_options: tuple[str, ...], claim: Mapping[str, str]
) -> dict[str, Any]:
    """An NFS volume that needs no driver. The empty class keeps every provisioner away from it."""
    return {
        "accessModes": ["ReadWriteMany"],
        "capacity": {"storage": size},
        "claimRef": dict(claim),
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
        labels = {DATASET_NAME: artifact.names.claim}
        annotations = {"pv.kubernetes.io/provisioned-by": "nfs.csi.k8s.io"}
    places = claim_places(artifact)
    return Identity(artifact.names.volume, None, artifact.unit, artifact.origin, labels, annotations, places)


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
