"""Job of Kubernetes: pods that know nothing of each other but their index."""

from __future__ import annotations

from compiler.lowering.frameworks.base import Framework
from compiler.lowering.workpods import pod_template
from compiler.manifest import Body
from compiler.planning.work import WorkPlan

QUEUE = "scheduling.volcano.sh/queue-name"
"""Annotation by which a pod that belongs to no job of Volcano's names its queue.

Source: volcano-sh/apis, scheduling/v1beta1, `QueueNameAnnotationKey`.
"""

INTERRUPTED = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]}
"""A pod that was evicted does not count as a failure."""


def spec(plan: WorkPlan) -> Body:
    """The spec. Several pods have an index each, and the job is done when each of them is."""
    (only,) = plan.replicas
    found: Body = {}
    if plan.backoff_limit is not None:
        found["backoffLimit"] = plan.backoff_limit
    if plan.deadline_seconds is not None:
        found["activeDeadlineSeconds"] = plan.deadline_seconds
    if only.number > 1:
        found |= {"completionMode": "Indexed", "completions": only.number, "parallelism": only.number}
    if plan.restart == "Never":
        found["podFailurePolicy"] = INTERRUPTED
    template = pod_template(only.pod, "general", restart=plan.restart)
    return {**found, "template": _queued(template, plan.volcano_queue)}


def _queued(template: Body, queue: str | None) -> Body:
    if queue is None:
        return template
    metadata = {**template.get("metadata", {}), "annotations": {QUEUE: queue}}
    return {"metadata": metadata, "spec": {"schedulerName": "volcano", **template["spec"]}}


def ending(plan: WorkPlan) -> int:
    """None: Kubernetes cuts the names of a Job's pods itself."""
    del plan
    return 0


FRAMEWORK = Framework("batch/v1", "Job", spec, ending)
