"""InferenceServices and ServingRuntimes of KServe: what reaches the pods makes new ones, labels and annotations too.

Source: KServe, pkg/controller/v1beta1/inferenceservice: components/predictor.go (`buildObjectMeta`),
reconcilers/deployment (several nodes: all new pods first), reconcilers/knative (numbers of replicas are annotations of
the revision); pkg/constants, `ServiceAnnotationDisallowedList`; pkg/apis/serving/v1beta1/inference_service_validation.go,
`validateDeploymentMode`, at the tags v0.13.0 to v0.20.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.change.gpus import Pods, held, of_container
from compiler.change.kinds.bodies import at_least_one, items, mapping, names_in, number, value
from compiler.change.kinds.rolling import over_number
from compiler.change.kinds.versions import is_before
from compiler.change.kinds.wording import arrow, gpus, telling
from compiler.change.values import Around, Change, Field, Judged, Rule, Subject, Verdict
from compiler.linking.profile import Profile
from compiler.manifest import Body

COMPONENTS = ("predictor", "transformer", "explainer")
SCALING = frozenset({"minReplicas", "maxReplicas", "scaleTarget", "scaleMetric", "scaleMetricType", "autoScaling"})
BESIDE = frozenset({"canaryTrafficPercent", "deploymentStrategy"})
"""Fields that say how a change comes about, and reach no pod."""

NOT_COPIED = frozenset({
    "autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/max-scale",
    "internal.serving.kserve.io/storage-initializer-sourceuri", "kubectl.kubernetes.io/last-applied-configuration",
    "modelFormat", "networking.knative.dev/visibility",
})  # fmt: skip
MODE = "serving.kserve.io/deploymentMode"
STOP = "serving.kserve.io/stop"
SPELLINGS = {"RawDeployment": "Standard", "Serverless": "Knative"}
MODE_FIXED_SINCE, FOLLOWS_SINCE = "0.15.1", "0.16"
"""Versions of KServe from which on the mode of a service cannot change, and a service follows its runtime at once."""

NODES = "workerSpec"


def changed(change: Change) -> Judged:
    """New pods, or only another number of them."""
    before, after = (_mode(side.body, change.around.after) for side in change[:2])
    if before != after:
        return _other_mode(change, before, after)
    if _is_stopped(change.after.body) and not _is_stopped(change.before.body):
        return Judged(
            Verdict.ROLLING_RESTART, "KServe stops the service: its pods are deleted, and nobody answers any more."
        )
    reaching = [one for one in change.fields if _reaches_pods(one, knative=after == "Knative")]
    if not reaching:
        return Judged(Verdict.IN_PLACE, f"No pod is replaced{telling(change.fields)}.")
    surge = _surge(change.after.body, knative=after == "Knative")
    copied = " KServe copies labels and annotations into the pods." if _only_copied(reaching) else ""
    revision = " The numbers of replicas are part of Knative's revision." if _only_scaling(reaching) else ""
    return Judged(
        Verdict.ROLLING_RESTART,
        f"Pods are replaced{telling(reaching)}.{copied}{revision}{_needs(surge)}",
        surge=surge,
    )


def handed_over(subject: Subject, around: Around) -> Judged:
    """The name of what applies a service is a label or an annotation of it, and so of its pods."""
    surge = _surge(subject.body, knative=_mode(subject.body, around.after) == "Knative")
    return Judged(
        Verdict.ROLLING_RESTART,
        "Another Application or Kustomization applies it, and writes its name on it. KServe copies labels and annotations"
        f" into the pods, which are replaced.{_needs(surge)}",
        surge=surge,
    )


def _is_stopped(body: Body) -> bool:
    return str(value(body, "metadata", "annotations", STOP)) == "true"


def _other_mode(change: Change, before: str, after: str) -> Judged:
    profile = change.around.after
    version = profile.inference.version if profile is not None and profile.inference is not None else None
    said = arrow("deployment mode", before, after)
    if not is_before(version, MODE_FIXED_SINCE):
        return Judged(
            Verdict.REJECTED,
            f"KServe refuses to change the mode of a service ({said}), and the sync fails. Make a service under another"
            " name beside it, or delete it first.",
        )
    surge = held(change.after).least
    return Judged(
        Verdict.ROLLING_RESTART,
        f"Other objects serve from now on ({said}), all of their pods new, and its address may be another one."
        f"{_needs(surge)}",
        surge=surge,
    )


def _mode(body: Body, profile: Profile | None) -> str:
    """The mode in its new spelling: the object's, else the cluster's."""
    said = value(body, "metadata", "annotations", MODE)
    if said is None and profile is not None and profile.inference is not None:
        said = profile.inference.mode
    return SPELLINGS.get(str(said), str(said or "Standard"))


def _reaches_pods(field: Field, *, knative: bool) -> bool:
    if field.path[0] == "metadata":
        return _is_copied(field)
    if field.path[0] != "spec" or len(field.path) < 3 or field.path[1] not in COMPONENTS:
        return True
    if field.path[2] in SCALING:
        return knative
    return field.path[2] not in BESIDE


def _is_copied(field: Field) -> bool:
    if field.path[1:2] not in {("labels",), ("annotations",)}:
        return False
    if len(field.path) > 2:
        return field.path[2] not in NOT_COPIED
    return bool(names_in(field) - NOT_COPIED)


def _only_copied(fields: list[Field]) -> bool:
    return all(one.path[0] == "metadata" for one in fields)


def _only_scaling(fields: list[Field]) -> bool:
    return all(len(one.path) > 2 and one.path[2] in SCALING for one in fields)


def _needs(surge: int) -> str:
    return f" {gpus(surge)} more {'is' if surge == 1 else 'are'} needed for a while." if surge else ""


def _surge(body: Body, *, knative: bool) -> int:
    """Accelerators of pods that there are on top, while new ones take over."""
    total = 0
    for component in (mapping(body, "spec", name) for name in COMPONENTS):
        replicas = at_least_one(component, "minReplicas")
        one = _of_replica(component)
        if knative or NODES in component:
            recreated = value(component, "deploymentStrategy", "type") == "Recreate" and not knative
            total += 0 if recreated else replicas * one
        else:
            total += over_number(mapping(component, "deploymentStrategy"), replicas) * one
    return total


def _of_replica(component: Mapping[str, Any]) -> int:
    from compiler.change.gpus import devices

    return sum(one.least * devices(one.spec) for one in _pods_of_replica(component))


def _pods_of_replica(component: Mapping[str, Any]) -> Iterator[Pods]:
    """The pod of a replica, and its workers where it lies on several nodes. The server is a container of its own, or
    described as a model, or as one of the old kinds of servers."""
    servers = [one for name, one in component.items() if _is_server(name, one)]
    yield Pods(1, 1, {**component, "containers": [*items(component, "containers"), *servers]})
    workers = mapping(component, NODES)
    if workers:
        more = max(1, number(workers, "pipelineParallelSize", default=2) - 1)
        yield Pods(more, more, workers)


def _is_server(name: str, one: Any) -> bool:
    return isinstance(one, Mapping) and name not in {NODES, "securityContext"} and of_container(one) > 0


def pods_of(body: Body) -> Iterator[Pods]:
    """Of all components: the fewest and the most replicas."""
    for component in (mapping(body, "spec", name) for name in COMPONENTS):
        if component:
            least = at_least_one(component, "minReplicas")
            most = max(least, number(component, "maxReplicas", default=least))
            for one in _pods_of_replica(component):
                yield Pods(one.least * least, one.most * most, one.spec)


def changed_runtime(change: Change) -> Judged:
    """Services take their runtime into their pods."""
    profile = change.around.after
    version = profile.inference.version if profile is not None and profile.inference is not None else None
    when = "at their next change" if is_before(version, FOLLOWS_SINCE) else "now"
    return Judged(
        Verdict.ROLLING_RESTART,
        f"The pods of every service that names it are replaced {when}{telling(change.fields)}.",
    )


RULES = (
    Rule(("serving.kserve.io/InferenceService",), changed, handed_over=handed_over),
    Rule(("serving.kserve.io/ServingRuntime", "serving.kserve.io/ClusterServingRuntime"), changed_runtime),
)
PODS = {"serving.kserve.io/InferenceService": pods_of}
