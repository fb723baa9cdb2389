"""`endpoints`: how services are reached from outside of the cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from compiler.spec.base import Namespace, ObjectName, SpecModel
from compiler.spec.project.services import Host

SectionName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=253)]


class Ingress(SpecModel):
    """Ingresses of `networking.k8s.io/v1`."""

    class_: ObjectName | None = Field(default=None, alias="class")
    """IngressClass. Left out, the cluster's default."""

    tls: ObjectName | None = None
    """Secret with the certificate, in the services' namespaces. Left out, plain HTTP."""

    annotations: dict[str, str] = Field(default={})
    """Annotations of every Ingress, such as time-outs of the controller."""


class Gateway(SpecModel):
    """HTTPRoutes of the Gateway API."""

    name: ObjectName
    """The Gateway."""

    namespace: Namespace
    """Its namespace."""

    listener: SectionName | None = None
    """Its listener. Left out, all that fit."""

    tls: bool = True
    """Whether the listener speaks HTTPS. Only the address that is told depends on it."""


class Endpoints(SpecModel):
    """How services with `expose` are reached."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["ingress"]}, {"required": ["gateway"]}]})

    domain: Host | None = None
    """Domain of host names that services leave out."""

    ingress: Ingress | None = None
    """By an Ingress."""

    gateway: Gateway | None = None
    """By a Gateway."""

    @model_validator(mode="after")
    def _one(self) -> Endpoints:
        if (self.ingress is None) == (self.gateway is None):
            raise ValueError("Services are reached in one way. | Give either `ingress` or `gateway`.")
        return self


SECTION = Endpoints
