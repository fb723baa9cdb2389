"""How a training runs: the table of contents of its decisions.

`decide` asks, in this order: where the cards stand, what is computed with, what is trained, which strategy and micro batch fit,
and what a pod needs. A plan comes with reasons, a refusal with what would make it fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from compiler.library.behaviour import MissingFact
from compiler.planning.training import problems, reasons
from compiler.planning.training.activations import Work, activations_of
from compiler.planning.training.adapters import UnknownModules
from compiler.planning.training.batch import micro_batches, nearest_batches
from compiler.planning.training.deepspeed import Run, completed_config, config_of, with_rates
from compiler.planning.training.host import Host, host_of
from compiler.planning.training.literal import Given, read_literal
from compiler.planning.training.memory import load_of, memory_of
from compiler.planning.training.methods import (
    is_quantised,
    method_faults,
    model_of,
    module_faults,
    stored_bytes,
    strategy_faults,
    trained_parameters,
)
from compiler.planning.training.placement import Placement, cores, place, shared_memory, usable
from compiler.planning.training.precision import decide_precision
from compiler.planning.training.ranges import NOTHING
from compiler.planning.training.remedies import ways_out
from compiler.planning.training.shapes import Shape, shape_of
from compiler.planning.training.states import Model, states_of
from compiler.planning.training.strategy import Choice, Option, candidates, cheapest, leanest
from compiler.planning.training.values import Ask, Decided, Fault, Precision, Range, TrainingPlan
from compiler.planning.training.zero import Zero

UNLIMITED = 1 << 62
"""Stands for a node's memory that the cluster does not state."""


class Resolved(NamedTuple):
    """An ask of which everything but strategy and micro batch is decided."""

    ask: Ask
    shape: Shape
    placement: Placement
    precision: Precision
    model: Model
    given: Given | None
    """The literal DeepSpeed configuration."""

    micro_batches: tuple[int, ...]
    """Those in question, the largest first."""

    card: int
    """Bytes that a process may use."""

    weights: int
    """Bytes of the weight files."""


def decide(ask: Ask) -> Decided:
    """How a training runs, or why it cannot. It raises nothing. Equal asks get one answer, which nobody may change."""
    # A literal configuration has no hash, and neither have facts that pydantic holds.
    if isinstance(ask.deepspeed, Mapping) or type(ask.facts).__hash__ is None:
        return _decide(ask, remedies=True)
    # Nothing is decided by the learning rate, which differs where little else does.
    rate = None if ask.learning_rate is None else 0.0
    return _with_rates(_remembered(ask._replace(learning_rate=rate, weight_decay=0.0)), ask)


def _with_rates(decided: Decided, ask: Ask) -> Decided:
    """The same with the rates of an ask in the configuration's optimizer, where it has one."""
    plan = decided.plan
    if plan is None or plan.deepspeed is None or "optimizer" not in plan.deepspeed:
        return decided
    config = with_rates(plan.deepspeed, float(ask.learning_rate or 0), float(ask.weight_decay))
    return decided._replace(plan=plan._replace(deepspeed=config))


@lru_cache(maxsize=4096)
def _remembered(ask: Ask) -> Decided:
    return _decide(ask, remedies=True)


def _decide(ask: Ask, *, remedies: bool) -> Decided:
    found: list[Fault] = []
    resolved = _resolve(ask, found)
    if resolved is None or any(problems.is_error(one) for one in found):
        return Decided(None, tuple(found))
    zeros = _strategies(resolved)
    if ask.deepspeed != "auto":
        found += strategy_faults(ask, zeros[0], resolved.placement.world)
        if any(problems.is_error(one) for one in found):
            return Decided(None, tuple(found))
    tried: list[Option] = []
    choice = _choose(resolved, _options(resolved, zeros), tried)
    if choice is None:
        found.append(_refusal(resolved, tried, remedies=remedies))
        return Decided(None, tuple(found))
    found += _warnings(resolved, choice)
    return Decided(_plan(resolved, tried, choice), tuple(found))


def _resolve(ask: Ask, found: list[Fault]) -> Resolved | None:
    """Everything before strategy and micro batch, with all that is wrong of it."""
    placement, faults = place(ask.cards, ask.pool)
    found += faults
    try:
        shape = shape_of(ask.facts)
        weights = stored_bytes(ask.facts, ask.dtype)
    except MissingFact as error:
        adapters = ask.method in {"lora", "qlora"} and error.fact in {"heads", "kvHeads"}
        found.append(problems.no_modules(error.fact) if adapters else problems.missing_fact(error.fact))
        return None
    found += method_faults(ask, shape)
    given = None
    if isinstance(ask.deepspeed, Mapping):
        given, faults_of = read_literal(ask, ask.deepspeed, placement and placement.world, shape.hidden)
        found += faults_of
    precision, faults = decide_precision(ask, given and given.precision)
    found += faults
    try:
        trained = trained_parameters(ask, shape)
    except UnknownModules as error:
        found.append(module_faults(error))
        return None
    if placement is None:
        return None
    batches = _micro_batches(ask, placement, given, found)
    model = model_of(ask, shape, trained, precision)
    return Resolved(ask, shape, placement, precision, model, given, batches, _capacity(ask), weights)


def _micro_batches(ask: Ask, placement: Placement, given: Given | None, found: list[Fault]) -> tuple[int, ...]:
    """Micro batches in question; none and a fault, where the global batch cannot be reached."""
    world, wanted = placement.world, ask.global_batch
    fixed = ask.micro_batch
    if given is not None:
        steps = given.accumulation
        fixed = given.micro_batch or (wanted // (steps * world) if steps else fixed)
    options = micro_batches(wanted, world)
    if not options:
        product = f"{world}, the number of accelerators"
        found.append(problems.unreachable_batch(wanted, product, nearest_batches(wanted, world)))
    elif fixed is not None and fixed not in options:
        multiple = max(1, fixed) * world
        product = f"{multiple}, micro batch {fixed} x {world} accelerators"
        found.append(problems.unreachable_batch(wanted, product, nearest_batches(wanted, multiple)))
    return options if fixed is None else (fixed,)


def _capacity(ask: Ask) -> int:
    """Bytes that a process may use: its card, or its share of the node."""
    if ask.pool.card.memory:
        return ask.pool.card.memory
    limit = usable(ask.pool)
    return UNLIMITED if limit is None else limit // max(1, ask.pool.per_node)


def _strategies(resolved: Resolved) -> tuple[Zero, ...]:
    """The strategies in question, the cheapest first."""
    if resolved.given is not None:
        return (resolved.given.zero,)
    ask = resolved.ask
    return candidates(ask, resolved.placement.world, resolved.shape.hidden, quantised=is_quantised(ask))


def _options(resolved: Resolved, zeros: tuple[Zero, ...]) -> Iterator[Option]:
    """The strategies with what they take, each counted when it is asked for."""
    ask, shape, world = resolved.ask, resolved.shape, resolved.placement.world
    backward = min(ask.freeze_layers, shape.layers) if ask.method == "freeze" else shape.layers
    work = Work(ask.stage, max(1, ask.sequence), resolved.precision, False, ask.checkpointing, backward)
    has_card = ask.pool.card.memory > 0
    for zero in zeros:
        states = states_of(resolved.model, zero, world)
        # DeepSpeed casts the whole model, adapters too, to the precision of the computation.
        wide = resolved.model.adapters and not zero.deepspeed
        sequence = activations_of(shape, work._replace(adapters=wide))
        load = load_of(states, sequence, processes=world, has_card=has_card)
        yield Option(zero, load, _host(resolved, states.host, NOTHING))


def _host(resolved: Resolved, offloaded: Range, process: Range) -> Host:
    ask, placement = resolved.ask, resolved.placement
    return host_of(
        ask.pool, placement, weights=resolved.weights, shared=shared_memory(ask.pool, placement),
        offloaded=offloaded, process=process,
    )  # fmt: skip


def _choose(resolved: Resolved, options: Iterator[Option], tried: list[Option]) -> Choice | None:
    """What Hydra decides fits at the high estimate; what the spec fixes, at the low one."""
    ask = resolved.ask
    decided = ask.deepspeed == "auto"
    choice = cheapest(options, resolved.micro_batches, resolved.card, tried, sure=decided)
    if choice is not None or (decided and len(resolved.micro_batches) > 1):
        return choice
    if decided and ask.micro_batch is None:
        return None
    allowed = tuple(one for one in tried if not decided or one.host.certain or not one.zero.offload_optimizer)
    return leanest(allowed, resolved.micro_batches[-1], resolved.card)


def _warnings(resolved: Resolved, choice: Choice) -> list[Fault]:
    """What is worth knowing beside a plan."""
    ask, zero = resolved.ask, choice.option.zero
    found = []
    if choice.tight:
        total = choice.option.load.at(choice.micro_batch)
        what = f"{zero.strategy if ask.deepspeed != 'auto' else 'the leanest strategy'} and micro batch {choice.micro_batch}"
        found.append(problems.tight(total.expected, total.high, resolved.card, what))
    if zero.offload_optimizer or zero.offload_parameters:
        found.append(reasons.slowness(resolved.model, zero, resolved.placement, _steps(resolved, choice)))
        host = choice.option.host
        if host.limit is None and not zero.on_disk:
            found.append(problems.unknown_node(ask.pool.card))
        elif not host.certain and not zero.on_disk:
            found.append(problems.tight_host(host.needed.expected, host.needed.high, host.limit or 0))
    return found


def _steps(resolved: Resolved, choice: Choice) -> int:
    return resolved.ask.global_batch // (choice.micro_batch * resolved.placement.world)


def _plan(resolved: Resolved, options: Sequence[Option], choice: Choice) -> TrainingPlan:
    """The plan of a choice."""
    ask, placement, option = resolved.ask, resolved.placement, choice.option
    zero, micro, steps = option.zero, choice.micro_batch, _steps(resolved, choice)
    host = option.host
    if not ask.pool.card.memory:
        host = _host(resolved, NOTHING, option.load.at(micro))
    card = resolved.card if resolved.card != UNLIMITED else host.asked // placement.per_node
    memory = memory_of(option.load, micro, card, host.asked)
    plan = TrainingPlan(
        nodes=placement.nodes,
        per_node=placement.per_node,
        strategy=zero.strategy,
        micro_batch=micro,
        accumulation=steps,
        global_batch=ask.global_batch,
        precision=resolved.precision,
        memory=memory,
        deepspeed=_configuration(resolved, zero, micro, steps),
        trainable=resolved.model.trained,
        cpu=cores(ask.pool, placement.per_node, offload=zero.offload_optimizer),
        shm=shared_memory(ask.pool, placement),
    )
    return plan._replace(reasons=reasons.reasons_of(ask, plan, options, choice, resolved.micro_batches))


def _configuration(resolved: Resolved, zero: Zero, micro: int, steps: int) -> Mapping[str, object] | None:
    if not zero.deepspeed:
        return None
    ask = resolved.ask
    run = Run(
        micro,
        steps,
        resolved.placement.world,
        float(ask.max_grad_norm),
        resolved.precision,
        ask.optimizer,
        resolved.shape.hidden,
    )
    if resolved.given is not None:
        return completed_config(resolved.given.config, zero, run)
    rate = ask.learning_rate if resolved.model.adapters else None
    return config_of(zero, run._replace(adapter_rate=rate, weight_decay=ask.weight_decay))


def _refusal(resolved: Resolved, options: Sequence[Option], *, remedies: bool) -> Fault:
    """Why nothing fits: the leanest way by part, and what would make it fit."""
    ask, micro = resolved.ask, resolved.micro_batches[-1]
    possible = [one for one in options if not one.host.impossible] or list(options)
    known = [one for one in possible if ask.deepspeed != "auto" or not one.zero.offload_optimizer or one.host.certain]
    leanest_option = min(known or possible, key=lambda one: one.load.at(micro).high)
    notes = list(reasons.table(leanest_option.load, micro, resolved.card))
    notes += reasons.left_out(options, leanest_option)
    ways = ways_out(ask, lambda other: _decide(other, remedies=False)) if remedies else ()
    return problems.does_not_fit(
        reasons.too_large(ask, leanest_option, micro, resolved.card),
        "Take one of the changes below." if ways else "Take a smaller model, or accelerators with more memory.",
        (*notes, *ways),
    )
