"""Kubeflow's training jobs as `jobs`: those whose pods say nothing that a Project has no word for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from compiler.dialects.kubeflow_pods import mapping, number, roles
from compiler.importing.base import Entry, Import, Stays, Taken, Taking
from compiler.importing.pods import Pod, Unsayable, cards_and_amounts, mounts_of, pod_of
from compiler.importing.sections.jobs import RETRIES, duration
from compiler.planning.frameworks import FRAMEWORKS, pods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

REPLICAS: Mapping[str, tuple[str, str]] = {
    "PyTorchJob": ("pytorch", "pytorchReplicaSpecs"),
    "TFJob": ("tensorflow", "tfReplicaSpecs"),
    "XGBoostJob": ("xgboost", "xgbReplicaSpecs"),
    "PaddleJob": ("paddle", "paddleReplicaSpecs"),
    "JAXJob": ("jax", "jaxReplicaSpecs"),
}
"""Kind -> framework of a Project, and the field with its pods. An MPIJob's launcher and workers differ: it stays."""

POLICY = frozenset({"backoffLimit", "activeDeadlineSeconds", "cleanPodPolicy"})
ELASTIC = frozenset({"minReplicas", "maxReplicas", "maxRestarts", "rdzvBackend"})


def take_job(kind: str, taking: Taking) -> Taken | Stays:
    """The entry of a job, and those of claims that it reads and nobody else stands for."""
    framework, field = REPLICAS[kind]
    try:
        return _taken(framework, field, taking)
    except Unsayable as why:
        return Stays(str(why))


def _taken(framework: str, field: str, taking: Taking) -> Taken:
    spec = mapping(taking.document.value, "spec")
    _only(spec, {field, "runPolicy", "elasticPolicy", "nprocPerNode"}, "spec")
    pods = [(role, number(one.get("replicas")) or 1, pod_of(one)) for role, one in roles(taking.document.value, field)]
    replicas = _replicas(framework, [(role, count) for role, count, _ in pods])
    pod = _same([one for _, _, one in pods])
    place = taking.names.places[taking.document]
    value: dict[str, Any] = {"framework": framework, "image": pod.container.get("image")}
    value |= {name: list(pod.container[name]) for name in ("command", "args") if pod.container.get(name)}
    value |= {"env": pod.environment} if pod.environment else {}
    value |= {"replicas": replicas} if pods_of(framework, replicas) != pods_of(framework, {}) else {}
    value |= cards_and_amounts(pod, taking)
    mounted = mounts_of(pod, taking)
    value |= {"mounts": mounted.mounts} if mounted.mounts else {}
    value |= _policy(spec)
    value |= {"workdir": pod.container["workingDir"]} if pod.container.get("workingDir") else {}
    return Taken((*mounted.entries, Entry("jobs", place.entry, value, taking.document)))


def _replicas(framework: str, pods: list[tuple[str, int]]) -> dict[str, int]:
    """Pods by the language's roles. A Project's PyTorch job has workers alone, of which the first one leads."""
    known = {role.name: name for name, role in FRAMEWORKS[framework].roles.items()}
    found: dict[str, int] = {}
    for role, count in pods:
        name = "worker" if framework == "pytorch" and role == "Master" else known.get(role)
        if name is None:
            raise Unsayable(f"A Project's job has no role `{role}`.")
        found[name] = found.get(name, 0) + count
    return found


def _same(pods: list[Pod]) -> Pod:
    """The pod that all roles have."""
    if not pods:
        raise Unsayable("It has no pods.")
    if any(one != pods[0] for one in pods[1:]):
        raise Unsayable("Its roles have pods that differ, and a Project's job has one program.")
    return pods[0]


def _policy(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Retries, time and bounds of an elastic job."""
    policy, elastic = mapping(spec, "runPolicy"), mapping(spec, "elasticPolicy")
    _only(policy, POLICY, "spec.runPolicy")
    _only(elastic, ELASTIC, "spec.elasticPolicy")
    found: dict[str, Any] = {}
    if elastic.get("minReplicas") and elastic.get("maxReplicas"):
        bounds = {"min": elastic["minReplicas"], "max": elastic["maxReplicas"]}
        found["elastic"] = bounds | ({"restarts": elastic["maxRestarts"]} if "maxRestarts" in elastic else {})
    if isinstance(policy.get("backoffLimit"), int) and policy["backoffLimit"] != RETRIES:
        found["retries"] = policy["backoffLimit"]
    if isinstance(policy.get("activeDeadlineSeconds"), int):
        found["deadline"] = duration(policy["activeDeadlineSeconds"])
    return found


def _only(given: Mapping[str, Any], known: frozenset[str] | set[str], where: str) -> None:
    unknown: Iterator[str] = (name for name in given if name not in known and given[name] not in (None, {}, []))
    name = next(unknown, None)
    if name is not None:
        raise Unsayable(f"A Project's job has no word for `{where}.{name}`.")


def take_other(taking: Taking) -> Stays:
    """Jobs whose pods differ from each other by what they are for."""
    return Stays(
        f"A Project writes the launcher and the workers of its own {taking.document.kind}s, and not of others."
    )


IMPORTS: Mapping[str, Import] = {
    **{f"kubeflow.org/{kind}": partial(take_job, kind) for kind in REPLICAS},
    "kubeflow.org/MPIJob": take_other,
    "training.kubedl.io/ElasticDLJob": take_other,
    "training.kubedl.io/MarsJob": take_other,
}
