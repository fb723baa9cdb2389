"""`hydra.lock`: what a compile may not choose anew. Hydra writes it; people read it in reviews."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.patterns import DIGEST

Digest = Annotated[str, StringConstraints(pattern=DIGEST)]
Of = Annotated[str, StringConstraints(min_length=1)]


class LockedRun(SpecModel):
    """A run of a fine-tuning."""

    run: Digest
    """Digest of the run."""

    result: Literal["merged", "adapter", "model"]
    """What is served of it: merged weights, an adapter beside its base, or a whole model."""

    base: Digest | None = None
    """Of an adapter, the data digest of the model that it was trained on."""


class Lock(SpecModel):
    """What a compile may not choose anew. Hydra writes it; it is committed."""

    version: Literal[1]
    """Version of the file's form."""

    promotions: dict[ObjectName, dict[Of, dict[Of, LockedRun]]] = Field(default={})
    """By cluster, by who serves (`support-bot/services/chat`), by fine-tuning (`support-bot/finetunes/tickets-lora`):
    the run that is served."""
