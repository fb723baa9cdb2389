"""Jobs and CronJobs of Kubernetes.

Source: Kubernetes, pkg/apis/batch/validation, `ValidateJobSpecUpdate` and `validatePodTemplateUpdate`.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.change.gpus import Pods
from compiler.change.kinds.bodies import (
    at_least_one,
    differs,
    keeps_name,
    mapping,
    number,
    only_below,
    only_metadata,
    value,
)
from compiler.change.kinds.running import ended, relabelled, replaced, started, suspended
from compiler.change.kinds.wording import telling
from compiler.change.values import Change, Judged, Rule, Verdict
from compiler.manifest import Body

FROZEN = ("completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex",
          "managedBy", "successPolicy")  # fmt: skip
TEMPLATE = ("spec", "template")
OF_WAITING = (
    (*TEMPLATE, "metadata"),
    *((*TEMPLATE, "spec", field) for field in ("affinity", "nodeSelector", "schedulingGates", "tolerations")),
)
"""What may change in the template of a Job that is suspended."""


def changed(change: Change) -> Judged:
    """A Job under another name is another one; under its own name most of it is frozen."""
    if not keeps_name(change):
        return replaced(change)
    if only_metadata(change):
        return relabelled(change)
    frozen = [one for one in change.fields if one.path[1:2] and one.path[1] in FROZEN and not _may(change, one.path)]
    if frozen:
        return Judged(
            Verdict.REJECTED,
            f"A Job cannot be changed in this{telling(frozen)}, and the sync fails. Give it another name to run it again.",
        )
    goes_on = Judged(Verdict.IN_PLACE, f"Applies to the Job as it runs{telling(change.fields)}; nothing starts again.")
    return suspended(change, "spec", "suspend") or goes_on


def _may(change: Change, path: tuple[str | int, ...]) -> bool:
    """What is frozen but for one case: an indexed Job that grows or shrinks, and where a suspended one is to run."""
    if path == ("spec", "completions"):
        after = change.after.body
        indexed = value(after, "spec", "completionMode") == "Indexed" and not differs(change, "spec", "completionMode")
        return indexed and number(after, "spec", "completions") == number(after, "spec", "parallelism")
    suspended = value(change.before.body, "spec", "suspend") is True
    return suspended and only_below(change, *OF_WAITING, ("metadata",), ("spec", "suspend"))


def changed_schedule(change: Change) -> Judged:
    """A CronJob makes its Jobs of what it says at their time."""
    if only_metadata(change):
        return relabelled(change)
    return Judged(
        Verdict.IN_PLACE, f"Runs that start from now on follow it{telling(change.fields)}; one in progress goes on."
    )


def pods_of_job(body: Body) -> Iterator[Pods]:
    """As many as run at once."""
    at_once = at_least_one(body, "spec", "parallelism")
    at_once = min(at_once, number(body, "spec", "completions", default=at_once))
    yield Pods(at_once, at_once, mapping(body, *TEMPLATE, "spec"))


def pods_of_schedule(body: Body) -> Iterator[Pods]:
    """Those of one run."""
    return pods_of_job({"spec": mapping(body, "spec", "jobTemplate", "spec")})


RULES = (
    Rule(("batch/Job",), changed, started, ended),
    Rule(("batch/CronJob",), changed_schedule),
)
PODS = {"batch/Job": pods_of_job, "batch/CronJob": pods_of_schedule}
