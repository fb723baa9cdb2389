"""What the jobs of the Kubeflow operators have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from compiler.lowering.workpods import pod_template
from compiler.manifest import Body
from compiler.planning.work import Replicas, WorkPlan


def names_of_pods(plan: WorkPlan) -> int:
    """Characters that the operator adds to a job's name for a pod, and for the Service of the same name.

    Source: kubeflow/training-operator v1.9.0, pkg/controller.v1/common/service.go; kubeflow/mpi-operator v0.8.0,
    pkg/apis/kubeflow/validation.
    """
    most = 0 if plan.elastic is None else plan.elastic.most
    return max(len(f"-{one.role.lower()}-{max(one.number, most) - 1}") for one in plan.replicas)


class Framework(NamedTuple):
    """How a workload is written for the operator of its framework."""

    api_version: str
    kind: str
    spec: Callable[[WorkPlan], Body]
    ending: Callable[[WorkPlan], int] = names_of_pods
    """Characters that a job's name leaves free for what the operator adds to it."""


def nothing(plan: WorkPlan) -> Body:
    """What is special of a kind that has nothing special."""
    del plan
    return {}


def kubeflow(
    kind: str,
    replicas: str,
    container: str,
    special: Callable[[WorkPlan], Body] = nothing,
) -> Framework:
    """A kind of the training operator with pods by role in the field `replicas`, the working container being called `container`.

    `special` gives what stands beside the roles.
    """

    def spec(plan: WorkPlan) -> Body:
        roles = {one.role: role(plan, one, container) for one in plan.replicas}
        return in_order({**special(plan), replicas: roles, "runPolicy": run_policy(plan)})

    return Framework("kubeflow.org/v1", kind, spec)


def role(plan: WorkPlan, replicas: Replicas, container: str) -> Body:
    """The pods of one role."""
    return {
        "replicas": replicas.number,
        "restartPolicy": plan.restart,
        "template": pod_template(replicas.pod, container),
    }


def run_policy(plan: WorkPlan) -> Body:
    """When the job has failed, and what becomes of its pods.

    Neither `ttlSecondsAfterFinished`, after which a GitOps controller would run the job again, nor `suspend`, which is
    the queue's to set.
    """
    policy: Body = {}
    if plan.backoff_limit is not None:
        policy["backoffLimit"] = plan.backoff_limit
    if plan.deadline_seconds is not None:
        policy["activeDeadlineSeconds"] = plan.deadline_seconds
    policy["cleanPodPolicy"] = "Running"
    if plan.volcano_queue is not None:
        policy["schedulingPolicy"] = {"queue": plan.volcano_queue}
    return policy


def in_order(spec: Body) -> Body:
    """The fields of a spec by name, as the operators' own types have them."""
    return dict(sorted(spec.items()))
