"""A service: how it runs, under which engine, and how it is reached."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.planning.engines.base import Choice
from compiler.planning.pod_parts import check_image, check_nodes, modes_of
from compiler.planning.serving.choose import choose
from compiler.planning.serving.routes import address_of, route_of
from compiler.planning.serving.why import reasons_of
from compiler.planning.summary import Summary
from compiler.planning.working import Planned, PlannerOf


def plan_service(service: Service, program: Program) -> Staged[Planned]:
    """Every decision about a service; with an error, what is wrong and no plan."""
    chosen = choose(service, program)
    choice = chosen.value
    if choice is None:
        return Staged(Planned(), chosen.found)
    found = [*chosen.found, *_checks(choice, program)]
    route = route_of(choice, program)
    found += route.found
    made = choice.engine.plan(choice, program)
    found += made.found
    if made.value is None or any(one.level is Severity.ERROR for one in found):
        return Staged(Planned(), found)
    serving = choice.plan
    summary = Summary(
        service.of,
        choice.engine.kind,
        service.namespace,
        service.origin,
        choice.resolved.id,
        made.value.pods,
        reasons=(*reasons_of(choice, program), *serving.reasons),
        serving=serving,
        scale=made.value.scale,
        runtime=choice.runtime.name,
        endpoints=tuple(address_of(choice, program)),
    )
    return Staged(Planned((*made.value.plans, *route.value), summary), found)


def _checks(choice: Choice, program: Program) -> list[Diagnostic]:
    """What has to hold for pods that read data of others."""
    service, profile = choice.service, program.profile
    found = [*check_image(profile, service.image, service.at("image"))] if service.image else []
    pods = max(1, service.scale.most) * choice.plan.nodes
    claims = {one.data.claim: modes_of(program, service.namespace, one) for one in choice.loaded.mounted}
    place = service.at("replicas") if service.scale.most > 1 else service.origin
    return [*found, *check_nodes(program, service.namespace, claims, written=(), nodes=pods, at=place)]


def cards(service: Service, program: Program) -> tuple[str | None, int]:
    """The accelerators that it gets, and how many cards all replicas have."""
    choice = choose(service, program).value
    return (None, 0) if choice is None else (choice.resolved.id, choice.cards)


PLANNER = PlannerOf(Service, plan_service, cards)
