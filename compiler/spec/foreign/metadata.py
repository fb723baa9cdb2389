"""Metadata as Kubernetes has it, for documents of foreign kinds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from compiler.spec.base import Annotations, Labels, Namespace, SpecModel
from compiler.spec.patterns import DNS_SUBDOMAIN

ForeignName = Annotated[str, StringConstraints(pattern=DNS_SUBDOMAIN, max_length=253)]


class ForeignMetadata(SpecModel):
    """Name, namespace, labels and annotations; what a server adds is taken and ignored."""

    name: ForeignName
    """Name of the object."""

    namespace: Namespace | None = None
    """Namespace of the object. Namespaced kinds need one."""

    labels: Labels = Field(default={})
    """Labels of the object."""

    annotations: Annotations = Field(default={})
    """Annotations of the object."""

    finalizers: list[str] = Field(default=[])
    """Set by controllers; ignored."""

    generate_name: str | None = None
    """Ignored: an object of a repo has a name."""

    creation_timestamp: Any = None
    """Set by the API server; ignored."""

    resource_version: str | None = None
    """Set by the API server; ignored."""

    uid: str | None = None
    """Set by the API server; ignored."""

    generation: int | None = None
    """Set by the API server; ignored."""

    owner_references: list[dict[str, Any]] = Field(default=[])
    """Set by controllers; ignored."""

    managed_fields: list[dict[str, Any]] = Field(default=[])
    """Set by the API server; ignored."""
