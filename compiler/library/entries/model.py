"""`library/models/`: open models, where they are and what they are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.library.behaviour import Hub
from compiler.library.entry import Entry, EntryName, Text
from compiler.library.facts import Count, Dtype, ModelFacts
from compiler.spec.base import SpecModel

Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9._]*(/[A-Za-z0-9][-A-Za-z0-9._]*)?$")]
"""`organisation/name` on a hub."""

Task = Literal["text-generation", "vision-language", "embedding", "text-to-image"]


class Published(SpecModel):
    """The count that a hub shows, where it is not that of the unique weights."""

    parameters: Count
    """Items in the published files."""

    extra: Count
    """Items among them that are no unique weights of the model."""

    note: Text
    """What those are."""


class Model(Entry):
    """Weights that anyone can load, and the facts that planning needs.

    `facts.parameters` is the published count, unless `published` states another.
    """

    kind: Literal["Model"]

    huggingface: Repository | None = None
    """Repository on Hugging Face."""

    modelscope: Repository | None = None
    """Repository on ModelScope."""

    aliases: dict[Hub, list[Repository]] = Field(default={})
    """Further names of the same repository: renamed organisations, mirrors."""

    modelhub: EntryName | None = None
    """The id under which BaizeAI's ModelHub lists the repository."""

    licence: Text | None = None
    """Licence of the weights: an SPDX id, or the licence's own name."""

    gated: bool = False
    """Whether Hugging Face asks for a token of an account that has accepted the licence."""

    task: Task = "text-generation"
    """What the model does."""

    template: Text | None = None
    """Chat template, as LLaMA-Factory names it. A base model is listed with its group's."""

    remote_code: bool = False
    """Whether its architecture is code that lies beside the weights, and not in Transformers. Whoever loads it runs that
    code, so a revision should be pinned."""

    dtype: Dtype | None = None
    """What the published weights are stored in."""

    facts: ModelFacts | None = None
    """What the model is made of. Left out where it is not known, or where the model is no transformer for text."""

    published: Published | None = None
    """The count that the hub shows, where it is not `facts.parameters`."""


ENTRY = Model
