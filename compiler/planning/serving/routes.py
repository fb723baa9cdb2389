"""How a service is reached: within the cluster always, from outside where it asks for that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import NAME_LIMIT, object_name
from compiler.linking.program import Program
from compiler.linking.serving import Predictor, Service
from compiler.planning.engines.base import Choice, Endpoint
from compiler.planning.identity import Identity
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.choose import choose
from compiler.planning.serving.plans import RoutePlan

if TYPE_CHECKING:
    from compiler.spec.cluster.endpoints import Endpoints


def endpoint_of(choice: Choice, program: Program) -> Endpoint:
    """Where a service answers within the cluster."""
    return choice.engine.endpoint(choice.service, program.profile, choice.runtime)


def url_of(service: Service, program: Program) -> str | None:
    """The address of a service's API within the cluster; None where it cannot be planned."""
    choice = choose(service, program).value
    return endpoint_of(choice, program).url if choice is not None else None


def address_of(choice: Choice, program: Program) -> Iterator[str]:
    """Addresses of a service: within the cluster, and from outside where it is reached from there."""
    yield from addresses(choice.service, endpoint_of(choice, program), choice.runtime.base, program)


def addresses(service: Service | Predictor, inside: Endpoint, base: str, program: Program) -> Iterator[str]:
    """Addresses of what answers at `inside`, and below `base` of its host from outside."""
    yield inside.url
    exposed, ways = service.expose, program.profile.endpoints
    host = host_of(service, ways)
    if exposed is not None and ways is not None and host is not None:
        secure = ways.gateway.tls if ways.gateway is not None else ways.ingress is not None and ways.ingress.tls
        path = exposed.path.rstrip("/")
        yield f"{'https' if secure else 'http'}://{host}{path}{base.rstrip('/')}"


def route_of(choice: Choice, program: Program) -> Staged[tuple[RoutePlan, ...]]:
    """The Ingress or HTTPRoute of a service that is to be reached from outside."""
    return route_to(choice.service, endpoint_of(choice, program), program)


def route_to(service: Service | Predictor, inside: Endpoint, program: Program) -> Staged[tuple[RoutePlan, ...]]:
    """The Ingress or HTTPRoute to what answers at `inside`."""
    ways = program.profile.endpoints
    if service.expose is None:
        return Staged(())
    at = service.at("expose")
    if ways is None:
        wrong = f"Cluster `{program.profile.name}` does not say how services are reached from outside."
        return Staged(
            (), [problems.not_exposed(at, wrong, "Add `endpoints` to the cluster's spec, or remove `expose`.")]
        )
    host = host_of(service, ways)
    found = _check(service, host, ways)
    if host is None or found:
        return Staged((), found)
    labels = dict(service.labels)
    notes = ways.ingress.annotations if ways.ingress is not None else {}
    identity = Identity(
        # KServe makes an Ingress with the name of the InferenceService itself.
        service.expose.name or object_name([service.names.job, "route"], limit=NAME_LIMIT),
        service.namespace,
        service.unit,
        service.origin,
        labels,
        {**service.annotations, **notes},
    )
    gateway = ways.gateway
    plan = RoutePlan(
        identity,
        host,
        *_paths(service, inside),
        inside.service,
        inside.port,
        ingress_class=ways.ingress.class_ if ways.ingress is not None else None,
        tls=ways.ingress.tls if ways.ingress is not None else None,
        gateway=(gateway.name, gateway.namespace, gateway.listener) if gateway is not None else None,
    )
    return Staged((plan,))


def _paths(service: Service | Predictor, inside: Endpoint) -> tuple[str, str]:
    """The path that requests come by from outside, and what stands for it inside. A key guards the API alone, and neither
    metrics nor what else a server answers: with one, nothing but the API is reached."""
    path = service.expose.path.rstrip("/") if service.expose is not None else ""
    base = urlsplit(inside.url).path.rstrip("/") if getattr(service, "api_key", None) is not None else ""
    return f"{path}{base}" or "/", base or "/"


def host_of(service: Service | Predictor, ways: Endpoints | None) -> str | None:
    """The host name that a service is reached by from outside; None where it is not, or has none."""
    if service.expose is None or ways is None:
        return None
    if service.expose.host is not None:
        return service.expose.host
    label = object_name([service.key[1], service.namespace])
    return f"{label}.{ways.domain}" if ways.domain is not None else None


def _check(service: Service | Predictor, host: str | None, ways: Endpoints) -> list[Diagnostic]:
    path = service.expose.path if service.expose is not None else "/"
    if ways.ingress is not None and path != "/":
        wrong = f"An Ingress hands `{path}` on to the server, which knows nothing below it."
        at = service.at("expose", "path")
        return [
            problems.not_exposed(at, wrong, "Remove `path` and give a `host`, or use a Gateway, which takes it away.")
        ]
    if host is None:
        wrong = "The service has no host name, and the cluster no domain to make one of."
        at = service.at("expose")
        return [problems.not_exposed(at, wrong, "Add `host` here, or `endpoints.domain` to the cluster's spec.")]
    return []
