"""Deployments, StatefulSets and DaemonSets.

Source: Kubernetes, pkg/apis/apps/validation: `ValidateDeploymentUpdate`, `ValidateStatefulSetUpdate`,
`ValidateDaemonSetUpdate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compiler.change.gpus import Pods, devices
from compiler.change.kinds.bodies import at_least_one, mapping, only_metadata, value
from compiler.change.kinds.rolling import over_number
from compiler.change.kinds.running import relabelled
from compiler.change.kinds.wording import gpus, telling
from compiler.change.values import Around, Change, Field, Judged, Path, Rule, Subject, Verdict
from compiler.manifest import Body

TEMPLATE = ("spec", "template")
FREE = frozenset({"replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy",
                  "minReadySeconds", "revisionHistoryLimit"})  # fmt: skip
"""Fields of a StatefulSet that may change."""


def changed_deployment(change: Change) -> Judged:
    """New pods beside the old ones, as many as the strategy allows."""
    body = change.after.body
    over = over_number(mapping(body, "spec", "strategy"), at_least_one(body, "spec", "replicas"))
    return _judged(change, lambda path: path[:2] == ("spec", "selector"), over)


def changed_set(change: Change) -> Judged:
    """One pod after the other."""
    return _judged(change, lambda path: path[0] == "spec" and path[1:2] != () and path[1] not in FREE, 0)


def changed_daemons(change: Change) -> Judged:
    """One pod after the other, on every node."""
    return _judged(change, lambda path: path[:2] == ("spec", "selector"), 0)


def _judged(change: Change, is_frozen: Callable[[Path], bool], over: int) -> Judged:
    if only_metadata(change):
        return relabelled(change)
    frozen = [one for one in change.fields if is_frozen(one.path)]
    if frozen:
        return Judged(
            Verdict.REJECTED, f"This cannot change{telling(frozen)}, and the sync fails. Delete the object first."
        )
    of_pods: list[Field] = [one for one in change.fields if one.path[:2] == TEMPLATE]
    if not of_pods:
        return Judged(Verdict.IN_PLACE, f"No pod is replaced{telling(change.fields)}.")
    if value(change.after.body, "spec", "updateStrategy", "type") == "OnDelete":
        return Judged(Verdict.IGNORED, f"Pods stay as they are until somebody deletes them{telling(of_pods)}.")
    surge = over * devices(mapping(change.after.body, *TEMPLATE, "spec"))
    needs = f" {gpus(surge)} more for a while." if surge else ""
    return Judged(Verdict.ROLLING_RESTART, f"Pods are replaced{telling(of_pods)}.{needs}", surge=surge)


def removed_set(subject: Subject, around: Around) -> Judged:
    """Its claims are nobody's then."""
    del around
    claims = value(subject.body, "spec", "volumeClaimTemplates")
    stay = " The claims of its pods stay." if claims else ""
    return Judged(Verdict.REMOVED, f"Its pods are deleted.{stay}")


def pods_of(body: Body) -> Iterator[Pods]:
    """As many as are said."""
    there = at_least_one(body, "spec", "replicas")
    yield Pods(there, there, mapping(body, *TEMPLATE, "spec"))


RULES = (
    Rule(("apps/Deployment",), changed_deployment),
    Rule(("apps/StatefulSet",), changed_set, removed=removed_set),
    Rule(("apps/DaemonSet",), changed_daemons),
)
PODS = {"apps/Deployment": pods_of, "apps/StatefulSet": pods_of}
