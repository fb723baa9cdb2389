"""Pods that pass the Pod Security level "restricted".

Source: Kubernetes, "Pod Security Standards".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.planning.plans import Pod

_EXPANDED = re.compile(r"\$(?=[$(])")

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


def verbatim(text: str) -> str:
    """Text that the kubelet hands on as it is, although it may hold what looks like `$(VARIABLE)`.

    >>> verbatim("$(rm) costs $5, $$")
    '$$(rm) costs $5, $$$'
    """
    return _EXPANDED.sub("$$", text) if "$" in text else text


def run_once_pod(
    pod: Pod, container: Mapping[str, Any], volumes: Iterable[Mapping[str, Any]], *, as_root: bool = False
) -> dict[str, Any]:
    """The template of a pod that runs to completion."""
    template: dict[str, Any] = {}
    if pod.labels:
        template["metadata"] = {"labels": dict(sorted(pod.labels.items()))}
    spec: dict[str, Any] = {"automountServiceAccountToken": False, "enableServiceLinks": False}
    if pod.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in pod.pull_secrets]
    spec["restartPolicy"] = "Never"
    spec["securityContext"] = _security(pod, as_root=as_root)
    if pod.service_account:
        spec["serviceAccountName"] = pod.service_account
    # Being killed is a designed path: a lock of the kernel's is gone with the process, and the next pod goes on.
    spec["terminationGracePeriodSeconds"] = 5
    spec["containers"] = [dict(container)]
    spec["volumes"] = [dict(volume) for volume in volumes]
    return {**template, "spec": spec}


def _security(pod: Pod, *, as_root: bool) -> dict[str, Any]:
    uid, gid = (0, 0) if as_root else (pod.mount.uid, pod.mount.gid)
    context: dict[str, Any] = {"runAsNonRoot": not as_root, "runAsUser": uid, "runAsGroup": gid}
    if pod.fs_group:
        context |= {"fsGroup": pod.mount.gid, "fsGroupChangePolicy": "OnRootMismatch"}
    return {**context, "seccompProfile": {"type": "RuntimeDefault"}}


def container_security(*, as_root: bool) -> dict[str, Any]:
    """The container's own context."""
    if not as_root:
        return dict(RESTRICTED)
    return {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
