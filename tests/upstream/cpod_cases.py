"""Documents of cpodoperator and what the operator makes of them, as files: how they are read and what is compared."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from tests.upstream.crds import UPSTREAM

FOLDER = UPSTREAM / "cases" / "cpod" / "derived" if UPSTREAM else None
SEED = UPSTREAM / "seeds" if UPSTREAM else None
OWN = re.compile(r"HYDRA_|HOME$|USER$")
OURS = frozenset({"/tmp", "/mnt/hydra", "/dev/shm"})
"""Directories that Hydra mounts beside what a job asks for; shared memory is compared by itself."""

Object = dict[str, Any]


def text_of(name: str, role: str) -> str:
    """A file of the cases: `cpodjob-general`, `input`."""
    assert FOLDER is not None
    return (FOLDER / f"{name}.{role}.yaml").read_text("utf-8")


def objects_of(name: str) -> list[Object]:
    """What the operator makes."""
    return [one for one in yaml.load_all(text_of(name, "as-operator"), yaml.CSafeLoader) if one]


def seed_blocks() -> list[str]:
    """The YAML blocks of the operator's documentation."""
    if SEED is None:
        return []
    (page,) = SEED.glob("004_*.txt")
    return re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def claims(objects: Iterable[Object]) -> dict[str, Any]:
    """Claims by name: their specs."""
    return {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "PersistentVolumeClaim"}


def workload(objects: Iterable[Object], kinds: tuple[str, ...] = ("PyTorchJob", "MPIJob", "Job")) -> Object:
    """The only workload."""
    (found,) = (one for one in objects if one["kind"] in kinds)
    return found


def summary(body: Object) -> dict[str, Any]:
    """What a workload does, in words of neither side, flat: its pods by role, and how it ends."""
    spec = body["spec"]
    roles = _roles(spec)
    policy = spec.get("runPolicy", {})
    found: dict[str, Any] = {
        "kind": body["kind"],
        "api": body["apiVersion"],
        "roles": list(roles),
        "processes": spec.get("nprocPerNode") or spec.get("slotsPerWorker"),
        "elastic": bool(spec.get("elasticPolicy")),
        "retries": policy.get("backoffLimit", spec.get("backoffLimit")),
        "deadline": policy.get("activeDeadlineSeconds", spec.get("activeDeadlineSeconds")),
    }
    for position, (number, pod) in enumerate(roles.values()):
        found |= {f"{'leader' if not position else 'worker'}.{key}": one for key, one in _pod(number, pod).items()}
    return found


def different(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs: theirs and ours."""
    keys = [*theirs, *(key for key in ours if key not in theirs)]
    return {key: (theirs.get(key), ours.get(key)) for key in keys if theirs.get(key) != ours.get(key)}


def _roles(spec: Object) -> dict[str, tuple[int, Object]]:
    replicas = spec.get("pytorchReplicaSpecs") or spec.get("mpiReplicaSpecs")
    if replicas is None:
        return {"": (spec.get("parallelism", 1), spec["template"]["spec"])}
    return {role: (one.get("replicas", 1), one["template"]["spec"]) for role, one in replicas.items()}


def _pod(number: int, pod: Object) -> dict[str, Any]:
    (container,) = pod["containers"]
    volumes = {one["name"]: one for one in pod.get("volumes", ())}
    mounts = {one["mountPath"]: (one, volumes[one["name"]]) for one in container.get("volumeMounts", ())}
    data = {path: both for path, both in mounts.items() if path not in OURS and "persistentVolumeClaim" in both[1]}
    resources = container.get("resources", {}).get("limits", {})
    memory = mounts.get("/dev/shm")
    return {
        "pods": number,
        "image": container["image"],
        "container": container["name"],
        "program": _program(container),
        "environment": {
            one["name"]: one.get("value", one.get("valueFrom"))
            for one in container.get("env", ())
            if not OWN.match(one["name"])
        },
        "claims": {path: volume["persistentVolumeClaim"]["claimName"] for path, (_, volume) in data.items()},
        "readOnly": sorted(path for path, (mount, _) in data.items() if mount.get("readOnly")),
        "gpus": resources.get("nvidia.com/gpu"),
        "bounded": sorted(name for name in resources if name != "nvidia.com/gpu"),
        "selector": pod.get("nodeSelector", {}),
        "sharedMemory": memory[1]["emptyDir"]["sizeLimit"] if memory else None,
        "hostIPC": pod.get("hostIPC", False),
        "rootless": bool(pod.get("securityContext", {}).get("runAsNonRoot")),
    }


def _program(container: Object) -> list[str]:
    """The user's program, without what keeps its marker."""
    command, arguments = container.get("command", []), container.get("args", [])
    wrapped = command[:2] == ["sh", "-c"] and "HYDRA_MARKER" in command[2]
    return [*arguments] if wrapped else [*command, *arguments]


def flags(body: Object) -> dict[str, str]:
    """The flags of the operator's trainer, behind `src/train.py`, and those of `accelerate launch` before it."""
    (line,) = body["spec"]["args"]
    launch, _, train = line.partition(" src/train.py ")
    found = {f"accelerate {key}": value for key, value in _flags(launch)}
    return found | dict(_flags(train.partition(" && ")[0]))


def _flags(line: str) -> Iterable[tuple[str, str]]:
    for word in shlex.split(line):
        if word.startswith("--"):
            key, _, value = word.removeprefix("--").partition("=")
            yield key, value
