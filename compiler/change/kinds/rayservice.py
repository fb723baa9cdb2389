"""RayServices of KubeRay: a change of the cluster makes a second one beside the first, a change of the applications is
sent to the one that runs.

Source: KubeRay, ray-operator/controllers/ray/rayservice_controller.go, `shouldPrepareNewCluster`, and utils/util.go,
`GenerateHashWithoutReplicasAndWorkersToDelete`, at the tags v1.1.0 to v1.7.0; kuberay#3559 for what comes with 1.4. Ray
Serve, "In-Place Updates for Serve"; python/ray/serve/_private/deployment_state.py: old replicas are stopped first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.change.gpus import Pods, held
from compiler.change.kinds.bodies import items, mapping, only_metadata, value
from compiler.change.kinds.ray import GROUPS, pods_of_cluster
from compiler.change.kinds.versions import is_before
from compiler.change.kinds.wording import gpus, some, telling
from compiler.change.values import Change, Field, Judged, Rule, Verdict
from compiler.manifest import Body

CLUSTER = ("spec", "rayClusterConfig")
CONFIG = ("spec", "serveConfigV2")
COUNTS = frozenset({"replicas", "scaleStrategy"})
BOUNDS = frozenset({"minReplicas", "maxReplicas"})
PLACED = frozenset({"tolerations", "schedulingGates"})
LIGHT = frozenset({
    "autoscaling_config", "graceful_shutdown_timeout_s", "graceful_shutdown_wait_loop_s", "health_check_period_s",
    "health_check_timeout_s", "max_ongoing_requests", "max_queued_requests", "num_replicas", "user_config",
})  # fmt: skip
"""Fields of a deployment that replicas take over as they run."""

BOUNDS_SINCE, PLACED_SINCE, HELD_BACK_SINCE = "1.2", "1.6", "1.4"
"""Versions of KubeRay from which on bounds and tolerations make no new cluster, and the applications wait for theirs."""


def changed(change: Change) -> Judged:
    """A second cluster, or none."""
    if only_metadata(change):
        return Judged(
            Verdict.IN_PLACE,
            f"Labels or annotations alone{telling(change.fields)}; the RayCluster gets them, and its pods stay.",
        )
    of_cluster = [one for one in change.fields if one.path[:2] == CLUSTER and not _quiet(one, change)]
    if not of_cluster:
        return _in_place(change)
    if value(change.after.body, "spec", "upgradeStrategy", "type") == "None":
        return Judged(
            Verdict.IGNORED,
            f"`upgradeStrategy: None` keeps the cluster as it is{telling(of_cluster)}."
            f" Delete the RayService, or allow `NewCluster`.{_applications(change)}",
        )
    count = held(change.after)
    needs = f"needs {gpus(count.least)} more" if count.least else "asks for no GPUs of its own"
    upto = f", up to {count.most} under load" if count.most > count.least else ""
    return Judged(
        Verdict.SECOND_CLUSTER,
        f"A second full cluster starts beside the first and {needs}{upto} until it serves{telling(of_cluster)}."
        f"{_too_early(change)}{_why_counts(of_cluster, change)}",
        surge=count.least,
    )


def _in_place(change: Change) -> Judged:
    if change.touches(*CONFIG):
        return Judged(Verdict.IN_PLACE, _applications(change).strip())
    return Judged(Verdict.IN_PLACE, f"The cluster that runs follows it{telling(change.fields)}.")


def _applications(change: Change) -> str:
    """What becomes of a changed `serveConfigV2`; empty where it is the same."""
    if not change.touches(*CONFIG):
        return ""
    restart = (
        "replicas of what changed are stopped before new ones start, so that a single one gives no answer until its model"
        " is loaded"
    )
    after = restart if any(_restarts(one) for one in _differences(change)) else "replicas that stay are not restarted"
    return f" Ray Serve takes the applications over on the cluster that runs{_of_config(change)}; {after}."


def _restarts(field: Field) -> bool:
    """Whether Ray Serve starts replicas anew for it: for all but what it says to those that run."""
    if "deployments" not in field.path:
        return True
    below = field.path[field.path.index("deployments") + 1 :]
    return len(below) < 2 or below[1] not in LIGHT


def _too_early(change: Change) -> str:
    if not change.touches(*CONFIG):
        return ""
    if is_before(_version(change), HELD_BACK_SINCE):
        return (
            f" KubeRay {_version(change)} sends the changed `serveConfigV2` to the old cluster too{_of_config(change)}:"
            f" from {HELD_BACK_SINCE} on it waits for the new one."
        )
    return f" The changed `serveConfigV2` goes to the new one{_of_config(change)}."


def _why_counts(fields: list[Field], change: Change) -> str:
    if all(_is_placed(one) for one in fields):
        return f" Before KubeRay {PLACED_SINCE} tolerations count (the cluster has {_version(change)})."
    return ""


def _quiet(field: Field, change: Change) -> bool:
    """Whether the operator leaves a field of the cluster's spec out of what it compares."""
    below = field.path[2:]
    if below[:1] == ("upgradeStrategy",):
        return True
    if _is_placed(field):
        return not is_before(_version(change), PLACED_SINCE)
    if below[:1] != (GROUPS,):
        return False
    if len(below) == 2:
        return field.before is None and _appended(change)
    if len(below) < 3:
        return False
    return below[2] in COUNTS or (below[2] in BOUNDS and not is_before(_version(change), BOUNDS_SINCE))


def _is_placed(field: Field) -> bool:
    return any(step in PLACED for step in field.path) and "containers" not in field.path


def _appended(change: Change) -> bool:
    """Whether new groups of workers stand behind those that there were: the cluster that runs gets them."""
    old, new = ([one.get("groupName") for one in items(side.body, *CLUSTER, GROUPS)] for side in change[:2])
    return new[: len(old)] == old


def _version(change: Change) -> str | None:
    profile = change.around.after or change.around.before
    return profile.ray_operator if profile is not None else None


def _of_config(change: Change) -> str:
    """What differs in the applications."""
    fields = _differences(change)
    named = some(f"`{one}`" for one in _names(fields))
    return f"{telling(fields)} (of {named})" if named else telling(fields)


def _differences(change: Change) -> tuple[Field, ...]:
    from compiler.change.fields import differences

    before, after = (_read(value(side.body, *CONFIG)) for side in change[:2])
    return differences(before, after)


def _names(fields: tuple[Field, ...]) -> Iterator[str]:
    for one in fields:
        if one.path[:1] == ("applications",) and len(one.path) > 2:
            yield str(one.path[1]).strip("[]")


def _read(text: Any) -> dict[str, Any]:
    """The applications as values; what is no YAML is taken as a text."""
    import yaml

    try:
        found = yaml.safe_load(str(text))
    except yaml.YAMLError:
        found = None
    return found if isinstance(found, dict) else {"serveConfigV2": text}


def pods_of(body: Body) -> Iterator[Pods]:
    """Of one cluster."""
    yield from pods_of_cluster(mapping(body, *CLUSTER))


RULE = Rule(("ray.io/RayService",), changed)
PODS = {"ray.io/RayService": pods_of}
