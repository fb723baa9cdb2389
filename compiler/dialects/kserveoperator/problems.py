"""Findings about documents of KServe that are passed through: what its webhooks refuse, and what they rewrite.

Source of the operator's rules: kserve/kserve at aaac4e2, pkg/apis/serving/v1beta1/inference_service_validation.go and
inference_service_defaults.go.
"""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

_RULES = "https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1beta1/inference_service_validation.go"
_DEFAULTS = "https://github.com/kserve/kserve/blob/master/pkg/apis/serving/v1beta1/inference_service_defaults.go"

BAD_IMPLEMENTATION = Code(
    "HYD551",
    Severity.ERROR,
    "A component of an InferenceService without exactly one implementation.",
    "KServe's webhook refuses the object: a predictor is a `model` or containers of its own, and only one of them.",
    bad="predictor: {model: {modelFormat: {name: huggingface}}, pytorch: {storageUri: s3://models/a}}",
    good="predictor: {model: {modelFormat: {name: huggingface}, storageUri: s3://models/a}}",
    source=_RULES,
)
REWRITTEN = Code(
    "HYD552",
    Severity.WARNING,
    "A form of an InferenceService that KServe's webhook rewrites.",
    "The cluster never holds what the repo says: a GitOps controller sees a difference for ever, and may put it back "
    "each time.",
    bad="predictor: {pytorch: {storageUri: s3://models/a}}",
    good="predictor: {model: {modelFormat: {name: pytorch}, storageUri: s3://models/a}}",
    source=_DEFAULTS,
)
NO_MODE = Code(
    "HYD553",
    Severity.WARNING,
    "An InferenceService that does not say how it is deployed.",
    "What it becomes then depends on how KServe was installed, its defaults differ, and it cannot be changed later.",
    bad="metadata: {name: chat}",
    good="metadata: {name: chat, annotations: {serving.kserve.io/deploymentMode: Standard}}",
    source=_DEFAULTS,
)
UNKNOWN_MODE = Code(
    "HYD554",
    Severity.ERROR,
    "A deployment mode that the cluster's KServe does not know.",
    "`Standard` and `Knative` are names since KServe 0.16. Older ones know `RawDeployment` and `Serverless`, and take "
    "another word for the default of the installation.",
    bad="serving.kserve.io/deploymentMode: Raw",
    good="serving.kserve.io/deploymentMode: Standard",
    source="https://github.com/kserve/kserve/releases/tag/v0.16.0",
)
BAD_AUTOSCALING = Code(
    "HYD555",
    Severity.ERROR,
    "Scaling of an InferenceService that its autoscaler does not do.",
    "KServe's webhook refuses the object, or the autoscaler keeps to something else.",
    bad="annotations: {serving.kserve.io/deploymentMode: Standard, serving.kserve.io/autoscalerClass: hpa}\n# and\npredictor: {scaleMetric: concurrency}",
    good="annotations: {serving.kserve.io/deploymentMode: Knative}\n# and\npredictor: {scaleMetric: concurrency}",
    source=_RULES,
)
BAD_STORAGE = Code(
    "HYD556",
    Severity.ERROR,
    "A place of a model's files that KServe refuses.",
    "The webhook refuses the object, or its pods wait for a volume that nobody can mount.",
    bad="storageUri: pvc:/weights/qwen",
    good="storageUri: pvc://weights/qwen",
    source="https://kserve.github.io/website/docs/model-serving/storage/providers/pvc",
)
REFUSED_VARIABLE = Code(
    "HYD557",
    Severity.ERROR,
    "A variable that KServe refuses in every container.",
    "What `PYTHONPATH` names is run before the server: KServe does not let a service choose it.",
    bad="env: [{name: PYTHONPATH, value: /mnt/models}]",
    good="env: [{name: HF_HOME, value: /tmp/hf}]",
    source=_RULES,
)
BAD_SHAPE = Code(
    "HYD558",
    Severity.ERROR,
    "Several nodes, or a canary, that KServe refuses.",
    "Both work only with some storage, autoscalers and numbers, and the webhook refuses all others.",
    bad="predictor: {workerSpec: {pipelineParallelSize: 2}, model: {modelFormat: {name: huggingface}, storageUri: hf://a/b}}",
    good="predictor: {workerSpec: {pipelineParallelSize: 2}, model: {modelFormat: {name: huggingface}, storageUri: pvc://weights/b}}",
    source=_RULES,
)
SMALL_BY_DEFAULT = Code(
    "HYD559",
    Severity.WARNING,
    "A model server that does not say what cpu and memory it needs.",
    "KServe sets one cpu and 2Gi, as request and as limit: a language model is killed while it loads.",
    bad='resources: {limits: {nvidia.com/gpu: "1"}}',
    good='resources: {requests: {cpu: "8", memory: 64Gi}, limits: {cpu: "8", memory: 64Gi, nvidia.com/gpu: "1"}}',
    source=_DEFAULTS,
)


def bad_implementation(at: Located, wrong: str, do: str) -> Diagnostic:
    """A component that is nothing, or two things."""
    return Diagnostic(BAD_IMPLEMENTATION, at, wrong, do)


def rewritten(at: Located, was: str, becomes: str, do: str) -> Diagnostic:
    """A form that becomes another one."""
    return Diagnostic(
        REWRITTEN, at, f"KServe rewrites `{was}` as `{becomes}`, so that it always differs from the repo.", do
    )


def no_mode(at: Located, mode: str) -> Diagnostic:
    """No annotation; `mode` is what the cluster deploys."""
    wrong = "The InferenceService does not say how it is deployed, and KServe's default depends on its installation."
    return Diagnostic(NO_MODE, at, wrong, f"Write the annotation `serving.kserve.io/deploymentMode: {mode}`.")


def unknown_mode(at: Located, wrong: str, do: str) -> Diagnostic:
    """A mode under a name that KServe does not know."""
    return Diagnostic(UNKNOWN_MODE, at, wrong, do)


def bad_autoscaling(at: Located, wrong: str, do: str) -> Diagnostic:
    """Scaling that is refused or not done."""
    return Diagnostic(BAD_AUTOSCALING, at, wrong, do)


def bad_storage(at: Located, wrong: str, do: str) -> Diagnostic:
    """Files of a model in a place that is none."""
    return Diagnostic(BAD_STORAGE, at, wrong, do)


def refused_variable(at: Located, name: str) -> Diagnostic:
    """A variable that KServe refuses."""
    return Diagnostic(
        REFUSED_VARIABLE, at, f"KServe refuses the variable `{name}`.", "Build what it names into the image."
    )


def bad_shape(at: Located, wrong: str, do: str) -> Diagnostic:
    """Several nodes or a canary that are refused."""
    return Diagnostic(BAD_SHAPE, at, wrong, do)


def small_by_default(at: Located, container: str, missing: str) -> Diagnostic:
    """A model server of which KServe chooses the size."""
    return Diagnostic(
        SMALL_BY_DEFAULT,
        at,
        f"`{container}` has no {missing}: KServe sets 1 cpu and 2Gi.",
        "Write cpu and memory, in `requests` and in `limits`.",
    )
