"""A model on several nodes, and canaries: what KServe takes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.dialects.kserveoperator import problems
from compiler.dialects.kserveoperator.components import MODEL, Component, annotation, canaries, components
from compiler.dialects.kserveoperator.modes import STANDARD
from compiler.dialects.kserveoperator.predictors import about_implementation
from compiler.dialects.kserveoperator.scaling import CLASS
from compiler.dialects.kubeflow_pods import entries, mapping, text
from compiler.source.document import Document, Path

WORKERS = "workerSpec"

_SIZES = ("pipelineParallelSize", "tensorParallelSize")
_VARIABLES = {"PIPELINE_PARALLEL_SIZE": _SIZES[0], "TENSOR_PARALLEL_SIZE": _SIZES[1]}
_CARDS = frozenset(("nvidia.com/gpu", "amd.com/gpu", "intel.com/gpu", "habana.ai/gaudi"))
_BASIC = frozenset(("cpu", "memory", "storage", "ephemeral-storage"))
_FIXED = ("maxReplicas", "scaleTarget", "scaleMetric", "autoScaling")


def about_nodes(document: Document) -> Iterator[Diagnostic]:
    """A predictor with workers."""
    predictor = next((one for one in components(document) if one.name == "predictor"), None)
    if predictor is None or not isinstance(predictor.value.get(WORKERS), dict):
        return
    workers = mapping(predictor.value, WORKERS)
    for field in _SIZES:
        value = workers.get(field)
        if isinstance(value, int) and value < 1:
            yield problems.bad_shape(predictor.at(WORKERS, field), f"`{field}` is {value}.", "Say 1 or more.")
    containers = [*entries(workers, "containers")]
    if len(containers) > 1:
        at = predictor.at(WORKERS, "containers", key=True)
        yield problems.bad_shape(at, "A worker of several nodes has one container.", "Remove the others.")
    for index, one in containers:
        yield from _cards(predictor, (WORKERS, "containers", index), one)
    if MODEL in predictor.frameworks:
        yield from _of_model(predictor, mapping(predictor.value, MODEL))


def _of_model(predictor: Component, model: Mapping[str, Any]) -> Iterator[Diagnostic]:
    yield from _cards(predictor, (MODEL,), model)
    for index, one in entries(model, "env"):
        field = _VARIABLES.get(text(one.get("name")))
        if field:
            wrong = f"KServe sets `{one['name']}` itself, and refuses it here."
            yield problems.bad_shape(predictor.at(MODEL, "env", index), wrong, f"Write `{WORKERS}.{field}`.")
    uri = model.get("storageUri")
    if not isinstance(uri, str):
        wrong = "A model on several nodes needs a `storageUri`, which all of them read."
        yield problems.bad_shape(predictor.at(MODEL, key=True), wrong, "Write `storageUri: pvc://claim/path`.")
    elif uri.partition("://")[0] not in {"pvc", "oci"}:
        wrong = f"Several nodes read their model from a claim or an image, and not from `{uri}`."
        yield problems.bad_shape(predictor.at(MODEL, "storageUri"), wrong, "Use `pvc://` or `oci://`.")
    said = annotation(predictor.document, CLASS)
    if said != "none":
        at = predictor.document.at("metadata", *(("annotations", f"serving.kserve.io/{CLASS}") if said else ()))
        wrong = "A model on several nodes is not scaled."
        yield problems.bad_shape(at, wrong, f"Write the annotation `serving.kserve.io/{CLASS}: none`.")


def _cards(predictor: Component, path: Path, container: Mapping[str, Any]) -> Iterator[Diagnostic]:
    if annotation(predictor.document, "gpu-resource-types") is not None:
        return
    for kind in ("limits", "requests"):
        for name in mapping(container, "resources", kind):
            if name not in _CARDS and name not in _BASIC:
                wrong = f"KServe does not know the resource `{name}`."
                do = "Name it in the annotation `serving.kserve.io/gpu-resource-types`."
                yield problems.bad_shape(predictor.at(*path, "resources", kind, str(name), key=True), wrong, do)


def about_canaries(document: Document) -> Iterator[Diagnostic]:
    """Canaries beside the predictor."""
    listed = [*canaries(document)]
    if not listed:
        return
    if annotation(document, "deploymentMode") != STANDARD:
        at = document.at("spec", "canary", key=True)
        wrong = "Canaries need the annotation `serving.kserve.io/deploymentMode: Standard`, spelt so."
        yield problems.bad_shape(at, wrong, "Write it.")
    stable = mapping(document.value, "spec", "predictor")
    names = {text(stable.get("name"))} - {""}
    traffic = 0
    for index, one, predictor in listed:
        name = text(predictor.value.get("name"))
        if not name or name in names:
            wrong = f"Another predictor is called `{name}`." if name else "A canary's predictor has no name."
            yield problems.bad_shape(predictor.at("name" if name else ""), wrong, "Give it a name of its own.")
        names.add(name)
        share = one.get("trafficPercent")
        traffic += share if isinstance(share, int) else 0
        if isinstance(share, int) and not 0 <= share <= 100:
            at = document.at("spec", "canary", index, "trafficPercent")
            yield problems.bad_shape(at, f"{share} is no share in percent.", "Say 0 to 100.")
        yield from about_implementation(predictor)
        yield from _fixed(predictor, stable)
    if traffic > 100:
        wrong = f"The canaries take {traffic} % of the requests."
        yield problems.bad_shape(document.at("spec", "canary", key=True), wrong, "Say 100 % or less in all.")


def _fixed(predictor: Component, stable: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for field in (WORKERS, *_FIXED):
        if field in predictor.value:
            why = "runs on one node" if field == WORKERS else "has a fixed number of replicas"
            yield problems.bad_shape(
                predictor.at(field, key=True), f"A canary {why}: `{field}` is refused.", "Remove it."
            )
    least, usual = predictor.value.get("minReplicas"), stable.get("minReplicas", 1)
    if isinstance(least, int) and isinstance(usual, int) and least > usual:
        wrong = f"The canary has {least} replicas, more than the {usual} of the predictor."
        yield problems.bad_shape(predictor.at("minReplicas"), wrong, f"Say {usual} or less.")
