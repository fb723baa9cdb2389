"""Runtime, engine, cards and parallelism of a service: what it says, else what a ModelSpec lists, else the first that fits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.linking.accelerators import Resolved
from compiler.linking.program import Program
from compiler.linking.serving import Service
from compiler.planning.engines.base import Choice, Engine
from compiler.planning.engines.registry import engines
from compiler.planning.pools import pool_of, unlisted_pool
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.attempts import Attempt, attempted
from compiler.planning.serving.hub import Match, hub_model, matches
from compiler.planning.serving.loaded import Loaded, load
from compiler.planning.serving.runtimes import runtimes_for

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime


def choose(service: Service, program: Program) -> Staged[Choice | None]:
    """How a service runs; None with what is wrong. Worked out once, since others ask for it, too."""
    return program.memo.once(("service", service.of), partial(_choose, service, program))


def _choose(service: Service, program: Program) -> Staged[Choice | None]:
    loaded = load(service, program)
    if loaded.value is None:
        return Staged(None, loaded.found)
    found = [*loaded.found, *_check_scale(service)]
    runtimes = runtimes_for(service, loaded.value.info, program)
    pools = _pools(service, runtimes.value, program)
    found += [*runtimes.found, *pools.found]
    if any(one.level is Severity.ERROR for one in found):
        return Staged(None, found)
    listed = _from_hub(service, loaded.value, program)
    if isinstance(listed.value, Choice):
        return Staged(listed.value, [*found, *listed.found])
    ways = _ways(service, runtimes.value, pools.value, program)
    best = _best(service, loaded.value, ways, program)
    return Staged(best.value, [*found, *listed.found, *best.found])


def _pools(service: Service, runtimes: list[Runtime], program: Program) -> Staged[list[Resolved]]:
    """The pool that the service names, else all of the cluster. Where nothing is planned of memory, nodes that the
    cluster does not list do, too."""
    if service.cards is not None and not all(one.planned for one in runtimes):
        unlisted = unlisted_pool(program, service.cards, service.node_selector)
        if unlisted is not None:
            return Staged([unlisted])
    if service.accelerator is not None:
        pool = pool_of(program, service.accelerator, service.at("accelerator", "type"))
        return Staged([pool.value] if pool.value else [], pool.found)
    names = program.profile.accelerators
    if not names:
        wrong = f"Cluster `{program.profile.name}` lists no accelerators, and the service names none."
        do = "Add pools under `accelerators` of the cluster's spec; `cpu` is one, too."
        return Staged([], [problems.card_cannot(service.origin, wrong, do)])
    found = [pool_of(program, name, program.profile.document.at("spec", "accelerators", name)) for name in names]
    return Staged([one.value for one in found if one.value is not None])


def _check_scale(service: Service) -> Iterator[Diagnostic]:
    scale = service.scale
    if scale.least > scale.most:
        wrong = f"At least {scale.least} replicas are asked for, and at most {scale.most}."
        yield problems.bad_scale(service.at("replicas"), wrong, "Correct `min` or `max`.")


def _ways(
    service: Service, runtimes: list[Runtime], pools: list[Resolved], program: Program
) -> Staged[list[list[Attempt]]]:
    """Every way that the service leaves open: for each runtime and engine, the usual ones first, the cluster's pools."""
    found: list[Diagnostic] = []
    ways: list[list[Attempt]] = []
    for runtime in runtimes:
        chosen = _engines(service, runtime, program)
        found += chosen.found
        for engine in chosen.value:
            attempts = [Attempt(runtime, engine, pool, service.cards, service.arguments) for pool in pools]
            ways.append(attempts)
    # Of several runtimes, the usual one speaks for all.
    return Staged(ways, [] if ways else found[:1])


def _engines(service: Service, runtime: Runtime, program: Program) -> Staged[list[Engine]]:
    profile = program.profile
    at = service.at("engine") if service.engine else service.origin
    known = engines()
    stated = [name for name, one in known.items() if one.there(profile)]
    wanted = [service.engine] if service.engine else list(runtime.engines)
    able = [name for name in wanted if name in runtime.engines]
    if not able:
        wrong = f"The runtime `{runtime.name}` does not run under `{service.engine}`."
        do = "Use " + " or ".join(f"`engine: {one}`" for one in runtime.engines) + ", or another runtime."
        return Staged([], [problems.no_engine(at, wrong, do)])
    # A cluster that names no operator at all is not judged.
    there = [name for name in able if name in stated or not stated]
    if not there:
        wrong = f"Cluster `{profile.name}` has no operator for {' or '.join(f'`{one}`' for one in able)}."
        do = f"Use `engine: {stated[0]}` with a runtime that has it, or name the operator under `operators`."
        return Staged([], [problems.no_engine(at, wrong, do)])
    return Staged([known[name] for name in there])


def _best(
    service: Service, loaded: Loaded, ways: Staged[list[list[Attempt]]], program: Program
) -> Staged[Choice | None]:
    """The first way in which the service can be, on the pool where a replica takes the least memory of cards.

    Where there is none, what is told is of the usual way, on the cards that come nearest.
    """
    refused: list[tuple[Attempt, Staged[Choice | None]]] = []
    for attempts in ways.value:
        tried = [(one, attempted(service, loaded, one, program)) for one in attempts]
        made = [one for _, one in tried if one.value is not None]
        if made:
            return min(made, key=_cost)
        refused = refused or tried
    return max(refused, key=_nearest)[1] if refused else Staged(None, ways.found)


def _nearest(refused: tuple[Attempt, Staged[Choice | None]]) -> tuple[bool, int, str]:
    attempt, tried = refused
    pool = attempt.resolved.pool
    unfit = any(one.code is problems.CARD_CANNOT for one in tried.found)
    return not unfit, pool.cards * pool.card.memory, attempt.resolved.id


def _cost(tried: Staged[Choice | None]) -> tuple[bool, int, int, str]:
    """Memory of the cards that one replica takes; processors only where nothing else does."""
    choice = tried.value
    if choice is None:
        raise AssertionError("only ways that can be are compared")
    memory = choice.plan.cards * choice.resolved.pool.card.memory
    return choice.processors, memory, choice.plan.cards, choice.resolved.id


def _from_hub(service: Service, loaded: Loaded, program: Program) -> Staged[Choice | None]:
    """The first deployment of the model's ModelSpec that can be had."""
    left: list[str] = []
    for one in matches(service, loaded, program):
        if isinstance(one, str):
            left.append(one)
            continue
        chosen = _engines(service, one.runtime, program)
        for engine in chosen.value:
            tried = attempted(service, loaded, _of_match(service, one, engine), program)
            if tried.value is not None:
                return tried
            secrets = [found for found in tried.found if found.code is problems.CREDENTIAL]
            if secrets:
                return Staged(None, secrets)
            wrong = next((found.wrong for found in tried.found if found.level is Severity.ERROR), "")
            left.append(
                f"{one.cards or 0} x `{one.resolved.id}` with `{one.runtime.name}` and `{engine.name}`: {wrong}"
            )
        left += [found.wrong for found in chosen.found]
    model = hub_model(loaded, program)
    if not left or model is None:
        return Staged(None)
    return Staged(None, [problems.deployment_left(service.references[0].at, model.id, left)])


def _of_match(service: Service, one: Match, engine: Engine) -> Attempt:
    cards = service.cards or one.cards
    arguments = {**one.arguments, **service.arguments}
    return Attempt(one.runtime, engine, one.resolved, cards, arguments, one.environment, True, one.context)
