"""The conversion of a model for TensorRT-LLM, which a ModelStorage may ask for: a claim, a record and a Job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Staged
from compiler.dialects.cpod_problems import OF_CONVERSIONS
from compiler.dialects.cpodoperator.products import gpu_of
from compiler.dialects.cpodoperator.settings import settings_of
from compiler.emission.naming import object_name
from compiler.linking.artifact import Artifact
from compiler.linking.workload import JobNames, OutputClaim, Reference, TrainingJob
from compiler.sources.reading import read_source
from compiler.sources.written import Written

if TYPE_CHECKING:
    from compiler.dialects.deferred import Around
    from compiler.library.entries.cpod_recipe import CpodRecipe
    from compiler.source.document import Document

LABEL = "cpod.cpod/modelstorage"
SOURCE = "/src"
DESTINATION = "/dest"
MIB = 1 << 20
HEADROOM = 1.2
"""The operator's own, for a claim of data whose size it knows."""


def conversion(
    model: Artifact, document: Document, around: Around, recipe: CpodRecipe
) -> Staged[list[Artifact | TrainingJob]]:
    """The engine as a model of its own, and the job that makes it. A GPU is asked for, which the operator forgets."""
    name, namespace = document.value["metadata"]["name"], model.namespace
    at = document.at("spec", "converttensortrengine")
    settings = settings_of(around)
    gpu = gpu_of(around, settings.tensorrt_gpu_product, at, OF_CONVERSIONS)
    claim = object_name([model.names.claim, "dest"])
    spec = _claim_spec(model, around)
    job = object_name(["convert-job", name])
    made = TrainingJob(
        key=(namespace, job),
        of=f"{model.of}/conversion",
        unit=model.unit,
        namespace=namespace,
        origin=document.at("metadata", "name"),
        names=JobNames(claim=claim, job=job, files=job),
        labels={**model.labels, LABEL: name} if len(name) <= 63 else model.labels,
        references=(Reference(SOURCE, "model", name, model.key, at),),
        framework="general",
        image=recipe.convert_image,
        command=recipe.convert_command,
        arguments=(SOURCE, DESTINATION),
        environment={},
        replicas={"worker": 1},
        accelerator=gpu.value.accelerator,
        cards=1,
        outputs=(
            OutputClaim(
                claim, DESTINATION, _size(model, spec), spec.get("storageClassName") or settings.storage_class,
                ("ReadWriteMany",), at, per_run=False,
            ),
        ),
        retries=None,
        product=gpu.value.product,
        places=dict.fromkeys((("accelerator",), ("image",), ("replicas",)), at),
    )  # fmt: skip
    written = Written(f"pvc://{claim}", at)
    source = read_source(written).value
    if source is None:
        return Staged([made], gpu.found)
    engine = model._replace(
        key=(namespace, f"{name}-engine"),
        of=f"{model.of}-engine",
        names=model.names._replace(claim=claim),
        source=source,
        source_at=at,
        written=written,
        secret=None,
        in_place=False,
    )
    return Staged([engine, made], gpu.found)


def _claim_spec(model: Artifact, around: Around) -> Mapping[str, Any]:
    """The spec of the model's claim, where its document is here."""
    document = around.documents.get(("PersistentVolumeClaim", model.namespace, model.names.claim))
    spec = document.value.get("spec") if document else None
    return spec if isinstance(spec, dict) else {}


def _size(model: Artifact, spec: Mapping[str, Any]) -> str | None:
    """As much as the model's own claim; else for its weights; else the cluster's default."""
    resources = spec.get("resources")
    requests = resources.get("requests") if isinstance(resources, dict) else None
    size = requests.get("storage") if isinstance(requests, dict) else None
    if isinstance(size, str):
        return size
    return f"{-(-int(model.weights * HEADROOM) // MIB)}Mi" if model.weights is not None else None
