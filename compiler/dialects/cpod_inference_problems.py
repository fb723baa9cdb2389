"""Findings about Inferences of cpodoperator."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity

NO_MODEL_ID = Code(
    "HYD370",
    Severity.WARNING,
    "An Inference without `modelId`.",
    "Since October 2024 the operator looks for the ModelStorage of that name before anything else, and waits for one without a name for ever. Hydra goes by the URI.",
    bad="spec: {predictor: {triton: {storageUri: modelstorage://ranker}}}",
    good="spec: {modelId: ranker, predictor: {triton: {storageUri: modelstorage://ranker}}}",
)
NO_MODEL = Code(
    "HYD371",
    Severity.ERROR,
    "An Inference that names no model.",
    "There is nothing to serve: the operator waits for a ModelStorage without a name for ever.",
    bad="spec: {backend: ray, gpuCount: 1}",
    good="spec: {backend: ray, gpuCount: 1, modelId: model-storage-0ce92f029254ff34}",
)
OTHER_MODEL = Code(
    "HYD372",
    Severity.ERROR,
    "An Inference whose `modelId` and URI name different models.",
    "The operator serves the one of `modelId`, and readers of the document see the other one.",
    bad="modelId: gemma\npredictor: {triton: {storageUri: modelstorage://llama}}",
    good="modelId: llama\npredictor: {triton: {storageUri: modelstorage://llama}}",
)
BAD_PARAMS = Code(
    "HYD373",
    Severity.ERROR,
    "An Inference whose `params` are no flags.",
    "The operator writes the text into a configuration as it is, and the server ends when it reads it.",
    bad="params: '{max-model-len: 8192}'",
    good='params: \'{"max-model-len": 8192, "enforce-eager": ""}\'',
)
NOT_CARRIED = Code(
    "HYD374",
    Severity.ERROR,
    "A field of an Inference's predictor that Hydra does not carry over.",
    "Left out in silence, the server would run otherwise than the document says.",
    bad="predictor: {containers: [{name: kserve-container, ...}, {name: proxy, ...}]}",
    good="# a document of `serving.kserve.io/v1beta1`, which is passed through",
)
BAD_PREDICTOR = Code(
    "HYD375",
    Severity.ERROR,
    "An Inference for KServe whose predictor has no server, or more than one.",
    "The operator stops without a status, or KServe refuses what it makes.",
    bad="spec: {modelId: ranker, predictor: {minReplicas: 1}}",
    good="spec: {modelId: ranker, predictor: {minReplicas: 1, triton: {storageUri: modelstorage://ranker}}}",
)
NOT_REACHED = Code(
    "HYD376",
    Severity.WARNING,
    "Inferences on a cluster that has a domain for them, and does not say what brings requests there.",
    "The operator makes an Ingress of nginx. Hydra makes what the cluster's `endpoints` say, and nothing without them.",
    bad="dialects: {cpod: {domain: llm.acme.io}}   # without `endpoints`",
    good="endpoints: {ingress: {class: nginx}}\ndialects: {cpod: {domain: llm.acme.io}}",
)
SAME_HOST = Code(
    "HYD377",
    Severity.ERROR,
    "Two Inferences of one name on a cluster with a domain for them.",
    "Both would answer under one host name, and requests of one team would reach the other.",
    bad="# namespaces team-a and team-b\nkind: Inference\nmetadata: {name: chat}",
    good="kind: Inference\nmetadata: {name: team-b-chat}",
)
ANY_GPU = Code(
    "HYD378",
    Severity.WARNING,
    "An Inference's own container that asks for GPUs and does not say which.",
    "Nobody knows what memory it needs: it gets the smallest GPU of the cluster.",
    bad="predictor: {containers: [...]}   # with `nvidia.com/gpu`, and without a `nodeSelector`",
    good="predictor: {containers: [...], nodeSelector: {nvidia.com/gpu.product: NVIDIA-GeForce-RTX-3090}}",
)
LOADED_EACH_TIME = Code(
    "HYD379",
    Severity.ERROR,
    "An Inference's own container for which KServe would load a model at every start.",
    "Hydra mounts what was loaded once. A storage initializer loads it again for each replica, with credentials of its own.",
    bad="env: [{name: STORAGE_URI, value: s3://models/gemma}]",
    good="env: [{name: STORAGE_URI, value: modelstorage://gemma}]",
)


def no_model_id(at: Located, found: str) -> Diagnostic:
    """A model that only the URI names."""
    return Diagnostic(
        NO_MODEL_ID, at, f"There is no `modelId`, for which cpodoperator waits for ever; `{found}` is served.",
        "Add `modelId`.",
    )  # fmt: skip


def no_model(at: Located) -> Diagnostic:
    """Nothing that says what is served."""
    return Diagnostic(NO_MODEL, at, "The Inference names no model.", "Add `modelId` with the name of a ModelStorage.")


def other_model(at: Located, uri: str, model_id: str) -> Diagnostic:
    """Two names that are not the same one."""
    return Diagnostic(
        OTHER_MODEL, at, f"`modelId` is `{model_id}`, and `{uri}` is another model.",
        "Correct one of the two; `-public` behind the name goes with `modelIsPublic: true`.",
    )  # fmt: skip


def bad_params(at: Located, wrong: str) -> Diagnostic:
    """Text that is no mapping of flags."""
    return Diagnostic(
        BAD_PARAMS, at, wrong, 'Write a JSON object of vLLM\'s flags, such as `{"max-model-len": 8192, "enforce-eager": ""}`.'
    )  # fmt: skip


def not_carried(at: Located, what: str) -> Diagnostic:
    """A field without a counterpart."""
    return Diagnostic(
        NOT_CARRIED, at, f"Hydra does not carry over {what}.",
        "Remove it, or write a document of `serving.kserve.io/v1beta1`, which is passed through as it is.",
    )  # fmt: skip


def bad_predictor(at: Located, wrong: str, known: Iterable[str]) -> Diagnostic:
    """No server, or several."""
    servers = ", ".join(f"`{one}`" for one in known)
    return Diagnostic(BAD_PREDICTOR, at, wrong, f"Write one of {servers}, or `backend: ray`.")


def not_reached(at: Located, cluster: str, domain: str) -> Diagnostic:
    """A domain without a way to it."""
    return Diagnostic(
        NOT_REACHED, at, f"Nothing leads from `{domain}` to the service: cluster `{cluster}` has no `endpoints`.",
        "Add `endpoints` with an Ingress or a Gateway to the cluster's spec, or remove `dialects.cpod.domain`.",
    )  # fmt: skip


def same_host(at: Located, host: str, namespace: str) -> Diagnostic:
    """A host name that another Inference has, too."""
    return Diagnostic(
        SAME_HOST, at, f"The Inference of this name in namespace `{namespace}` has the host `{host}`, too.",
        "Rename one of the two.",
    )  # fmt: skip


def any_gpu(at: Located) -> Diagnostic:
    """GPUs without a product."""
    return Diagnostic(
        ANY_GPU, at, "The container asks for GPUs, and nothing says which: the smallest that the cluster has is taken.",
        "Name the product as `nvidia.com/gpu.product` under `nodeSelector`.",
    )  # fmt: skip


def loaded_each_time(at: Located, uri: str) -> Diagnostic:
    """A URI that KServe's storage initializer would load."""
    return Diagnostic(
        LOADED_EACH_TIME, at, f"KServe would load `{uri}` whenever a replica starts.",
        "Name a ModelStorage as `modelId`, with `modelstorage://` here; one of `huggingface` or `modelscope` is loaded once.",
    )  # fmt: skip
