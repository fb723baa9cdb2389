"""ModelHub: ModelSpec documents. They describe models, and render nothing by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Staged
from compiler.dialects.base import Dialect, HubModel, Read
from compiler.source.document import Document
from compiler.spec.checked import checked

if TYPE_CHECKING:
    from compiler.spec.foreign.modelhub import ModelSpec


def read_model_spec(document: Document, unit: str) -> Staged[list[Read]]:
    """The model that a ModelSpec describes."""

    del unit
    read = checked("ModelSpec", _model, document)
    if read.value is None:
        return Staged([], read.found)
    spec, source = read.value.spec, read.value.spec.source
    hubs = {"huggingface": source.huggingface, "modelscope": source.modelscope}
    repositories = {hub: found.name for hub, found in hubs.items() if found is not None}
    context = spec.config.max_tokens if spec.config is not None else None
    name = read.value.metadata.name
    return Staged([HubModel(name, repositories, document, tuple(spec.deployments or ()), context or None)])


def _model() -> type[ModelSpec]:
    from compiler.spec.foreign.modelhub import ModelSpec

    return ModelSpec


DIALECTS = (Dialect("model.hydra.io/v1alpha1", "ModelSpec", read_model_spec, namespaced=False),)
