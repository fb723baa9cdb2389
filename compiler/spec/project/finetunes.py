"""`finetunes`: models that are trained further on a dataset."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from compiler.spec.base import Duration, Name, ObjectName, SpecModel
from compiler.spec.training import (
    AbsolutePath,
    Accelerator,
    ChosenHyperparameters,
    Deepspeed,
    Environment,
    Freeze,
    Lora,
    Method,
    Output,
    Reference,
    Stage,
)

Image = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][-a-zA-Z0-9._:/@]*$", max_length=512)]


class Finetune(SpecModel):
    """A model that is trained further. How it runs (nodes, ZeRO stage, micro batch) is decided and explained."""

    model: Reference
    """A model or a fine-tuning of the repo, or a model of the library."""

    dataset: Reference
    """The dataset to train on. It needs a `format`."""

    stage: Stage = "sft"
    """Kind of training: pre-training, supervised, reward model, direct preference, Kahneman-Tversky."""

    method: Method = "lora"
    """What is trained: adapters, adapters on a model in 4 bits, all weights, the last layers."""

    lora: Lora = Field(default=Lora())
    """The adapters, with `lora` and `qlora`."""

    freeze: Freeze = Field(default=Freeze())
    """The layers, with `freeze`."""

    hyperparameters: ChosenHyperparameters | None = None
    """A set of the project, a preset of the library, or fields."""

    accelerator: Accelerator
    """Cards to train on."""

    deepspeed: Deepspeed = "auto"
    """DeepSpeed strategy. `auto` takes the cheapest that fits."""

    trainer: ObjectName = "llamafactory"
    """The program that trains, an entry of the library."""

    image: Image | None = None
    """Image in place of the trainer's. It is left as it is."""

    script: AbsolutePath | None = None
    """The script that a general trainer starts, in the image."""

    template: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    """Chat template, as the trainer names it. Left out, the model's."""

    env: Environment = Field(default={})
    """Further environment variables."""

    attempt: Annotated[int, Field(ge=1, le=2147483647)] = 1
    """Count up to run again."""

    deadline: Duration | None = None
    """How long training may take; then it has failed."""

    output: Output = Field(default=Output())
    """What becomes of the result."""


SECTION = dict[Name, Finetune]
