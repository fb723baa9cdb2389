"""`library/cpod-models/`: what a FineTune of cpodoperator may name as its model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from compiler.library.entries.model import Repository
from compiler.library.entry import Entry, EntryName, Text
from compiler.library.facts import Count
from compiler.spec.base import ObjectName
from compiler.spec.project.finetunes import Image


class CpodModel(Entry):
    """A base model of FineTunes."""

    kind: Literal["CpodModel"]

    repository: Repository
    """The name that FineTunes say."""

    aliases: list[Repository] = Field(default=[])
    """Further names, such as those that documentation still has."""

    model: EntryName
    """The model of the library whose facts it has."""

    template: Text | None = None
    """Chat template, as LLaMA-Factory names it. Left out, the model's."""

    lora_targets: Annotated[list[Text], Field(min_length=1)]
    """Modules that get an adapter."""

    volume_mib: Count
    """Size of each of the operator's two claims, for checkpoints and for the result, in MiB."""

    storage: ObjectName | None = None
    """Name of the ModelStorage in namespace `public`. Left out, the operator's name for the repository."""

    image: Image | None = None
    """Image in place of the trainer's."""


ENTRY = CpodModel
