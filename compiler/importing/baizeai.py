"""Datasets of BaizeAI as `datasets`, and as `models` where a hub has a model of the name."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.importing.base import Import, Stays, Taken, Taking
from compiler.importing.sections.loaded import entry_of
from compiler.linking.artifact import Artifact


def take_dataset(taking: Taking) -> Taken | Stays:
    """The entry of a Dataset."""
    artifact = next(one for one in taking.reads if isinstance(one, Artifact))
    return entry_of(artifact, section_of(artifact), taking)


def section_of(artifact: Artifact) -> str:
    """Where an artifact belongs: weights of a hub, and what a label calls a model, are models."""
    fields = artifact.source.fields
    weights = "repo" in fields and fields.get("kind") != "dataset"
    return "models" if weights or artifact.model_id else "datasets"


def describes(taking: Taking) -> Stays:
    """A ModelSpec loads nothing: Hydra reads it beside Projects, and finds models in it by their id."""
    del taking
    return Stays("It describes a model and makes no object; Projects may use what it says.", meant=True)


IMPORTS: Mapping[str, Import] = {
    "dataset.baizeai.io/Dataset": take_dataset,
    "model.hydra.io/ModelSpec": describes,
}
