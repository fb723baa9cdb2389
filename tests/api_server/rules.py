"""Defaults that the server sets, and what it does not let change.

Source: Kubernetes, `pkg/apis/batch/validation` (`ValidateJobSpecUpdate`), `pkg/apis/core/validation`
(`ValidatePersistentVolumeClaimUpdate`, `ValidatePersistentVolumeUpdate`, `ValidateConfigMapUpdate`), `pkg/apis/apps/validation`
(`ValidateStatefulSetUpdate`), and the `defaults.go` beside them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

JOB_FROZEN = ("completions", "selector", "template", "completionMode", "podFailurePolicy", "successPolicy", "managedBy")
STATEFUL_FREE = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)


def with_defaults(body: dict[str, Any]) -> None:
    """Set what the server sets, in place."""
    kind, spec = body["kind"], body.get("spec")
    if kind == "Namespace":
        body.setdefault("spec", {})["finalizers"] = ["kubernetes"]
        body["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = body["metadata"]["name"]
    if not isinstance(spec, dict):
        return
    if kind == "PersistentVolumeClaim":
        spec.setdefault("volumeMode", "Filesystem")
        spec.setdefault("storageClassName", "standard")
    if kind == "Job":
        for name, value in {
            "backoffLimit": 6,
            "completionMode": "NonIndexed",
            "completions": 1,
            "parallelism": 1,
            "suspend": False,
        }.items():
            spec.setdefault(name, value)
        uid = hashlib.sha256(body["metadata"]["name"].encode()).hexdigest()[:8]
        spec.setdefault("selector", {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}})
        template = spec["template"].setdefault("metadata", {})
        template.setdefault("labels", {})["batch.kubernetes.io/controller-uid"] = uid
    if kind in {"Job", "Deployment", "StatefulSet"}:
        pod_defaults(spec["template"]["spec"])


def pod_defaults(pod: dict[str, Any]) -> None:
    for name, value in {
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
    }.items():
        pod.setdefault(name, value)
    for container in (*pod.get("containers", ()), *pod.get("initContainers", ())):
        container.setdefault("imagePullPolicy", "IfNotPresent")
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        for port in container.get("ports", ()):
            port.setdefault("protocol", "TCP")


def refused_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields that cannot be changed, and what the server says."""
    frozen = FROZEN.get(old["kind"])
    if frozen:
        yield from frozen(old, new)


def _job(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in JOB_FROZEN:
        if old["spec"].get(name) != new["spec"].get(name):
            yield f"spec.{name}", "Invalid value: field is immutable"


def _claim(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from compiler.emission.quantities import quantity_bytes

    free = ("resources", "volumeAttributesClassName")
    if _without(old["spec"], free) != _without(new["spec"], free):
        yield (
            "spec",
            "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName "
            "for bound claims",
        )
    sizes = [quantity_bytes(one["spec"]["resources"]["requests"]["storage"]) for one in (old, new)]
    if sizes[1] < sizes[0]:
        yield "spec.resources.requests.storage", "Forbidden: field can not be less than status.capacity"


def _volume(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for source in ("nfs", "csi", "hostPath", "local", "volumeMode"):
        if old["spec"].get(source) != new["spec"].get(source):
            yield "spec.persistentvolumesource", "Forbidden: spec.persistentvolumesource is immutable after creation"
            return


def _config_map(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if old.get("immutable") and (not new.get("immutable") or old.get("data") != new.get("data")):
        yield "data", "Forbidden: field is immutable when `immutable` is set"


def _stateful_set(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if _without(old["spec"], STATEFUL_FREE) != _without(new["spec"], STATEFUL_FREE):
        yield (
            "spec",
            "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' are forbidden",
        )


def _without(spec: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in names}


FROZEN = {
    "Job": _job,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
    "ConfigMap": _config_map,
    "StatefulSet": _stateful_set,
}
