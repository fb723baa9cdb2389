"""ModelHub: ModelSpec documents. They describe models, and render nothing by themselves."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.dialects.base import Dialect, HubModel, Read
from compiler.source.document import Document


def read_model_spec(document: Document, unit: str) -> Staged[list[Read]]:
    """The model that a ModelSpec describes."""
    from compiler.spec.foreign.modelhub import ModelSpec
    from compiler.spec.validation import validate

    del unit
    checked = validate(ModelSpec, document)
    if checked.value is None:
        return Staged([], checked.found)
    source = checked.value.spec.source
    hubs = {"huggingface": source.huggingface, "modelscope": source.modelscope}
    repositories = {hub: found.name for hub, found in hubs.items() if found is not None}
    return Staged([HubModel(checked.value.metadata.name, repositories, document)])


DIALECTS = (Dialect("model.hydra.io/v1alpha1", "ModelSpec", read_model_spec, namespaced=False),)
