"""Inference: a model that answers requests, with vLLM under Ray or with what KServe's predictor says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged, closest
from compiler.dialects import cpod_inference_problems as problems
from compiler.dialects.cpodoperator.inference_models import model_of
from compiler.dialects.cpodoperator.inference_params import arguments_of, says_something
from compiler.dialects.cpodoperator.inferring import Inferring
from compiler.dialects.cpodoperator.products import Gpu, gpu_of
from compiler.dialects.cpodoperator.reading import places_of, shaped
from compiler.dialects.cpodoperator.served import served_by_kserve
from compiler.dialects.cpodoperator.settings import settings_of
from compiler.dialects.deferred import Around, Deferred
from compiler.dialects.kubeflow_pods import mapping
from compiler.dialects.problems import read_differently, without_effect
from compiler.linking.accelerators import PRODUCT
from compiler.linking.serving import Expose, Scale, Service
from compiler.linking.workload import JobNames
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.spec.foreign.cpod_inference import Inference

RAY = "ray"
BACKENDS = (RAY, "kserve")
TARGET = 3
"""Requests at once of a replica under Ray, as the operator has it."""

FIELDS: Mapping[tuple[str, ...], str] = {
    ("model",): "modelId", ("accelerator", "count"): "gpuCount", ("parallelism", "tensor"): "gpuCount",
    ("replicas",): "autoscalerOptions", ("arguments",): "params", ("engine",): "backend",
}  # fmt: skip
"""Fields of the language's services, and the Inference's that say them."""

RAY_ALONE = ("gpuCount", "autoscalerOptions", "params")


def read_inference(document: Document, unit: str) -> Staged[list[Any]]:
    """The service of an Inference."""
    read = shaped("Inference", _model, document)
    if read.value is None:
        return Staged([], read.found)
    return Staged([Deferred(document, unit, partial(_read, read.value, document, unit))], read.found)


def _read(inference: Inference, document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    one = Inferring(inference, document, unit, around)
    exposed = _exposed(one)
    found = [*_about(one), *exposed.found]
    made = (_by_ray if one.spec.backend == RAY else served_by_kserve)(one, exposed.value)
    found += made.found
    wrong = any(finding.level.label == "error" for finding in found)
    return Staged([] if wrong else made.value, found)


def _about(one: Inferring) -> Iterator[Diagnostic]:
    """What the operator ignores, or reads otherwise than it is meant."""
    backend, given = one.spec.backend, one.document.value["spec"]
    if backend and backend not in BACKENDS:
        wrong = f"`{backend}` is KServe, as everything but `ray` is."
        finding = read_differently(one.at("backend"), wrong, "Write `kserve` or `ray`.")
        yield finding._replace(candidates=closest(backend, BACKENDS))
    if backend == RAY:
        for field in sorted(set(mapping(given, "predictor")) - {"nodeSelector"}):
            at = one.document.at("spec", "predictor", field, key=True)
            yield without_effect(at, f"`{field}` of a predictor is for KServe, and the backend is `ray`.", "Remove it.")
        return
    for field in RAY_ALONE:
        if given.get(field) and (field != "params" or says_something(one.spec.params)):
            wrong = f"`{field}` is for the backend `ray`, and this is KServe."
            yield without_effect(one.at(field, key=True), wrong, "Remove it, or say it in `predictor`.")


def _exposed(one: Inferring) -> Staged[Expose | None]:
    """`<name>.<domain>`, where the cluster has a domain for Inferences."""
    from compiler.planning.engines.kserve import mode_of

    domain, profile = settings_of(one.around).domain, one.around.profile
    # Knative has host names of its own.
    if domain is None or (one.spec.backend != RAY and mode_of(profile) == "Knative"):
        return Staged(None)
    at = one.document.at("metadata", "name")
    if profile.endpoints is None:
        return Staged(None, [problems.not_reached(at, profile.name, domain)])
    host = f"{one.name}.{domain}"
    others = sorted(
        namespace
        for kind, namespace, name in one.around.documents
        if kind == one.document.kind and name == one.name and namespace != one.namespace
    )
    return Staged(
        Expose(host, "/", f"{one.name}-ingress"), [problems.same_host(at, host, other) for other in others[:1]]
    )


def _by_ray(one: Inferring, expose: Expose | None) -> Staged[list[Any]]:
    """vLLM under Ray. The operator starts it with an application of its own that it downloads."""
    spec = one.spec
    model = model_of(one, None)
    arguments = arguments_of(spec.params, one.at("params"))
    selector = mapping(one.document.value, "spec", "predictor", "nodeSelector")
    at = one.document.at("spec", "predictor", "nodeSelector", PRODUCT)
    gpu: Staged[Gpu] = gpu_of(one.around, selector.get(PRODUCT), at)
    found = [*model.found, *arguments.found, *gpu.found]
    if model.value is None or model.value.reference is None:
        return Staged([], found)
    options, cards = spec.autoscaler_options, spec.gpu_count or None
    least, most = (options.min_replicas or 1, options.max_replicas or 1) if options else (1, 1)
    metadata = one.inference.metadata
    service = Service(
        key=(one.namespace, one.name),
        of=one.of,
        unit=one.unit,
        namespace=one.namespace,
        origin=one.document.at("metadata", "name"),
        names=JobNames(claim=one.name, job=one.name, files=one.name),
        labels=metadata.labels,
        references=(model.value.reference,),
        runtime="vllm",
        engine=RAY,
        accelerator=gpu.value.accelerator,
        cards=cards,
        tensor=cards,
        scale=Scale(least, most, "concurrency", TARGET),
        arguments=arguments.value,
        served=_readable(one, model.value.reference.key),
        expose=expose,
        annotations=one.annotations,
        node_selector={name: str(value) for name, value in selector.items() if name != PRODUCT},
        places={**places_of(one.document, FIELDS), ("accelerator", "type"): at},
    )
    return Staged([service], found)


def _readable(one: Inferring, key: tuple[str, str]) -> str | None:
    """What the operator's server calls the model: as its record does."""
    record = one.around.documents.get(("ModelStorage", *key))
    name = mapping(record.value, "spec").get("modelname") if record is not None else None
    return name.partition("@")[0] if isinstance(name, str) and name else None


def _model() -> type[Inference]:
    from compiler.spec.foreign.cpod_inference import Inference

    return Inference
