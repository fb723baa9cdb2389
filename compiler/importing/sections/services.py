"""Services as entries of `services`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.importing.base import Entry, Stays, Taken, Taking
from compiler.importing.sections.jobs import environment
from compiler.linking.workload import FieldPath

if TYPE_CHECKING:
    from compiler.linking.serving import Scale, Service


def entry_of(service: Service, taking: Taking) -> Taken | Stays:
    """The entry of a service."""
    why = next(_unsayable(service), "")
    if why:
        return Stays(why)
    place = taking.names.places[taking.document]
    model, *adapters = (taking.names.reference(one.key, place.project) for one in service.references)
    value: dict[str, Any] = {"model": model}
    value |= {"adapters": adapters} if adapters else {}
    plain = {"runtime": service.runtime, "engine": service.engine, "accelerator": _accelerator(service)}
    value |= {name: one for name, one in plain.items() if one}
    for name in ("context", "concurrency", "quantization"):
        value |= {name: found} if (found := getattr(service, name)) is not None else {}
    split = {"tensor": service.tensor, "pipeline": service.pipeline}
    value |= {"parallelism": found} if (found := {name: one for name, one in split.items() if one}) else {}
    value |= {"replicas": found} if (found := _replicas(service.scale)) else {}
    value |= {"arguments": dict(service.arguments)} if service.arguments else {}
    value |= {"env": environment(service.environment)} if service.environment else {}
    for name in ("file", "image", "command", "port"):
        given = getattr(service, name)
        value |= {name: list(given) if name == "command" else given} if given else {}
    if service.expose is not None:
        exposed = {"host": service.expose.host, "path": service.expose.path if service.expose.path != "/" else None}
        value["expose"] = {name: one for name, one in exposed.items() if one}
    value |= {"canary": service.canary} if service.canary is not None else {}
    return Taken((Entry("services", place.entry, value, taking.document),))


def _unsayable(service: Service) -> Iterator[str]:
    """Why a Project cannot say a service."""
    if service.runtime == "container" or service.line or service.model_path:
        yield "Its server is a container of its own; a Project's service runs a server of the library."
    if service.resources:
        yield "It states requests and limits of its container, which a Project leaves to planning."
    if service.node_selector:
        yield f"It selects nodes by `{next(iter(service.node_selector))}`; a Project names an `accelerator` of the cluster."
    if service.cards and service.accelerator is None:
        yield "It takes any GPU, or one that the cluster does not list; a Project names an `accelerator` of the cluster."
    if any(one.role.startswith("/") for one in service.references):
        yield "It mounts an adapter beside the model, for a server of its own."
    if any(isinstance(one, FieldPath) for one in service.environment.values()):
        yield "A variable of it is a field of the pod, which a Project's `env` cannot hold."


def _accelerator(service: Service) -> dict[str, Any] | None:
    if service.accelerator is None:
        return None
    return {"type": service.accelerator, **({"count": service.cards} if service.cards else {})}


def _replicas(scale: Scale) -> dict[str, Any]:
    found: dict[str, Any] = {"min": scale.least} if scale.least != 1 else {}
    found |= {"max": scale.most} if scale.most != max(1, scale.least) else {}
    if scale.metric and scale.value and not scale.fixed:
        found["target"] = {"metric": scale.metric, "value": scale.value}
    return found
