"""`patches`: files of kustomize patches over what is rendered, which name objects without digests."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import SpecModel
from compiler.spec.storage import text_or_mapping

PatchFile = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]+$", max_length=512)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class Target(SpecModel):
    """Which objects of the project a patch is for. What is left out matches all; at least one is given."""

    group: Expression | None = None
    """Group of the API as a regular expression, such as `kubeflow.org`."""

    version: Expression | None = None
    """Version of the API as a regular expression."""

    kind: Expression | None = None
    """Kind as a regular expression, such as `PyTorchJob`."""

    name: Expression | None = None
    """Name without any digest, as a regular expression over the whole of it: `support-bot-.*`."""

    namespace: Expression | None = None
    """Namespace as a regular expression."""

    label_selector: Expression | None = None
    """Labels that the object has, such as `app.kubernetes.io/component=finetune`."""

    annotation_selector: Expression | None = None
    """Annotations that the object has."""


class TargetedPatch(SpecModel):
    """A file with one patch, and the objects that it is for."""

    path: PatchFile
    """A file of the repo beside this one, with the operations of a JSON patch (RFC 6902) or a part of an object."""

    target: Target
    """Which objects of the project it is for."""


Entry = Annotated[
    Annotated[PatchFile, Tag("text")] | Annotated[TargetedPatch, Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""A file of patches, or a file and what it is for."""

SECTION = Annotated[list[Entry], Field(max_length=64)]
