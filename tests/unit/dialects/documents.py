"""Dataset documents and their companions, as text."""

from __future__ import annotations

import json
from typing import Any


def document(value: Any) -> str:
    """A document: JSON is YAML."""
    return json.dumps(value, indent=1)


def dataset(name: str, kind: str, uri: str, *, namespace: str = "team-a", options: Any = None, **spec: Any) -> str:
    """A Dataset."""
    source = {"type": kind, "uri": uri} | ({"options": options} if options is not None else {})
    return document(
        {
            "apiVersion": "dataset.baizeai.io/v1alpha1",
            "kind": "Dataset",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"source": source, **spec},
        }
    )


def claim(name: str, *, namespace: str = "team-a", labels: Any = None, phase: str = "", volume: str = "") -> str:
    """A PersistentVolumeClaim."""
    spec: dict[str, Any] = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "10Gi"}}}
    metadata = {"name": name, "namespace": namespace, "labels": labels or {}}
    return document(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata,
            "spec": spec | ({"volumeName": volume} if volume else {}),
            **({"status": {"phase": phase}} if phase else {}),
        }
    )


def volume(name: str) -> str:
    """A PersistentVolume, as a cluster gives it back."""
    return document(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {
                "name": name,
                "labels": {"tier": "fast"},
                "annotations": {
                    "pv.kubernetes.io/provisioned-by": "csi.juicefs.com",
                    "kubectl.kubernetes.io/last-applied-configuration": "{}",
                },
                "finalizers": ["kubernetes.io/pv-protection"],
            },
            "spec": {
                "accessModes": ["ReadWriteMany"],
                "capacity": {"storage": "10Gi"},
                "claimRef": {"kind": "PersistentVolumeClaim", "name": "src", "namespace": "public", "uid": "1"},
                "csi": {"driver": "csi.juicefs.com", "volumeHandle": "pvc-1", "volumeAttributes": {"subPath": "a"}},
                "persistentVolumeReclaimPolicy": "Delete",
                "storageClassName": "juicefs",
                "volumeMode": "Filesystem",
            },
        }
    )


def namespace(name: str, **labels: str) -> str:
    """A Namespace."""
    return document({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})


def documents(*texts: str) -> str:
    """Several documents of one file."""
    return "\n---\n".join(texts)
