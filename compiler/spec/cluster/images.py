"""`images`: where the cluster pulls the images from that Hydra chooses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from compiler.spec.base import ObjectName, SpecModel
from compiler.spec.storage import text_or_mapping

Registry = Annotated[
    Annotated[str, Tag("text")] | Annotated[dict[str, str], Tag("mapping")],
    Discriminator(text_or_mapping),
]


class Images(SpecModel):
    """Mirrors and pull secrets."""

    registry: Registry | None = None
    """A mirror that every image the compiler chose is rewritten to, or a map of hosts to mirrors."""

    pull_secrets: list[ObjectName] = Field(default=[])
    """Secrets of type `kubernetes.io/dockerconfigjson` in the namespaces."""


SECTION = Images
