"""What every model of the language shares."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from compiler.spec.names import camel
from compiler.spec.patterns import DNS_LABEL, DNS_SUBDOMAIN, DURATION, LABEL_KEY, LABEL_VALUE, NAME, QUANTITY

Name = Annotated[str, StringConstraints(pattern=NAME, max_length=63)]
"""An entry's name: lower-case letters, digits and dashes, a letter first."""

Namespace = Annotated[str, StringConstraints(pattern=DNS_LABEL, max_length=63)]
"""A Kubernetes namespace (RFC 1123 label)."""

ObjectName = Annotated[str, StringConstraints(pattern=DNS_SUBDOMAIN, max_length=253)]
"""A name of a Kubernetes object (RFC 1123 subdomain)."""

LabelKey = Annotated[str, StringConstraints(pattern=LABEL_KEY, max_length=317)]
"""Key of a label or an annotation: a name of at most 63 characters, with a DNS subdomain and `/` before it if need be."""

Labels = dict[LabelKey, Annotated[str, StringConstraints(pattern=LABEL_VALUE)]]
"""Labels, within the limits of Kubernetes: it would refuse the object, or a controller the pod that it makes."""

Annotations = dict[LabelKey, str]
"""Annotations: keys as those of labels, any text as values."""

Quantity = Annotated[str, StringConstraints(pattern=QUANTITY, max_length=32)]
"""A size in Kubernetes notation, such as `50Gi` or `1.5Ti`."""

Duration = Annotated[str, StringConstraints(pattern=DURATION, min_length=2, max_length=32)]
"""A length of time: `24h`, `90m`, `1h30m`, `45s`."""


class SpecModel(BaseModel):
    """Base of the language's models: closed, frozen, strict, camelCase outside and snake_case inside."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
        alias_generator=camel,
        populate_by_name=True,
    )
