"""An Inference for KServe: a container of one's own, or one of the servers that the cluster has a runtime for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_inference_problems as problems
from compiler.dialects.cpodoperator.containers import container_of
from compiler.dialects.cpodoperator.inference_models import model_of, storage
from compiler.dialects.cpodoperator.names import noted
from compiler.dialects.cpodoperator.predictors import (
    CONTAINERS,
    amounts_of,
    cards_at,
    cards_of,
    predictor_of,
    scale_of,
    uri_of,
)
from compiler.dialects.cpodoperator.products import gpu_of
from compiler.dialects.kubeflow_pods import entries
from compiler.dialects.problems import contradiction, read_differently
from compiler.emission.naming import object_name
from compiler.linking.accelerators import PRODUCT
from compiler.linking.serving import Predictor, Service
from compiler.linking.workload import JobNames

if TYPE_CHECKING:
    from compiler.dialects.cpodoperator.inference_models import Model
    from compiler.dialects.cpodoperator.inferring import Inferring
    from compiler.dialects.cpodoperator.predictors import Predictor as Written
    from compiler.linking.serving import Expose
    from compiler.linking.workload import Reference
    from compiler.source.document import Origin

WEIGHTS = "/mnt/models"
"""Where KServe has a container find its model."""

ADAPTER = "/mnt/adapter"
ADAPTER_FLAG = "--adapter_name_or_path"
RUNTIME = "container"
SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash"})
V2 = frozenset({"triton", "onnx", "huggingface"})
"""Formats that KServe speaks its second protocol with, where nothing else is said."""


def served_by_kserve(one: Inferring, expose: Expose | None) -> Staged[list[Any]]:
    """What an Inference for KServe becomes."""
    read = predictor_of(one)
    predictor = read.value
    if predictor is None:
        return Staged([], read.found)
    model = model_of(one, uri_of(predictor))
    found = [*read.found, *model.found]
    if model.value is None:
        return Staged([], found)
    made = (_container if predictor.server == CONTAINERS else _server)(one, predictor, model.value, expose)
    artifacts = [model.value.artifact] if model.value.artifact is not None else []
    return Staged([*artifacts, *made.value] if made.value else [], [*found, *made.found])


def _container(one: Inferring, predictor: Written, model: Model, expose: Expose | None) -> Staged[list[Any]]:
    """A service whose server is the document's own."""
    uri = uri_of(predictor)
    if model.reference is None:
        return Staged([], [problems.loaded_each_time(uri.at, uri.text)] if uri else [])
    container = container_of(predictor)
    adapter, wrong = _adapter(one, predictor)
    cards = cards_of(predictor)
    gpu = gpu_of(one.around, predictor.product if cards else None, predictor.at("nodeSelector", PRODUCT))
    found = [*container.found, *wrong, *gpu.found, *_about_cards(predictor, one, cards)]
    read = container.value
    if read is None:
        return Staged([], found)
    # Behind the program, where it would be as well if it stood at the end of the command.
    line = (ADAPTER_FLAG, ADAPTER, *read.arguments) if adapter else read.arguments
    listed = gpu.value.accelerator is not None
    service = Service(
        key=(one.namespace, one.name),
        of=one.of,
        unit=one.unit,
        namespace=one.namespace,
        origin=one.document.at("metadata", "name"),
        names=_names(one),
        labels=one.inference.metadata.labels,
        references=(model.reference, *adapter),
        runtime=RUNTIME,
        engine="kserve",
        accelerator=gpu.value.accelerator,
        cards=cards,
        scale=scale_of(predictor, one.around.profile),
        environment=read.environment,
        image=read.image,
        command=read.command,
        line=line,
        port=read.port,
        resources=amounts_of(predictor),
        model_path=WEIGHTS,
        expose=expose,
        canary=predictor.value.get("canaryTrafficPercent"),
        annotations=one.annotations,
        node_selector=_selector(predictor, listed=listed),
        places={**_places(predictor), ("image",): predictor.below("image"), ("command",): predictor.below("command")},
    )
    return Staged([service], found)


def _server(one: Inferring, predictor: Written, model: Model, expose: Expose | None) -> Staged[list[Any]]:
    """One of KServe's servers, in the form that its webhook would give it."""
    if noted(one.inference.metadata.annotations, "cpod-adapter-id-name") is not None:
        wrong = f"An adapter needs a container that loads it, and `{predictor.server}` is a server of KServe's."
        return Staged(
            [], [contradiction(predictor.below(key=True), wrong, "Remove the annotation, or use a container.")]
        )
    cards = cards_of(predictor)
    gpu = gpu_of(one.around, predictor.product if cards else None, predictor.at("nodeSelector", PRODUCT))
    uri = uri_of(predictor)
    workload = Predictor(
        key=(one.namespace, one.name),
        of=one.of,
        unit=one.unit,
        namespace=one.namespace,
        origin=one.document.at("metadata", "name"),
        names=_names(one),
        labels=one.inference.metadata.labels,
        references=(model.reference,) if model.reference is not None else (),
        model=_form(predictor),
        uri=uri.text if uri is not None else None,
        accelerator=gpu.value.accelerator,
        cards=cards,
        scale=scale_of(predictor, one.around.profile),
        expose=expose,
        canary=predictor.value.get("canaryTrafficPercent"),
        annotations=one.annotations,
        node_selector=_selector(predictor, listed=gpu.value.accelerator is not None),
        environment=_literals(predictor),
        places=_places(predictor),
    )
    return Staged([workload], gpu.found)


def _literals(predictor: Written) -> dict[str, str]:
    variables = [one for _, one in entries(predictor.container, "env")]
    return {str(one["name"]): one["value"] for one in variables if isinstance(one.get("value"), str)}


def _form(predictor: Written) -> dict[str, Any]:
    """`predictor.model`, without the place of the files."""
    given = {name: value for name, value in predictor.container.items() if name != "storageUri"}
    form = dict(given.pop("modelFormat", None) or {"name": predictor.server})
    protocol = given.pop("protocolVersion", None) or ("v2" if form["name"] in V2 else "v1")
    return {"modelFormat": form, "protocolVersion": protocol, **given}


def _names(one: Inferring) -> JobNames:
    stem = object_name([one.name, "is"])
    return JobNames(claim=stem, job=stem, files=stem)


def _selector(predictor: Written, *, listed: bool) -> dict[str, str]:
    """Labels of nodes, without the GPU's where the cluster's pool has it."""
    return {name: value for name, value in predictor.selector.items() if not (listed and name == PRODUCT)}


def _places(predictor: Written) -> dict[tuple[str, ...], Origin]:
    """Where the document says what planning may have to say something about."""
    places = {
        ("accelerator", "type"): predictor.at("nodeSelector", PRODUCT),
        ("accelerator", "count"): cards_at(predictor),
        ("canary",): predictor.at("canaryTrafficPercent"),
    }
    fields = ("maxReplicas", "minReplicas", "scaleMetric", "scaleTarget")
    replicas = next((one for one in fields if one in predictor.value), None)
    return {**places, ("replicas",): predictor.at(replicas)} if replicas else places


def _about_cards(predictor: Written, one: Inferring, cards: int) -> list[Diagnostic]:
    if cards and not predictor.product:
        known = one.around.profile.accelerators
        return [problems.any_gpu(cards_at(predictor))] if len(known) != 1 else []
    if predictor.product and not cards:
        wrong = "The nodes of a GPU are selected, and no GPU of them is asked for."
        do = "Ask for `nvidia.com/gpu`, or remove the label."
        return [read_differently(predictor.at("nodeSelector", PRODUCT), wrong, do)]
    return []


def _adapter(one: Inferring, predictor: Written) -> tuple[tuple[Reference, ...], list[Diagnostic]]:
    """The adapter that an annotation names, mounted beside the model."""
    notes = one.inference.metadata.annotations
    name = noted(notes, "cpod-adapter-id-name")
    if not name:
        return (), []
    key = next(note for note in notes if note.endswith("/cpod-adapter-id-name"))
    at = one.document.at("metadata", "annotations", key)
    command = [*(predictor.container.get("command") or ())]
    if command and command[0] in SHELLS:
        wrong = f"`{ADAPTER_FLAG}` goes behind the command, and `{command[0]}` would take it for its own."
        return (), [contradiction(at, wrong, "Write the program itself as the command, or remove the annotation.")]
    public = noted(notes, "cpod-adapter-is-public") is not None
    return (storage(one, name, at, public=public, role=ADAPTER),), []
