"""InferenceServices of KServe. Everything that its webhook would fill in is said, so that nothing differs afterwards.

Source: KServe 0.18, pkg/apis/serving/v1beta1 (defaults and validation), config/configmap.
"""

from __future__ import annotations

from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.serving.plans import KserveModel, KservePlan

CONTAINER = "kserve-container"
WORKER = "worker-container"
DEPLOYMENT_MODE = "serving.kserve.io/deploymentMode"
RUNTIMES_OWN = frozenset({"model", "shm"})
"""Volumes that a ServingRuntime's pods have from KServe or from the runtime itself."""

AUTOSCALER = "serving.kserve.io/autoscalerClass"
MODEL_FORMAT = "modelFormat"
"""The webhook's note of what is served, from KServe 0.17 on: inference_service_defaults.go, `setPredictorModelDefaults`."""


def kserve(plan: KservePlan) -> Manifest:
    """The InferenceService."""
    notes = {DEPLOYMENT_MODE: plan.mode}
    if plan.autoscaler is not None:
        notes[AUTOSCALER] = plan.autoscaler
    if plan.model is not None:
        notes[MODEL_FORMAT] = plan.model.model_format
    body: Body = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": metadata(plan.identity, annotations=notes),
        "spec": {"predictor": _predictor(plan)},
    }
    return manifest(body, plan.identity)


def _predictor(plan: KservePlan) -> Body:
    from compiler.lowering.workpods import pod_template

    template = pod_template(plan.pod, CONTAINER)
    predictor: Body = {"minReplicas": plan.scale.least, "maxReplicas": plan.scale.most, **_scaling(plan)}
    if plan.canary is not None:
        predictor["canaryTrafficPercent"] = plan.canary
    if plan.rollout is not None:
        predictor["deploymentStrategy"] = {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": plan.rollout.surge, "maxUnavailable": plan.rollout.unavailable},
        }
    if "metadata" in template:
        predictor["labels"] = template["metadata"]["labels"]
    if plan.annotations:
        predictor["annotations"] = dict(sorted(plan.annotations.items()))
    spec: Body = template["spec"]
    if plan.served is not None:
        del spec["containers"]
        return {**predictor, **spec, "model": dict(plan.served)}
    return {**predictor, **(spec if plan.model is None else _on_several_nodes(plan.model, spec))}


def _scaling(plan: KservePlan) -> Body:
    scale = plan.scale
    if plan.query is not None:
        external = {
            "metric": {"backend": "prometheus", "serverAddress": plan.prometheus, "query": plan.query},
            "target": {"type": "Value", "value": str(scale.value)},
        }
        return {"autoScaling": {"metrics": [{"type": "External", "external": external}]}}
    if scale.metric is None:
        return {}
    return {"scaleMetric": scale.metric, "scaleTarget": scale.value}


def _on_several_nodes(model: KserveModel, spec: Body) -> Body:
    """The leading pod as a model of a ServingRuntime, and the others beside it. KServe mounts the weights itself; the
    leading pod's own mount of them is for its gate alone. Shared memory is the runtime's, too."""
    (container,) = spec["containers"]
    own = [one for one in container["volumeMounts"] if one["name"] not in RUNTIMES_OWN]
    volumes = [one for one in spec["volumes"] if one["name"] != "shm"]
    server: Body = {
        "modelFormat": {"name": model.model_format},
        "protocolVersion": model.protocol,
        "runtime": model.runtime,
        "storageUri": model.uri,
    }
    kept = ("args", "env", "resources", "startupProbe", "readinessProbe", "livenessProbe")
    server |= {field: container[field] for field in kept if field in container} | {"volumeMounts": own}
    same = {field: container[field] for field in ("env", "resources") if field in container}
    shared = ("nodeSelector", "tolerations", "imagePullSecrets", "securityContext", "automountServiceAccountToken")
    workers: Body = {
        "pipelineParallelSize": model.pipeline,
        "tensorParallelSize": model.tensor,
        **{field: spec[field] for field in shared if field in spec},
        "containers": [{"name": WORKER, **same, "volumeMounts": own}],
        "volumes": [one for one in volumes if one["name"] not in RUNTIMES_OWN],
    }
    alone = {field: value for field, value in spec.items() if field not in {"containers", "volumes"}}
    return {**alone, "volumes": volumes, "model": server, "workerSpec": workers}


LOWERING = (KservePlan, kserve)
