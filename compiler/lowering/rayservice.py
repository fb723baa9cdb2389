"""RayServices of KubeRay. What its operator drops or fills in is left out or said, so that nothing differs afterwards.

Source: KubeRay 1.5, ray-operator/controllers/ray (defaults, `validation.go`), helm-chart/kuberay-operator/crds.
"""

from __future__ import annotations

from compiler.emission.yaml_text import dump
from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.serving.plans import RayGroup, RayPlan

JOINING = "RAY_AUTOSCALER_RECONCILE_ALLOCATE_STATUS_TIMEOUT_S"
"""After so many seconds it deletes a pod that has not joined. Source: Ray 2.56, autoscaler/v2/instance_manager/config.py."""

AUTOSCALER_RESOURCES = {"cpu": "500m", "memory": "512Mi"}


def ray_service(plan: RayPlan) -> Manifest:
    """The RayService. A new cluster takes over before the old one goes."""
    cluster: Body = {"rayVersion": plan.version}
    if plan.idle_seconds is not None:
        cluster |= _autoscaler(plan.idle_seconds, plan.joining_seconds)
    cluster["headGroupSpec"] = _group(plan.head, "ray-head")
    cluster["workerGroupSpecs"] = [{"groupName": plan.group, **_number(plan), **_group(plan.workers, "ray-worker")}]
    body: Body = {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": metadata(plan.identity),
        "spec": {
            "upgradeStrategy": {"type": "NewCluster"},
            "serveConfigV2": dump(plan.serve),
            "rayClusterConfig": cluster,
        },
    }
    return manifest(body, plan.identity)


def _number(plan: RayPlan) -> Body:
    """What a scaler owns is left out: git would set it back at every synchronisation."""
    number: Body = {"minReplicas": plan.least, "maxReplicas": plan.most}
    return number if plan.idle_seconds is not None else {"replicas": plan.least, **number}


def _group(group: RayGroup, container: str) -> Body:
    from compiler.lowering.workpods import pod_template

    return {"rayStartParams": dict(sorted(group.parameters.items())), "template": pod_template(group.pod, container)}


def _autoscaler(idle_seconds: int, joining_seconds: int) -> Body:
    """Ray's autoscaler, beside the head. The operator gives it no security context of its own."""
    return {
        "enableInTreeAutoscaling": True,
        "autoscalerOptions": {
            # The operator gives the pods the restart policy that this version needs only where it is named.
            "version": "v2",
            "idleTimeoutSeconds": idle_seconds,
            "env": [{"name": JOINING, "value": str(joining_seconds)}],
            "resources": {"requests": dict(AUTOSCALER_RESOURCES), "limits": dict(AUTOSCALER_RESOURCES)},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        },
    }


LOWERING = (RayPlan, ray_service)
