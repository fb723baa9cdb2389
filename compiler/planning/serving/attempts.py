"""One way to run a service: with this runtime, this engine and these cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.emission.quantities import quantity_bytes
from compiler.linking.accelerators import Resolved
from compiler.linking.program import Program
from compiler.linking.serving import ArgumentValue, Service
from compiler.planning.engines.base import Choice, Engine
from compiler.planning.pools import other_pools
from compiler.planning.serving import problems_of_services as problems
from compiler.planning.serving.arguments import Given, read_arguments
from compiler.planning.serving.decide import decide
from compiler.planning.serving.loaded import Loaded
from compiler.planning.serving.problems import diagnostic_of
from compiler.planning.serving.runtimes import check_card
from compiler.planning.serving.unplanned import unplanned
from compiler.planning.serving.values import Ask, Limits, ServingPlan
from compiler.planning.training.values import Card, Pool
from compiler.planning.weights import weights_bytes
from compiler.source.document import Origin
from compiler.spec.credentials import holds_one, looks_like_one
from compiler.spec.names import camel

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime
    from compiler.library.facts import Dtype, ModelFacts

CONVERTED: Mapping[int, Dtype] = {8: "float8_e4m3fn", 4: "gptq-int4"}
"""Bits of a weight after loading -> the type of stored weights that takes as much memory."""

GROUPED: Mapping[str, int] = {"awq-int4": 128, "gptq-int4": 128}
"""Weights that share a scale."""

WIDENED = frozenset({"bfloat16", "float16"})
"""Types of stored weights that a server widens where the card computes with neither."""

NEEDED = ("parameters", "layers", "hidden", "heads", "vocab")
"""Facts that planning cannot do without."""


def activation_type(card: Card, facts: ModelFacts | None) -> str:
    """The type that is computed with: bfloat16 where the card has it; else float16 on a card, where the model's activations
    stay within it. Processors without bfloat16 have no use for 16 bits.

    >>> from compiler.library.facts import ModelFacts
    >>> activation_type(Card("t4", 16 << 30, bf16=False, link_gb_s=None, resource="nvidia.com/gpu"), ModelFacts())
    'float16'
    """
    if card.bf16:
        return "bfloat16"
    within = facts is None or facts.float16
    return "float16" if within and card.resource is not None else "float32"


class Attempt(NamedTuple):
    """One way to run a service."""

    runtime: Runtime
    engine: Engine
    resolved: Resolved
    cards: int | None
    arguments: Mapping[str, ArgumentValue]
    environment: Mapping[str, str] = {}
    listed: bool = False
    """Whether a ModelSpec lists it."""

    context: int | None = None
    """Most tokens of a sequence that a ModelSpec states, where nothing else does."""


class _Way(NamedTuple):
    """A service with what it loads, in one attempt."""

    service: Service
    loaded: Loaded
    attempt: Attempt
    given: Given
    concurrency: int


def attempted(service: Service, loaded: Loaded, attempt: Attempt, program: Program) -> Staged[Choice | None]:
    """The service in that way; None with what is wrong with it."""
    runtime, engine, resolved = attempt.runtime, attempt.engine, attempt.resolved
    image = engine.image(runtime, resolved.entry.vendor)
    found = [
        *check_card(service, runtime, image, resolved.entry, loaded.info),
        *_check_ways(service, loaded, attempt),
    ]
    given = read_arguments(service, runtime, attempt.arguments)
    found += [*given.found, *_check_credentials(service, attempt)]
    if service.quantization is not None and service.quantization not in runtime.converts:
        found.append(_no_conversion(service, runtime))
    if found:
        return Staged(None, found)
    way = _Way(service, loaded, attempt, given.value, _concurrency(service))
    made = _planned(way, program)
    if made.value is None:
        return made
    found = [*made.found, *engine.check(made.value, program)]
    wrong = any(one.level is Severity.ERROR for one in found)
    return Staged(None if wrong else made.value, found)


def _planned(way: _Way, program: Program) -> Staged[Choice | None]:
    """The choice with its plan of memory; without one where the runtime's memory is not known."""
    service, attempt, name = way.service, way.attempt, way.service.references[0]
    missing = _missing(way.loaded) if attempt.runtime.planned else ""
    if missing and not attempt.listed:
        return Staged(None, [problems.unknown_size(name.at, name.name, missing)])
    if not attempt.runtime.planned and not attempt.listed and service.accelerator is None and service.cards is None:
        return Staged(None, [problems.needs(service.origin, attempt.runtime.name, "accelerator")])
    if missing or not attempt.runtime.planned:
        plan = unplanned(service, attempt.resolved, attempt.cards, way.given, attempt.context)
        found = list(plan.found)
        if plan.value is not None and plan.value.nodes > 1 and not attempt.engine.nodes(attempt.runtime):
            wrong = f"{plan.value.cards} cards stand on several nodes, which `{attempt.engine.name}` does not do for `{attempt.runtime.name}`."  # fmt: skip
            return Staged(None, [problems.card_cannot(service.origin, wrong, "Use `engine: ray`, or fewer cards.")])
        if missing and plan.value is not None:
            pool = attempt.resolved.id
            found.append(problems.unchecked_size(name.at, name.name, plan.value.cards, pool))
        return Staged(_choice(way, plan.value) if plan.value is not None else None, found)
    decided = decide(_ask(way, program))
    found = [diagnostic_of(fault, _place(service, fault.about)) for fault in decided.faults]
    return Staged(_choice(way, decided.plan) if decided.plan is not None else None, found)


def _choice(way: _Way, plan: ServingPlan) -> Choice:
    attempt = way.attempt
    return Choice(
        way.service,
        way.loaded,
        attempt.runtime,
        attempt.engine,
        attempt.resolved,
        plan,
        way.given,
        way.concurrency,
        attempt.environment,
        attempt.listed,
    )


def _missing(loaded: Loaded) -> str:
    """A fact that planning cannot do without; empty where it has all."""
    facts = loaded.info.facts
    if facts is None:
        return "facts"
    return next((camel(one) for one in NEEDED if getattr(facts, one) is None), "")


def _place(service: Service, about: tuple[str, ...]) -> Origin:
    """Where what a fault is about was said."""
    return service.at(*about) if about else service.origin


def _no_conversion(service: Service, runtime: Runtime) -> Diagnostic:
    wrong = f"The runtime `{runtime.name}` does not make `{service.quantization}` of weights when it loads them."
    known = " or ".join(f"`{one}`" for one in runtime.converts)
    do = f"Use {known}." if known else "Use weights that are quantised already."
    return problems.bad_argument(service.at("quantization"), wrong, do)


def _concurrency(service: Service) -> int:
    if service.concurrency is not None:
        return service.concurrency
    counted = service.scale.metric in {None, "concurrency"}
    return service.scale.value if counted and service.scale.value is not None else 1


def _check_ways(service: Service, loaded: Loaded, attempt: Attempt) -> Iterator[Diagnostic]:
    """What the runtime and engine together do not do."""
    runtime, engine = attempt.runtime, attempt.engine
    takes = engine.adapters(runtime)
    model = service.references[0]
    if not loaded.alone and not takes:
        yield problems.takes_no_adapters(model.at, runtime.name, engine.name, own=model.name)
    elif loaded.adapters and not takes:
        yield problems.takes_no_adapters(service.references[-1].at, runtime.name, engine.name)
    elif runtime.adapters is not None and runtime.adapters.most_rank is not None:
        most = runtime.adapters.most_rank
        high = (one for one in loaded.adapters if one.rank > most)
        yield from (problems.high_rank(one.at, one.name, one.rank, most, runtime.name) for one in high)
    if service.api_key is not None and not engine.keys(runtime):
        yield problems.no_key(service.at("key"), runtime.name, engine.name)
    yield from _check_file(service, loaded, runtime)


def _check_credentials(service: Service, attempt: Attempt) -> Iterator[Diagnostic]:
    """Secrets in what no policy rule looks at: a ModelSpec's variables, and the program. Its arguments are read elsewhere."""
    for name, value in attempt.environment.items():
        if holds_one(name, value):
            yield problems.credential(service.references[0].at, f"The variable `{name}` of its ModelSpec")
    if any(looks_like_one(one) for one in (*service.command, *service.line)):
        yield problems.credential(service.at("command"), "The program's own line")


def _check_file(service: Service, loaded: Loaded, runtime: Runtime) -> Iterator[Diagnostic]:
    gguf = loaded.info.dtype.startswith("gguf")
    if gguf and service.file is None:
        yield problems.no_file(service.origin, service.key[1])
    elif service.file is not None and not gguf and runtime.weights:
        yield problems.file_not_taken(service.at("file"), runtime.name)


def _pool_under(engine: Engine, pool: Pool) -> Pool:
    """The pool without the main memory that the engine takes of each pod, one a card."""
    if pool.node_memory is None:
        return pool
    return pool._replace(node_memory=max(0, pool.node_memory - engine.host(pool) * max(1, pool.per_node)))


def _ask(way: _Way, program: Program) -> Ask:
    info, runtime, given, attempt = way.loaded.info, way.attempt.runtime, way.given, way.attempt
    facts = info.facts
    if facts is None:
        raise AssertionError("a model without facts is not planned")
    bits = runtime.converts.get(given.quantization) if given.quantization is not None else None
    held: Dtype = CONVERTED[8 if bits > 4 else 4] if bits is not None else info.dtype
    wide = held in WIDENED and activation_type(attempt.resolved.pool.card, facts) == "float32"
    held = "float32" if wide else held
    ask = Ask(
        facts=facts,
        dtype=info.dtype,
        pool=_pool_under(attempt.engine, attempt.resolved.pool),
        limits=Limits(
            utilization=runtime.utilization,
            tensor=runtime.tensor,
            pipeline=runtime.pipeline,
            nodes=attempt.engine.nodes(runtime),
            pages=runtime.pages,
            overhead=quantity_bytes(runtime.overhead) if runtime.overhead else 0,
        ),
        weights=weights_bytes(facts, held) if held != info.dtype else None,
        cards=attempt.cards,
        tensor=given.tensor,
        pipeline=given.pipeline,
        context=given.context,
        concurrency=way.concurrency,
        cache_bits=32 if wide else given.cache_bits,
        utilization=given.utilization,
        adapters=tuple(one.rank for one in way.loaded.adapters),
        replicas=max(1, way.service.scale.most),
        # What is quantised when it is loaded has a scale for each channel, of any length.
        group=1 if bits is not None else GROUPED.get(info.dtype),
        sequences=given.sequences,
        others=other_pools(program, attempt.resolved.id),
    )
    return ask if given.batched_tokens is None else ask._replace(batched_tokens=given.batched_tokens)
