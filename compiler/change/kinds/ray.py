"""RayJobs and RayClusters of KubeRay.

Source: KubeRay, ray-operator/controllers/ray: a RayJob whose cluster's spec differs gets a warning; a RayCluster's pods
are left alone, but for their number, unless the upgrade strategy `Recreate` says otherwise, which came with 1.6
(`shouldRecreatePodsForUpgrade`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.change.gpus import Pods
from compiler.change.kinds.bodies import (
    at_least_one,
    items,
    keeps_name,
    mapping,
    number,
    only_below,
    only_metadata,
    value,
)
from compiler.change.kinds.running import ended, ignored, relabelled, replaced, started, suspended
from compiler.change.kinds.versions import is_before
from compiler.change.kinds.wording import telling
from compiler.change.values import Change, Field, Judged, Rule, Verdict
from compiler.manifest import Body

OBEYED = tuple(
    ("spec", field)
    for field in ("activeDeadlineSeconds", "backoffLimit", "deletionStrategy", "shutdownAfterJobFinishes", "suspend",
                  "ttlSecondsAfterFinished")
)  # fmt: skip
NUMBERS = frozenset({"replicas", "minReplicas", "maxReplicas", "scaleStrategy", "suspend", "idleTimeoutSeconds"})
"""Of a group of workers: how many there are."""

GROUPS = "workerGroupSpecs"
RECREATES = "1.6"


def changed_job(change: Change) -> Judged:
    """Under another name it is another job; under its own it is not run again."""
    if not keeps_name(change):
        return replaced(change)
    if only_metadata(change):
        return relabelled(change)
    if only_below(change, *OBEYED, ("metadata",)):
        obeyed = Judged(Verdict.IN_PLACE, f"The operator reads it at every look{telling(change.fields)}.")
        return suspended(change, "spec", "suspend") or obeyed
    return ignored(change)


def changed_cluster(change: Change) -> Judged:
    """Numbers of workers are followed, pods are not made anew."""
    if only_metadata(change):
        return relabelled(change)
    of_pods = [one for one in change.fields if not is_number(one) and one.path[:2] in {("spec", GROUPS), _HEAD}]
    if not of_pods:
        return Judged(Verdict.IN_PLACE, f"Pods come or go, those that stay are left alone{telling(change.fields)}.")
    recreates = value(change.after.body, "spec", "upgradeStrategy", "type") == "Recreate"
    profile = change.around.after
    if recreates and not is_before(profile.ray_operator if profile else None, RECREATES):
        return Judged(
            Verdict.ROLLING_RESTART,
            f"All pods of the cluster are deleted at once and made anew, as `Recreate` asks{telling(of_pods)}.",
        )
    return Judged(
        Verdict.IGNORED,
        f"The operator leaves pods that run as they are{telling(of_pods)}. Delete the RayCluster, or ask for a new name.",
    )


_HEAD = ("spec", "headGroupSpec")


def is_number(field: Field) -> bool:
    """Whether a field says how many workers a group has, or is a whole group that comes new."""
    if GROUPS not in field.path:
        return False
    below = field.path[field.path.index(GROUPS) + 1 :]
    return (len(below) == 1 and field.before is None) or (len(below) > 1 and below[1] in NUMBERS)


def pods_of_cluster(spec: Any) -> Iterator[Pods]:
    """The head, and the workers of every group: as many as are said, else the fewest."""
    yield Pods(1, 1, mapping(spec, "headGroupSpec", "template", "spec"))
    for group in items(spec, GROUPS):
        hosts = at_least_one(group, "numOfHosts")
        least = number(group, "replicas", default=number(group, "minReplicas"))
        most = max(least, number(group, "maxReplicas", default=least)) if scaled(spec) else least
        yield Pods(least * hosts, most * hosts, mapping(group, "template", "spec"))


def scaled(spec: Mapping[str, Any]) -> bool:
    """Whether Ray's autoscaler says how many workers there are."""
    return value(spec, "enableInTreeAutoscaling") is True


def _of_cluster(body: Body) -> Iterator[Pods]:
    return pods_of_cluster(mapping(body, "spec"))


def _of_job(body: Body) -> Iterator[Pods]:
    if mapping(body, "spec", "rayClusterSpec"):
        yield from pods_of_cluster(mapping(body, "spec", "rayClusterSpec"))


RULES = (
    Rule(("ray.io/RayJob",), changed_job, started, ended),
    Rule(("ray.io/RayCluster",), changed_cluster),
)
PODS = {"ray.io/RayJob": _of_job, "ray.io/RayCluster": _of_cluster}
