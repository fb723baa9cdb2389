"""`library/cpod-recipes/`: how cpodoperator runs what a document does not say, and what becomes of a trainer's flags."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.library.entry import Entry, EntryName, Text
from compiler.library.facts import Count
from compiler.spec import training
from compiler.spec.base import SpecModel
from compiler.spec.project.finetunes import Image

FlagName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]


class Flag(SpecModel):
    """What a flag of the trainer is in the language."""

    of: Literal["hyperparameters", "lora", "freeze", "batch", "run"] = "hyperparameters"
    """Where the field is. `batch` has `device` and `accumulation`; `run` has `stage`, `method`, `template` and `bits`."""

    field: Text
    """The field, as specs write it."""

    value: bool | str | None = None
    """For a switch: what the field gets where the flag is true."""

    words: dict[str, str] = Field(default={})
    """Values that the language calls otherwise."""

    nothing: str | None = None
    """The value that stands for nothing."""


class Beginning(training.Hyperparameters):
    """Hyperparameters of a FineTune that says nothing."""


class CpodRecipe(Entry):
    """How FineTunes and conversions run where their documents do not say."""

    kind: Literal["CpodRecipe"]

    trainer: EntryName
    """The trainer of FineTunes."""

    hyperparameters: Beginning
    """What FineTunes begin from. The batch is made of the two fields below."""

    device_batch: Count
    """Sequences of a GPU at once, where a FineTune says nothing."""

    accumulation: Count
    """Batches of an optimizer step, where a FineTune says nothing."""

    gpu_product: Text
    """Value of `nvidia.com/gpu.product`, where neither the FineTune nor the cluster says one."""

    dataset_file: Text
    """File at the root of a dataset that holds its records, in the style alpaca."""

    convert_image: Image
    """Image of conversions for TensorRT-LLM."""

    convert_command: Annotated[list[Text], Field(min_length=1)]
    """Program of conversions. The model and the engine's directory follow."""

    names: dict[FlagName, FlagName]
    """What `hyperParameters` calls a flag -> the trainer's name for it."""

    flags: dict[FlagName, Flag]
    """Flag of the trainer -> what it is in the language."""

    own: dict[FlagName, Text]
    """Flags that Hydra sets, and what to write in their place."""


ENTRY = CpodRecipe
