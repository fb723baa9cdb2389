"""`defaults`: what the platform adds to every workload."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from compiler.spec.base import Labels, ObjectName, Quantity, SpecModel

Cpu = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?m?$")]


class Amounts(SpecModel):
    """CPU and memory."""

    cpu: Cpu | None = None
    """Cores, in quotes: `"2"`, `500m`."""

    memory: Quantity | None = None
    """Bytes in Kubernetes notation: `4Gi`."""


class Resources(SpecModel):
    """Requests and limits."""

    requests: Amounts = Field(default=Amounts())
    """What the scheduler sets aside."""

    limits: Amounts = Field(default=Amounts())
    """What a container gets at most."""


class Metrics(SpecModel):
    """Where metrics are read."""

    prometheus: str | None = None
    """Address of the Prometheus that scaling queries."""


class Defaults(SpecModel):
    """What the platform adds to every workload."""

    resources: Resources | None = None
    """Requests and limits of preload Jobs, in place of the loader entry's."""

    service_account: ObjectName | None = None
    """Service account of the pods. Its token is never mounted."""

    pod_labels: Labels = Field(default={})
    """Labels of every pod template."""

    metrics: Metrics | None = None
    """Where metrics are read."""


SECTION = Defaults
