"""Small good objects of every kind that Hydra emits or passes through, and ways to spoil them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from compiler.manifest import Body, Manifest
from compiler.source.document import Document, SourceFile

Spoil = Callable[[Body], object]


def metadata(name: str = "weights", namespace: str | None = "nlp") -> Body:
    """Metadata with labels and annotations as Hydra writes them."""
    place = {} if namespace is None else {"namespace": namespace}
    labels = {"app.kubernetes.io/part-of": "support-bot", "team": "support"}
    keep = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
    return {"name": name, **place, "labels": labels, "annotations": keep}


def claim() -> Body:
    """A PersistentVolumeClaim."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": "32Gi"}},
            "storageClassName": "cephfs",
        },
    }


def volume() -> Body:
    """A PersistentVolume."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": metadata("nlp-weights", None),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "capacity": {"storage": "100Ti"},
            "csi": {
                "driver": "nfs.csi.k8s.io",
                "volumeHandle": "10.0.0.5#/exports",
                "volumeAttributes": {"share": "/"},
            },
            "mountOptions": ["nfsvers=4.1"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
        },
    }


def pod() -> Body:
    """A pod's spec with most of what a preload and a gate use."""
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "imagePullSecrets": [{"name": "acme"}],
        "initContainers": [{"name": "gate", "image": "alpine:3.20", "command": ["sh"], "restartPolicy": "Always"}],
        "restartPolicy": "Never",
        "securityContext": {"runAsUser": 1000, "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 5,
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [
            {
                "name": "loader",
                "image": "registry.acme.io/loader:v1",
                "env": [
                    {"name": "HOME", "value": "/tmp"},
                    {"name": "POD", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels['a/b']"}}},
                    {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s3", "key": "access-key"}}},
                ],
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5},
                "resources": {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"cpu": 4, "nvidia.com/gpu": "1"}},
                "securityContext": {"capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True},
                "volumeMounts": [{"name": "volume", "mountPath": "/mnt/volume", "subPath": "a/..b/c"}],
            }
        ],
        "volumes": [
            {"name": "volume", "persistentVolumeClaim": {"claimName": "weights"}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}},
            {"name": "files", "configMap": {"name": "files", "defaultMode": 292, "items": [{"key": "a.py", "path": "a/b.py"}]}},
            {"name": "all", "projected": {"sources": [{"secret": {"name": "s3"}}, {"configMap": {"name": "files"}}]}},
        ],
    }  # fmt: skip


def job() -> Body:
    """A preload Job."""
    interrupted = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata("weights-preload-mckkc4kfh5"),
        "spec": {
            "backoffLimit": 4,
            "activeDeadlineSeconds": 86400,
            "podFailurePolicy": {"rules": [interrupted]},
            "template": {"metadata": {"labels": {"team": "support"}}, "spec": pod()},
        },
    }


def config_map() -> Body:
    """A ConfigMap with text and bytes."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata("files"),
        "data": {"environment.yaml": "name: a\n", ".hidden": ""},
        "binaryData": {"model.bin": "aGVsbG8="},
        "immutable": True,
    }


def secret() -> Body:
    """A Secret with both forms of values."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata("s3"),
        "type": "Opaque",
        "data": {"access-key": "bWluaW8="},
        "stringData": {"secret-key": "hunter2"},
    }


def namespace() -> Body:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata("nlp", None)}


def kustomization() -> Body:
    """The kustomization.yaml of one directory."""
    resources = ["_cluster", "job-weights-preload.yaml", "nlp"]
    return {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources}


def deployment() -> Body:
    """A Deployment of one container."""
    template = {"metadata": {"labels": {"app": "gateway"}}, "spec": {**pod(), "restartPolicy": "Always"}}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "gateway"}}, "strategy": strategy, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata("gateway"), "spec": spec}


def service() -> Body:
    """A Service in front of pods."""
    ports = [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
    spec = {"type": "ClusterIP", "selector": {"app": "gateway"}, "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata("gateway"), "spec": spec}


def ingress() -> Body:
    """An Ingress to a Service."""
    backend = {"service": {"name": "gateway", "port": {"number": 80}}}
    rule = {"host": "*.acme.io", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    spec = {"ingressClassName": "nginx", "tls": [{"hosts": ["*.acme.io"], "secretName": "tls"}], "rules": [rule]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata("gateway"), "spec": spec}


GOOD: tuple[Callable[[], Body], ...] = (
    claim, volume, job, config_map, secret, namespace, deployment, service, ingress, kustomization,
)  # fmt: skip
CORE = tuple(make for make in GOOD if make is not kustomization)


def at(body: Body, *path: str | int) -> Any:
    """A part of an object."""
    value: Any = body
    for step in path:
        value = value[step]
    return value


def put(*path: Any) -> Spoil:
    """Set the value that stands last at the path before it; a path that ends in `...` deletes."""
    *way, last, value = path

    def spoil(body: Body) -> None:
        holder = at(body, *way)
        if value is ...:
            del holder[last]
        else:
            holder[last] = copy.deepcopy(value)

    return spoil


def manifest(body: Body, *, document: Body | None = None) -> Manifest:
    """The object as a manifest, from this document or from one of another kind."""
    file = SourceFile("a/hydra.yaml", "")
    source = Document(file, 0, document if document is not None else {"kind": "Project"})
    return Manifest(body, logical=body["metadata"]["name"], unit="a", origin=source.at())


FREE = frozenset((
    "annotations", "binaryData", "data", "labels", "limits", "matchLabels", "nodeSelector", "parameters", "rayStartParams",
    "requests", "selector", "stringData", "capacity", "volumeAttributes",
))  # fmt: skip
"""Maps whose keys are the author's, not the schema's."""

FREE_AND_DEEP = frozenset(("pytorchReplicaSpecs",))
"""Such maps whose values are objects again."""


def closed_maps(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to the mappings of an object in which only known fields may stand."""
    if isinstance(value, dict):
        if not path or path[-1] not in FREE:
            if not path or path[-1] not in FREE_AND_DEEP:
                yield path
            for key, inner in value.items():
                yield from closed_maps(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from closed_maps(inner, (*path, index))
