"""A Ray cluster, by itself or as part of a RayJob or a RayService: what KubeRay refuses once it was accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Diagnostic
from compiler.dialects.kubeflow_pods import entries, mapping, number, text
from compiler.dialects.problems import contradiction, read_differently
from compiler.dialects.rayoperator import problems
from compiler.dialects.rayoperator.stores import about_store
from compiler.source.document import Document, Origin

_V2 = "RAY_enable_autoscaler_v2"
_START_RESOURCES = ("num-cpus", "num-gpus", "memory", "resources")
_TOKENS_SINCE = (2, 52)
_PRIORITY_SINCE = (2, 56)


class Cluster(NamedTuple):
    """The spec of a cluster and where it stands. Nothing of it has been checked."""

    document: Document
    path: tuple[str, ...]

    @property
    def spec(self) -> Mapping[str, Any]:
        """What it says."""
        return mapping(self.document.value, *self.path)

    @property
    def head(self) -> Mapping[str, Any]:
        """The head group."""
        return mapping(self.spec, "headGroupSpec")

    @property
    def annotations(self) -> Mapping[str, Any]:
        """Annotations of the document."""
        return mapping(self.document.value, "metadata", "annotations")

    @property
    def scales(self) -> bool:
        """Whether Ray's autoscaler runs in the cluster."""
        return self.spec.get("enableInTreeAutoscaling") is True

    @property
    def scales_by_v2(self) -> bool:
        """Whether the second version of the autoscaler is asked for, in either way."""
        asked = mapping(self.spec, "autoscalerOptions").get("version") == "v2"
        return asked or text(self.variables.get(_V2, {}).get("value")) in {"1", "true"}

    @property
    def variables(self) -> Mapping[str, Mapping[str, Any]]:
        """Variables of the head's Ray container, which is the first, by name."""
        container = next(entries(self.head, "template", "spec", "containers"), (0, {}))[1]
        return {text(one.get("name")): one for _, one in entries(container, "env")}

    def groups(self) -> Iterator[tuple[int, Mapping[str, Any], str]]:
        """Worker groups: number, what it says, its name."""
        for index, group in entries(self.spec, "workerGroupSpecs"):
            yield index, group, text(group.get("groupName")) or str(index)

    def at(self, *path: str | int, key: bool = False) -> Origin:
        """The place of something below the spec."""
        return self.document.at(*self.path, *path, key=key)


def about_cluster(cluster: Cluster) -> Iterator[Diagnostic]:
    """What the operator refuses, and what it does otherwise than the document says."""
    yield from _group(cluster, ("headGroupSpec",), cluster.head, "the head")
    names: set[str] = set()
    for index, group, name in cluster.groups():
        path = ("workerGroupSpecs", index)
        if name in names:
            at = cluster.at(*path, "groupName")
            yield problems.bad_scaling(at, f"Two worker groups are called `{name}`.", "Give each a name of its own.")
        names.add(name)
        yield from _group(cluster, path, group, f"group `{name}`")
        yield from _replicas(cluster, path, group, name)
        yield from _needs_v2(cluster, path, group, name)
    yield from _autoscaler(cluster)
    yield from about_store(cluster.spec, cluster.annotations, cluster.variables, cluster.at)
    yield from _tokens(cluster)


def _group(cluster: Cluster, path: tuple[str | int, ...], group: Mapping[str, Any], where: str) -> Iterator[Diagnostic]:
    started = mapping(group, "rayStartParams")
    both = [name for name in _START_RESOURCES if started.get(name)]
    if both and mapping(group, "resources"):
        wrong = f"Resources of {where} are said in `resources` and in `rayStartParams`, as `{both[0]}`."
        yield problems.said_twice(cluster.at(*path, "rayStartParams", both[0], key=True), wrong, "Keep one of the two.")
    if "labels" in started:
        at = cluster.at(*path, "rayStartParams", "labels", key=True)
        yield problems.said_twice(
            at, f"KubeRay takes no `labels` in `rayStartParams` of {where}.", "Use `labels` beside it."
        )


def _replicas(
    cluster: Cluster, path: tuple[str | int, ...], group: Mapping[str, Any], name: str
) -> Iterator[Diagnostic]:
    least, most, wanted = (number(group.get(field)) for field in ("minReplicas", "maxReplicas", "replicas"))
    if least is not None and most is not None and least > most:
        wrong = f"Group `{name}` has at least {least} and at most {most} replicas."
        yield problems.bad_scaling(cluster.at(*path, "minReplicas"), wrong, f"Say {most} or less.")
        return
    for field in ("minReplicas", "maxReplicas", "replicas"):
        value = group.get(field)
        if isinstance(value, int) and value < 0:
            yield problems.bad_scaling(cluster.at(*path, field), f"`{field}` of `{name}` is below 0.", "Say 0 or more.")
    if cluster.scales and "replicas" in group:
        yield problems.scaled_by_ray(cluster.at(*path, "replicas"), name)
    elif wanted is not None and not (least or 0) <= wanted <= (wanted if most is None else most):
        becomes = min(max(wanted, least or 0), wanted if most is None or wanted < most else most)
        wrong = f"KubeRay runs {becomes} replicas of `{name}` and not {wanted}: it keeps to `minReplicas` and `maxReplicas`."
        yield read_differently(cluster.at(*path, "replicas"), wrong, f"Say {becomes}, or move the limits.")
    if cluster.scales and group.get("suspend") is True:
        wrong = f"Group `{name}` cannot be suspended while the autoscaler runs."
        yield problems.bad_scaling(cluster.at(*path, "suspend"), wrong, "Remove it.")


def _needs_v2(
    cluster: Cluster, path: tuple[str | int, ...], group: Mapping[str, Any], name: str
) -> Iterator[Diagnostic]:
    for field in ("idleTimeoutSeconds", "priority"):
        if number(group.get(field)) in {None, 0} and not (field in group and field == "idleTimeoutSeconds"):
            continue
        at = cluster.at(*path, field)
        if not cluster.scales_by_v2:
            wrong = f"Only version 2 of the autoscaler knows `{field}` of a group, and `{name}` has it."
            yield problems.bad_scaling(at, wrong, "Set `autoscalerOptions.version: v2`.")
        elif field == "priority" and _older(cluster, _PRIORITY_SINCE):
            yield problems.bad_scaling(
                at, "`priority` needs `rayVersion` 2.56 or later.", "Say the version, or remove it."
            )


def _autoscaler(cluster: Cluster) -> Iterator[Diagnostic]:
    said = text(cluster.variables.get(_V2, {}).get("value"))
    at = cluster.at("headGroupSpec", "template", "spec", "containers", 0, "env")
    if not cluster.scales and said in {"1", "true"}:
        wrong = f"`{_V2}` asks for an autoscaler, and `enableInTreeAutoscaling` is off."
        yield problems.bad_scaling(at, wrong, "Set `enableInTreeAutoscaling: true`, or remove the variable.")
    version = mapping(cluster.spec, "autoscalerOptions").get("version")
    if not cluster.scales:
        return
    if version is not None and _V2 in cluster.variables:
        wrong = f"The autoscaler's version is said by `autoscalerOptions.version` and by `{_V2}`."
        yield problems.bad_scaling(at, wrong, "Remove the variable.")
    if version == "v2":
        yield from _restarts(cluster)


def _restarts(cluster: Cluster) -> Iterator[Diagnostic]:
    """Version 2 of the autoscaler replaces pods itself."""
    groups = [(("headGroupSpec",), cluster.head), *((("workerGroupSpecs", i), one) for i, one, _ in cluster.groups())]
    for path, group in groups:
        if mapping(group, "template", "spec").get("restartPolicy") not in {None, "Never"}:
            at = cluster.at(*path, "template", "spec", "restartPolicy")
            wrong = "Pods under version 2 of the autoscaler are not restarted in place."
            yield problems.bad_scaling(at, wrong, "Say `Never`, or nothing.")


def _tokens(cluster: Cluster) -> Iterator[Diagnostic]:
    options = mapping(cluster.spec, "authOptions")
    by_kubernetes = options.get("enableK8sTokenAuth") is True
    if options.get("mode") == "token" and _older(cluster, _TOKENS_SINCE):
        at, wrong = cluster.at("authOptions", "mode"), "Tokens need `rayVersion` 2.52 or later."
        yield contradiction(at, wrong, "Say the version of Ray that the image has.")
    if by_kubernetes and options.get("mode") != "token":
        at, wrong = cluster.at("authOptions", "enableK8sTokenAuth"), "Tokens of Kubernetes need `mode: token`."
        yield contradiction(at, wrong, "Set `mode: token`.")
    elif by_kubernetes and cluster.path != ("spec",):
        at, wrong = (
            cluster.at("authOptions", "enableK8sTokenAuth"),
            "KubeRay takes tokens of Kubernetes only in a RayCluster.",
        )
        yield contradiction(at, wrong, "Remove it; Ray's own tokens stay.")


def _older(cluster: Cluster, than: tuple[int, int]) -> bool:
    """Whether the cluster says no version of Ray, or one before; one that is none is not judged."""
    said = cluster.spec.get("rayVersion")
    if said is None:
        return True
    parts = text(said).split(".")
    if len(parts) < 2 or not all(part.isascii() and part.isdecimal() for part in parts[:2]):
        return False
    return (int(parts[0]), int(parts[1])) < than
