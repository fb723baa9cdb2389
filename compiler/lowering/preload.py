"""The Job that fills a claim."""

from __future__ import annotations

from typing import Any

from compiler.lowering.jobs import job
from compiler.lowering.pods import container_security, run_once_pod, verbatim
from compiler.lowering.scripts import PRELOAD
from compiler.manifest import Manifest
from compiler.planning.plans import PreloadPlan

SCRATCH = "8Gi"
SECRETS = "credentials"


def preload(plan: PreloadPlan) -> Manifest:
    """The Job. A changed source is another run, hence another marker; anything else finds the marker and exits."""
    template = run_once_pod(plan.pod, _container(plan), _volumes(plan), as_root=plan.as_root)
    return job(plan.identity, template, plan.pod.deadline_seconds, run=plan.run, download=plan.download)


def _container(plan: PreloadPlan) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": "loader",
        "image": plan.image,
        "command": ["sh", "-c", PRELOAD, "preload"],
        "args": [verbatim(argument) for argument in plan.arguments],
        "env": _environment(plan),
    }
    if plan.resources:
        container["resources"] = dict(plan.resources)
    container["securityContext"] = container_security(as_root=plan.as_root)
    container["volumeMounts"] = _mounts(plan)
    return container


def _environment(plan: PreloadPlan) -> list[dict[str, Any]]:
    mount = plan.pod.mount
    own = {
        "HYDRA_MARKER": plan.marker,
        "HYDRA_READY": plan.ready,
        "HYDRA_STATE": plan.state,
        "HYDRA_ROOT": plan.target if plan.state.startswith(plan.target) else plan.state,
        "HYDRA_TARGET": plan.target,
        "HYDRA_UID": str(mount.uid),
        "HYDRA_FILE_MODE": mount.file_mode,
        "HYDRA_DIRECTORY_MODE": mount.directory_mode,
    }
    environment: list[dict[str, Any]] = [{"name": name, "value": verbatim(value)} for name, value in own.items()]
    pod_name = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}
    environment.append({"name": "HYDRA_POD", "valueFrom": pod_name})
    given = {"HOME": "/tmp", "USER": "hydra", "DO_NOT_TRACK": "1", **plan.environment}  # noqa: S108
    environment += [{"name": name, "value": verbatim(value)} for name, value in given.items()]
    for name, (secret, key, optional) in plan.secrets.items():
        reference: dict[str, Any] = {"name": secret, "key": key}
        if optional:
            reference["optional"] = True
        environment.append({"name": name, "valueFrom": {"secretKeyRef": reference}})
    return environment


def _mounts(plan: PreloadPlan) -> list[dict[str, Any]]:
    volume = {"name": "volume", "mountPath": plan.root}
    if plan.claim_path:
        volume["subPath"] = plan.claim_path
    mounts: list[dict[str, Any]] = [volume, {"name": "tmp", "mountPath": "/tmp"}]  # noqa: S108
    mounts += [{"name": _scratch(path), "mountPath": path} for path in plan.writable]
    for one in plan.config_files:
        mounts += _files(one.volume, one.files)
    if plan.secret_files is not None:
        mounts += _files(SECRETS, {path: key for path, (key, _, _) in plan.secret_files.files.items()})
    return mounts


def _files(volume: str, files: Any) -> list[dict[str, Any]]:
    """Mounts of files: their directory where they have one of their own, else each by itself."""
    directories = {path.rpartition("/")[0] for path in files}
    if len(directories) == 1 and all(path == f"{next(iter(directories))}/{key}" for path, key in files.items()):
        directory = next(iter(directories))
        if directory.startswith(("/mnt/", "/run/")):
            return [{"name": volume, "mountPath": directory, "readOnly": True}]
    return [{"name": volume, "mountPath": path, "subPath": key, "readOnly": True} for path, key in files.items()]


def _volumes(plan: PreloadPlan) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "volume", "persistentVolumeClaim": {"claimName": plan.claim}},
        {"name": "tmp", "emptyDir": {"sizeLimit": SCRATCH}},
    ]
    volumes += [{"name": _scratch(path), "emptyDir": {"sizeLimit": size}} for path, size in plan.writable.items()]
    volumes += [{"name": one.volume, "configMap": {"name": one.config_map}} for one in plan.config_files]
    if plan.secret_files is not None:
        volumes.append({"name": SECRETS, "secret": _secret(plan)})
    elif plan.secrets and all(optional for _, _, optional in plan.secrets.values()):
        # Mounted nowhere: the pod waits for the Secret, where optional keys alone would let it start without.
        secret = next(secret for secret, _, _ in plan.secrets.values())
        volumes.append({"name": SECRETS, "secret": {"secretName": secret}})
    return volumes


def _secret(plan: PreloadPlan) -> dict[str, Any]:
    if plan.secret_files is None:
        raise ValueError("there are no files of a secret")
    files = plan.secret_files.files.values()
    source: dict[str, Any] = {
        "secretName": plan.secret_files.secret,
        "items": [{"key": key, "path": key, "mode": mode} for key, mode, _ in files],
    }
    if all(optional for _, _, optional in files):
        source["optional"] = True
    return source


def _scratch(path: str) -> str:
    return "scratch" + path.lower().replace("/", "-").replace(".", "-").replace("_", "-")


LOWERING = (PreloadPlan, preload)
