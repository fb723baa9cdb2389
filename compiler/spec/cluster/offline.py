"""`offline`: mirrors of an air-gapped cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from compiler.spec.base import SpecModel

Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@]+$", max_length=2048)]


class Offline(SpecModel):
    """Mirrors that loaders and pods use in place of the public hosts."""

    huggingface: Endpoint | None = None
    """Mirror of the Hugging Face hub, as `HF_ENDPOINT` takes it."""

    modelscope: Endpoint | None = None
    """Mirror of ModelScope."""

    pip: Endpoint | None = None
    """A simple index, as `pip --index-url` takes it."""

    conda: Endpoint | None = None
    """A channel mirror, as `channel_alias` takes it."""

    git: Endpoint | None = None
    """A prefix that `https://<host>/` of a repository is replaced by: `<git>/<host>/<path>`."""


SECTION = Offline
