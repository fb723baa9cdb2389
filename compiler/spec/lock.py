"""`hydra.lock`: what a compile may not choose anew. Hydra writes it; people read it in reviews."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.patterns import COMMIT, DIGEST, IMAGE_DIGEST

Digest = Annotated[str, StringConstraints(pattern=DIGEST)]
Commit = Annotated[str, StringConstraints(pattern=COMMIT)]
ImageDigest = Annotated[str, StringConstraints(pattern=IMAGE_DIGEST)]
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

    revisions: dict[Of, Commit] = Field(default={})
    """By source, with the branch or tag that the spec names (`hf://acme/own@main`, `git+https://git.acme.io/a.git@main`):
    the commit that is loaded."""

    images: dict[Of, ImageDigest] = Field(default={})
    """By image or artifact of a registry, before any mirror (`docker.io/library/alpine:3.20`): the digest that is
    pulled."""

    promotions: dict[ObjectName, dict[Of, dict[Of, LockedRun]]] = Field(default={})
    """By cluster, by who serves (`support-bot/services/chat`), by fine-tuning (`support-bot/finetunes/tickets-lora`):
    the run that is served."""
