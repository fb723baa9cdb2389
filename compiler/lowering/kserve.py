"""InferenceServices of KServe. Everything that its webhook would fill in is said, so that nothing differs afterwards.

Source: KServe 0.18, pkg/apis/serving/v1beta1 (defaults and validation), config/configmap.
"""

from __future__ import annotations

from compiler.lowering.metadata import manifest, metadata
from compiler.manifest import Body, Manifest
from compiler.planning.serving.plans import KserveModel, KservePlan, Rollout

CONTAINER = "kserve-container"
WORKER = "worker-container"
DEPLOYMENT_MODE = "serving.kserve.io/deploymentMode"
WEIGHTS = "model"
"""Volume that the gates alone mount, where KServe mounts the weights itself."""

PATIENCE = 30
"""Seconds between two looks of a ServingRuntime's start-up probes: one of them starts a client of Ray."""

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
        predictor["deploymentStrategy"] = _strategy(plan.rollout)
    if "metadata" in template:
        predictor["labels"] = template["metadata"]["labels"]
    if plan.annotations:
        predictor["annotations"] = dict(sorted(plan.annotations.items()))
    spec: Body = template["spec"]
    if plan.served is not None:
        del spec["containers"]
        return {**predictor, **spec, "model": dict(plan.served)}
    if plan.model is None:
        return {**predictor, **spec}
    seconds = plan.pod.probes.startup_seconds if plan.pod.probes is not None else 0
    return {**predictor, **_on_several_nodes(plan.model, spec, seconds)}


def _strategy(rollout: Rollout) -> Body:
    if rollout.at_once:
        return {"type": "Recreate"}
    numbers = {"maxSurge": rollout.surge, "maxUnavailable": rollout.unavailable}
    return {"type": "RollingUpdate", "rollingUpdate": numbers}


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


def _on_several_nodes(model: KserveModel, spec: Body, startup_seconds: int) -> Body:
    """The leading pod as a model of a ServingRuntime, and the others beside it, each behind the gate: KServe mounts the
    weights itself, by a sub-path that the kubelet would make, as root, where a pod started before they are there.

    It merges both pods into the runtime's. A probe says how long it waits and nothing else: with a way to ask of its own
    it would have two, which the API server refuses.
    """
    (container,) = spec["containers"]
    mounts = [one for one in container["volumeMounts"] if one["name"] != WEIGHTS]
    both = {field: container[field] for field in ("env", "resources", "securityContext") if field in container}
    patience = {"periodSeconds": PATIENCE, "failureThreshold": -(-startup_seconds // PATIENCE)}
    joined: Body = {"exec": {"command": list(model.joined)}} if model.joined else {}
    around = {field: value for field, value in spec.items() if field != "containers"}
    server: Body = {
        "modelFormat": {"name": model.model_format},
        "protocolVersion": model.protocol,
        "runtime": model.runtime,
        "storageUri": model.uri,
        **({"args": container["args"]} if "args" in container else {}),
        **both,
        "startupProbe": patience,
        "volumeMounts": mounts,
    }
    worker = {"name": WORKER, **both, "startupProbe": {**joined, **patience}, "volumeMounts": mounts}
    sizes = {"pipelineParallelSize": model.pipeline, "tensorParallelSize": model.tensor}
    return {**around, "model": server, "workerSpec": {**sizes, **around, "containers": [worker]}}


LOWERING = (KservePlan, kserve)
