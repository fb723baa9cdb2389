"""Metadata as Kubernetes has it, for documents of foreign kinds."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from compiler.spec.base import DNS_SUBDOMAIN, Namespace, SpecModel

ForeignName = Annotated[str, StringConstraints(pattern=DNS_SUBDOMAIN, max_length=253)]


class ForeignMetadata(SpecModel):
    """Name, namespace, labels and annotations; what a server adds is taken and ignored."""

    name: ForeignName
    namespace: Namespace | None = None
    labels: dict[str, str] = Field(default={})
    annotations: dict[str, str] = Field(default={})
    finalizers: list[str] = Field(default=[])
    generate_name: str | None = None
    creation_timestamp: Any = None
    resource_version: str | None = None
    uid: str | None = None
    generation: int | None = None
    owner_references: list[dict[str, Any]] = Field(default=[])
    managed_fields: list[dict[str, Any]] = Field(default=[])
