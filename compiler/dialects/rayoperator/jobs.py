"""RayJob: how it is submitted, how often, and what remains of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.dialects.kubeflow import KUEUE
from compiler.dialects.kubeflow_pods import entries, mapping, number, text
from compiler.dialects.kubeflow_problems import suspended
from compiler.dialects.problems import without_effect
from compiler.dialects.rayoperator import problems
from compiler.dialects.rayoperator.texts import loaded
from compiler.source.document import Document, Origin

_CLUSTER = "rayClusterSpec"
_SHUTDOWN = "shutdownAfterJobFinishes"
_TTL = "ttlSecondsAfterFinished"
_STRATEGY = "deletionStrategy"
_MODES = ("K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode")
_ORDER = ("DeleteWorkers", "DeleteCluster", "DeleteSelf")
_NEEDS_OWN_CLUSTER = frozenset(("DeleteWorkers", "DeleteCluster"))


def about_job(document: Document) -> Iterator[Diagnostic]:
    """What the operator refuses in a RayJob beside its cluster, and what GitOps makes of it."""
    spec = mapping(document.value, "spec")
    yield from _cluster(document, spec)
    yield from _suspend(document, spec)
    yield from _end(document, spec)
    yield from _submission(document, spec)
    yield from _numbers(document, spec)
    environment = spec.get("runtimeEnvYAML")
    at = document.at("spec", "runtimeEnvYAML")
    if isinstance(environment, str) and isinstance(read := loaded(environment, at), str):
        yield problems.bad_text(at, "runtimeEnvYAML", read)


def _cluster(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    chosen = mapping(spec, "clusterSelector")
    if not chosen and _CLUSTER not in spec:
        wrong = "The job has no cluster to run on."
        do = "Write `rayClusterSpec`, or `clusterSelector` with the name of a cluster that runs."
        yield problems.bad_job(document.at("spec", key=True), wrong, do)
    if chosen and not chosen.get("ray.io/cluster"):
        wrong = "`clusterSelector` does not say which cluster."
        do = "Write `ray.io/cluster: <name>` in it."
        yield problems.bad_job(document.at("spec", "clusterSelector"), wrong, do)
    if chosen and (number(spec.get("backoffLimit")) or 0) > 0:
        wrong = "A job on a cluster of somebody else is not run again."
        yield problems.bad_job(document.at("spec", "backoffLimit"), wrong, "Remove `backoffLimit`.")


def _suspend(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    queued = KUEUE in mapping(document.value, "metadata", "labels")
    chosen = bool(mapping(spec, "clusterSelector"))
    suspend = spec.get("suspend")
    at = document.at("spec", "suspend")
    if suspend is True and chosen:
        yield problems.bad_job(at, "A job with `clusterSelector` cannot be suspended.", "Remove `suspend`.")
    elif suspend is True and spec.get(_SHUTDOWN) is not True:
        yield problems.bad_job(
            at, f"Only a job with `{_SHUTDOWN}: true` can be suspended.", f"Set `{_SHUTDOWN}: true`."
        )
    elif isinstance(suspend, bool) and (queued or suspend):
        yield suspended(at, queued=queued)
    if queued and chosen:
        at = document.at("metadata", "labels", KUEUE)
        wrong = "Kueue does not queue a job that runs on a cluster of somebody else: the label does nothing."
        yield without_effect(at, wrong, "Use `rayClusterSpec`, or remove the label.")
    elif queued and spec.get(_SHUTDOWN) is not True:
        wrong = f"Kueue refuses a RayJob without `{_SHUTDOWN}: true`: its cards would never be free again."
        yield problems.bad_job(document.at("metadata", "labels", KUEUE), wrong, f"Set `{_SHUTDOWN}: true`.")


def _end(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if (number(spec.get(_TTL)) or 0) > 0 and spec.get(_SHUTDOWN) is not True:
        wrong = f"`{_TTL}` is about the cluster's end, and `{_SHUTDOWN}` is off."
        yield problems.bad_job(document.at("spec", _TTL), wrong, f"Set `{_SHUTDOWN}: true`, or remove it.")
    strategy = spec.get(_STRATEGY)
    if not isinstance(strategy, dict):
        return
    rules = [*entries(strategy, "deletionRules")]
    former = [field for field in ("onSuccess", "onFailure") if field in strategy]
    at = document.at("spec", _STRATEGY, key=True)
    if rules and former:
        wrong = f"`deletionRules` and the older `{former[0]}` exclude each other."
        yield problems.bad_job(document.at("spec", _STRATEGY, former[0], key=True), wrong, "Keep `deletionRules`.")
    if rules and spec.get(_SHUTDOWN) is True:
        wrong = f"`deletionRules` and `{_SHUTDOWN}: true` exclude each other."
        yield problems.bad_job(document.at("spec", _SHUTDOWN), wrong, "Keep one of the two.")
    if not rules and len(former) != 2:
        wrong = "`deletionStrategy` takes `deletionRules`, or both of the older `onSuccess` and `onFailure`."
        yield problems.bad_job(at, wrong, "Write `deletionRules`.")
    for field in former:
        yield from _policy(document, spec, (field,), mapping(strategy, field))
    for index, rule in rules:
        yield from _policy(document, spec, ("deletionRules", index), rule)
    yield from _conditions(document, rules)


def _policy(
    document: Document, spec: Mapping[str, Any], path: tuple[str | int, ...], rule: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    policy, at = text(rule.get("policy")), document.at("spec", _STRATEGY, *path, "policy")
    if policy == "DeleteSelf":
        yield problems.removes_itself(at)
    if mapping(spec, "clusterSelector") and policy in _NEEDS_OWN_CLUSTER:
        yield problems.bad_job(at, f"`{policy}` would end a cluster of somebody else.", "Remove the rule.")
    elif policy == "DeleteWorkers" and mapping(spec, _CLUSTER).get("enableInTreeAutoscaling") is True:
        wrong = "The autoscaler would start the workers again that `DeleteWorkers` ends."
        yield problems.bad_job(at, wrong, "Use `DeleteCluster`.")
    if policy == "DeleteNone" and path[0] != "deletionRules" and spec.get(_SHUTDOWN) is True:
        yield problems.bad_job(at, f"`DeleteNone` contradicts `{_SHUTDOWN}: true`.", "Keep one of the two.")


def _conditions(document: Document, rules: list[tuple[int, Mapping[str, Any]]]) -> Iterator[Diagnostic]:
    timed: dict[tuple[str, str], dict[str, tuple[int, Origin]]] = {}
    for index, rule in rules:
        condition, policy = mapping(rule, "condition"), text(rule.get("policy"))
        named = [field for field in ("jobStatus", "jobDeploymentStatus") if field in condition]
        at = document.at("spec", _STRATEGY, "deletionRules", index)
        if len(named) != 1:
            wrong = "A rule of deletion has one of `jobStatus` and `jobDeploymentStatus`."
            yield problems.bad_job(at, wrong, "Name one of them.")
            continue
        known = timed.setdefault((named[0], text(condition.get(named[0]))), {})
        if policy in known:
            yield problems.bad_job(at, f"There is another rule `{policy}` of this condition.", "Remove one of the two.")
        known[policy] = number(condition.get("ttlSeconds")) or 0, at
    for known in timed.values():
        yield from _order([(policy, *known[policy]) for policy in _ORDER if policy in known])


def _order(rules: list[tuple[str, int, Origin]]) -> Iterator[Diagnostic]:
    """Rules of one condition, in the order in which they should happen: policy, seconds, place."""
    for (first, later, _), (policy, seconds, at) in pairwise(rules):
        if later > seconds:
            wrong = f"`{policy}` after {seconds} seconds comes before `{first}` after {later}."
            yield problems.bad_job(at, wrong, "Workers go first, then the cluster, then the job.")


def _submission(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    mode = spec.get("submissionMode")
    if mode is not None and mode not in _MODES:
        wrong = f"KubeRay submits no job by `{mode}`."
        do = f"Use one of {', '.join(f'`{one}`' for one in _MODES)}."
        yield problems.bad_job(document.at("spec", "submissionMode"), wrong, do)
    if mode == "InteractiveMode" and (number(spec.get("backoffLimit")) or 0) > 0:
        wrong = "A job that somebody submits by hand is not run again."
        yield problems.bad_job(document.at("spec", "backoffLimit"), wrong, "Remove `backoffLimit`.")
    if mode != "SidecarMode":
        return
    for field in ("submitterPodTemplate", "submitterConfig", "clusterSelector"):
        if field in spec:
            wrong = f"In `SidecarMode` the job is submitted from the head's pod, and `{field}` is refused."
            yield problems.bad_job(document.at("spec", field, key=True), wrong, "Remove it, or use `K8sJobMode`.")
    path = (_CLUSTER, "headGroupSpec", "template", "spec")
    if mapping(spec, *path).get("restartPolicy") not in {None, "Never"}:
        at, wrong = document.at("spec", *path, "restartPolicy"), "In `SidecarMode` the head's pod is not restarted."
        yield problems.bad_job(at, wrong, "Say `Never`, or nothing.")


def _numbers(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for field, least in (
        (_TTL, 0),
        ("backoffLimit", 0),
        ("activeDeadlineSeconds", 1),
        ("preRunningDeadlineSeconds", 1),
    ):
        value = spec.get(field)
        if isinstance(value, int) and value < least:
            yield problems.bad_job(document.at("spec", field), f"`{field}` is {value}.", f"Say {least} or more.")
