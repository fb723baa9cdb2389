"""Pods of workloads: they pass the Pod Security level "restricted", and wait for what they read.

Source: Kubernetes, "Pod Security Standards".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from compiler.linking.workload import FieldPath, SecretKey
from compiler.lowering.gate import Gate, gate_container
from compiler.lowering.pods import verbatim
from compiler.manifest import Body
from compiler.planning.work import PodVolume, Probes, Waiting, WorkPod

STARTUP_PERIOD = 10
"""Seconds between two looks at a server that starts."""

UNBOUNDED = "-"
"""Size of an empty directory that may grow as far as its node lets it."""


def pod_template(pod: WorkPod, container: str, *, restart: str = "") -> Body:
    """The template of a workload's pods, `container` being the name of the one that works.

    `restart` is the pod's own restart policy: an operator of Kubeflow's sets that from the role's, a Job does not.
    """
    template: Body = {}
    if pod.labels:
        template["metadata"] = {"labels": dict(sorted(pod.labels.items()))}
    spec: Body = {
        "automountServiceAccountToken": pod.token,
        "enableServiceLinks": False,
        "imagePullSecrets": [{"name": name} for name in pod.pull_secrets],
        "nodeSelector": dict(sorted(pod.node_selector.items())),
        "restartPolicy": restart,
        "tolerations": [dict(one) for one in pod.tolerations],
        "securityContext": _security(pod),
        "serviceAccountName": pod.service_account,
        "terminationGracePeriodSeconds": pod.grace_seconds,
        "initContainers": [gate_container(_gate(pod, one)) for one in pod.gates],
        "containers": [_container(pod, container)],
        "volumes": _volumes(pod.volumes),
    }
    return {**template, "spec": _without_empty(spec)}


def _without_empty(body: Mapping[str, Any]) -> Body:
    return {key: value for key, value in body.items() if value is not None and value not in ("", [], {})}


def _security(pod: WorkPod) -> Body:
    context: Body = {"runAsNonRoot": pod.uid != 0, "runAsUser": pod.uid, "runAsGroup": pod.gid}
    if pod.groups:
        context["supplementalGroups"] = list(pod.groups)
    if pod.fs_group:
        context |= {"fsGroup": pod.gid, "fsGroupChangePolicy": "OnRootMismatch"}
    return {**context, "seccompProfile": {"type": "RuntimeDefault"}}


def _container(pod: WorkPod, name: str) -> Body:
    capabilities: dict[str, list[str]] = {"drop": ["ALL"]}
    if pod.capabilities:
        capabilities["add"] = list(pod.capabilities)
    container: Body = {
        "name": name,
        "image": pod.image,
        "command": [verbatim(argument) for argument in pod.command],
        "args": [verbatim(argument) for argument in pod.arguments],
        "workingDir": pod.workdir,
        "env": [_variable(name, value) for name, value in pod.environment.items()],
        "ports": [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in pod.ports.items()],
        "resources": _without_empty(pod.resources),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": capabilities},
        **_probes(pod.probes),
        "volumeMounts": [_mount(volume) for volume in pod.volumes],
    }
    return _without_empty(container)


def _probes(probes: Probes | None) -> Body:
    """Start-up is asked often and given long; afterwards a server that does not answer gets no more requests, and one
    that does not answer for two minutes is started again."""
    if probes is None:
        return {}
    failures = -(-probes.startup_seconds // STARTUP_PERIOD)
    return {
        "startupProbe": {**_asked(probes.startup, probes.port), **_timing(STARTUP_PERIOD, 5, failures)},
        "readinessProbe": {**_asked(probes.readiness, probes.port), **_timing(10, 5, 3)},
        "livenessProbe": {**_asked(probes.liveness, probes.port), **_timing(30, 10, 4)},
    }


def _asked(path: str, port: int) -> Body:
    if not path:
        return {"tcpSocket": {"port": port}}
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}}


def _timing(period: int, timeout: int, failures: int) -> Body:
    return {"periodSeconds": period, "timeoutSeconds": timeout, "failureThreshold": failures}


def _variable(name: str, value: str | SecretKey | FieldPath) -> Body:
    if isinstance(value, str):
        return {"name": name, "value": verbatim(value)}
    if isinstance(value, SecretKey):
        return {"name": name, "valueFrom": {"secretKeyRef": {"name": value.secret, "key": value.key}}}
    return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": value.path}}}


def _mount(volume: PodVolume) -> Body:
    mount: Body = {"name": volume.name, "mountPath": volume.path}
    if volume.sub_path:
        mount["subPath"] = volume.sub_path
    if volume.read_only or volume.config_map:
        mount["readOnly"] = True
    return mount


def _volumes(volumes: Iterable[PodVolume]) -> list[Body]:
    """Each volume once, however often it is mounted."""
    by_name: dict[str, list[PodVolume]] = {}
    for volume in volumes:
        by_name.setdefault(volume.name, []).append(volume)
    return [{"name": name, **_source(same)} for name, same in by_name.items()]


def _source(same: list[PodVolume]) -> Body:
    first = same[0]
    if first.config_map:
        return {"configMap": {"name": first.config_map}}
    if first.claim:
        claim: Body = {"claimName": first.claim}
        # On the source it also keeps the kubelet from changing the group of somebody else's data.
        if all(volume.read_only for volume in same):
            claim["readOnly"] = True
        return {"persistentVolumeClaim": claim}
    directory: Body = {"medium": "Memory"} if first.in_memory else {}
    if first.size and first.size != UNBOUNDED:
        directory["sizeLimit"] = first.size
    return {"emptyDir": directory}


def _gate(pod: WorkPod, waiting: Waiting) -> Gate:
    """The gate with the mount of its volume.

    Raises: ValueError, where the pod has no such volume.
    """
    for volume in pod.volumes:
        if volume.name == waiting.volume:
            return Gate(
                name=waiting.name,
                image=pod.gate_image,
                wanted=waiting.wanted,
                producer=waiting.producer,
                marker=waiting.marker,
                timeout_seconds=waiting.timeout_seconds,
                volume=volume.name,
                # The whole claim: the marker lies beside the data, which alone the program may be given.
                mount_path=volume.path,
            )
    raise ValueError(f"the gate {waiting.name} waits on {waiting.volume}, which is no volume of its pod")
