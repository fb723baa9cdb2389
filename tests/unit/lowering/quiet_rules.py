"""What the controllers of what serves make of an object: the object here, and the object as they leave it.

An object that comes out as it went in is quiet under GitOps. What they add beside it without any effect (`status: {}`,
`resources: {}`, `name: ""`) is left out: Argo CD and Flux compare what git says. Sources are read at KServe 0.18 and
KubeRay 1.7.
"""

from __future__ import annotations

import copy
from typing import Any

from compiler.manifest import Body
from tests.unit.lowering.quiet_forms import mappings

MODE = "serving.kserve.io/deploymentMode"
MODES = {"RawDeployment": "Standard", "Serverless": "Knative"}
RENAMED, NAMED_FORMAT, V2_OF_VLLM = (0, 16), (0, 17), (0, 20)
"""Versions of KServe from which its webhook renames modes, notes the model's format, and knows vLLM's protocol."""

LEGACY = ("sklearn", "xgboost", "tensorflow", "pytorch", "triton", "onnx", "huggingface", "pmml", "lightgbm", "paddle")
SIZES = {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
"""What KServe's own config map gives a container: config/configmap/inferenceservice.yaml, `inferenceService.resource`."""


def kserve_webhook(body: Body, version: tuple[int, ...]) -> Body:
    """KServe's mutating webhook, where the cluster's config map decides as differently as it may.

    Source: KServe, pkg/apis/serving/v1beta1/inference_service_defaults.go, `DefaultInferenceService`, and
    predictor_custom.go, `Default`. Matching `LocalModelCache` objects are not among what Hydra knows.
    """
    left = copy.deepcopy(body)
    notes = left["metadata"].setdefault("annotations", {})
    if version >= RENAMED:
        notes[MODE] = MODES.get(notes.get(MODE), notes.get(MODE, "Standard"))
    notes.setdefault(MODE, "RawDeployment")
    predictor = left["spec"]["predictor"]
    for legacy in set(LEGACY) & predictor.keys():
        protocol = {"protocolVersion": "v2"} if legacy in {"triton", "onnx", "huggingface"} else {}
        predictor["model"] = {"modelFormat": {"name": legacy}, **protocol, **predictor.pop(legacy)}
    if "model" in predictor:
        _model(predictor["model"], notes, version)
    else:
        _custom(predictor["containers"])
    predictor.setdefault("automountServiceAccountToken", False)
    return left


def _model(model: Body, notes: Body, version: tuple[int, ...]) -> None:
    name = model["modelFormat"]["name"]
    if name == "triton" or (name == "vLLM" and version >= V2_OF_VLLM):
        model.setdefault("protocolVersion", "v2")
    if version >= NAMED_FORMAT:
        notes.setdefault("modelFormat", name)


def _custom(containers: list[Body]) -> None:
    first = containers[0]
    if len(containers) == 1 or not first.get("name"):
        first["name"] = "kserve-container"
    resources = first.setdefault("resources", {})
    for part, sizes in SIZES.items():
        resources[part] = {**sizes, **resources.get(part, {})}


def kuberay_bounds(body: Body) -> Body:
    """The bounds of a worker group, which the CRD sets where they are not said, and a validation asks for.

    Source: KubeRay, ray-operator/apis/ray/v1/raycluster_types.go, `WorkerGroupSpec`.
    """
    left = copy.deepcopy(body)
    for group in left["spec"]["rayClusterConfig"].get("workerGroupSpecs", []):
        group.setdefault("minReplicas", 0)
        group.setdefault("maxReplicas", 2147483647)
    return left


def ray_autoscaler(body: Body) -> Body:
    """Ray's autoscaler has another number of workers than git, as soon as the load is another; absence is not compared.

    Source: Ray, python/ray/autoscaler/_private/kuberay/node_provider.py patches `replicas` and `workersToDelete`.
    """
    left = copy.deepcopy(body)
    cluster = left["spec"]["rayClusterConfig"]
    if cluster.get("enableInTreeAutoscaling"):
        for group in cluster["workerGroupSpecs"]:
            least, most = group["minReplicas"], group["maxReplicas"]
            if "replicas" in group:
                group["replicas"] = least if group["replicas"] == most else most
            if "scaleStrategy" in group:
                group["scaleStrategy"] = {"workersToDelete": [f"{group['groupName']}-worker-x"]}
    return left


def kueue(body: Body) -> Body:
    """Kueue stops what has no quota and starts it again. Absence is not compared.

    Source: Kueue, pkg/controller/jobs/raycluster and rayservice: `Suspend`, `RunWithPodSetsInfo`.
    """
    left = copy.deepcopy(body)
    for where in mappings(left["spec"]):
        if "suspend" in where:
            where["suspend"] = not where["suspend"]
    return left


def gateway_defaults(body: Body) -> Body:
    """Defaults of the CRD of HTTPRoutes. Source: sigs.k8s.io/gateway-api, apis/v1/{httproute,shared}_types.go."""
    left = copy.deepcopy(body)
    everything = {"type": "PathPrefix", "value": "/"}
    for parent in left["spec"]["parentRefs"]:
        _defaults(parent, group="gateway.networking.k8s.io", kind="Gateway")
    for rule in left["spec"].setdefault("rules", [{}]):
        for match in rule.setdefault("matches", [{"path": everything}]):
            _defaults(match.setdefault("path", {}), **everything)
        for backend in rule.get("backendRefs", []):
            _defaults(backend, group="", kind="Service", weight=1)
    return left


def _defaults(body: Body, **values: Any) -> None:
    for name, value in values.items():
        body.setdefault(name, value)


NOT_COPIED = frozenset({"modelFormat", "kubectl.kubernetes.io/last-applied-configuration"})


def reaches_pods(service: Body) -> dict[str, str]:
    """Labels and annotations of an InferenceService that are its pods', too: a changed one starts the servers anew.

    Source: KServe, pkg/controller/v1beta1/inferenceservice/components/predictor.go, `buildObjectMeta`; pkg/constants,
    `ServiceAnnotationDisallowedList`.
    """
    meta = service["metadata"]
    notes = {name: value for name, value in meta.get("annotations", {}).items() if name not in NOT_COPIED}
    return {**meta.get("labels", {}), **notes}
