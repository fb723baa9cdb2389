"""How a service runs: the table of contents of its decisions.

`decide` asks, in this order: what the spec fixes and whether it can be, over how many cards a replica is split, how long its
sequences are, what the cache holds, and what a pod needs. A plan comes with reasons, a refusal with what would make it fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from compiler.library.behaviour import MissingFact
from compiler.planning.serving import problems, reasons
from compiler.planning.serving.checks import check
from compiler.planning.serving.coefficients import BLOCK, OUTSIDE
from compiler.planning.serving.host import host_of
from compiler.planning.serving.memory import UNLIMITED, Load, budget_of, capacity, load_of, memory_of, utilization_of
from compiler.planning.serving.remedies import ways_out
from compiler.planning.serving.splits import Split, splits
from compiler.planning.serving.values import Ask, Decided, ServingPlan
from compiler.planning.training.shapes import completed
from compiler.planning.training.values import Fault

USEFUL = 8192
"""Tokens that a context which is decided has at least, where cards are there for it."""

STEP = 1024
"""Tokens by which a context is shortened."""


class Option(NamedTuple):
    """A way to split a replica, and what it puts on a card."""

    split: Split
    load: Load


class Choice(NamedTuple):
    """An option, and what its cache is for."""

    option: Option
    sequences: int
    context: int
    tight: bool = False


def decide(ask: Ask) -> Decided:
    """How a service runs, or why it cannot. It raises nothing. Equal asks get one answer, which nobody may change."""
    # Facts that pydantic holds have no hash.
    if type(ask.facts).__hash__ is None:
        return _decide(ask, remedies=True)
    return _remembered(ask)


@lru_cache(maxsize=4096)
def _remembered(ask: Ask) -> Decided:
    return _decide(ask, remedies=True)


def _decide(ask: Ask, *, remedies: bool) -> Decided:
    found: list[Fault] = []
    try:
        ask = ask._replace(facts=completed(ask.facts))
        found += check(ask)
        if any(problems.is_error(one) for one in found):
            return Decided(None, tuple(found))
        budget = budget_of(ask)
        tried: list[Option] = []
        choice = _choose(ask, budget, tried)
        if choice is None:
            found.append(_refusal(ask, budget, tried, remedies=remedies))
            return Decided(None, tuple(found))
        plan = _plan(ask, choice, budget, tried)
    except MissingFact as error:
        return Decided(None, (*found, problems.missing_fact(error.fact)))
    found += _findings(ask, choice, plan, budget)
    if any(problems.is_error(one) for one in found):
        return Decided(None, tuple(found))
    return Decided(plan, tuple(found))


def _options(ask: Ask, tried: list[Option]) -> Iterator[Option]:
    """The ways to split with what they take, each counted once and when it is asked for."""
    yield from tried
    for split in list(splits(ask))[len(tried) :]:
        option = Option(split, load_of(ask, split.tensor, split.pipeline))
        tried.append(option)
        yield option


def _choose(ask: Ask, budget: int, tried: list[Option]) -> Choice | None:
    """The fewest cards that hold all sequences; else the fewest that hold one; else one of a shorter context, where
    nobody asks for another. What Hydra decides fits at the high estimate; what the spec fixes, at the low one."""
    native = ask.context or ask.facts.need("context")
    useful = ask.context or min(native, USEFUL)
    needed = ask.concurrency if _reserved(ask) else 1
    for sequences, tokens in dict.fromkeys(((ask.concurrency, useful), (needed, useful))):
        for option in _options(ask, tried):
            if option.load.at(sequences, tokens).high <= budget:
                longer = sequences == ask.concurrency and ask.context is None
                context = _longest(option.load, sequences, tokens, native, budget) if longer else tokens
                return Choice(option, sequences, context)
    if ask.context is None:
        for option in tried:
            if option.load.at(needed, min(native, STEP)).high <= budget:
                return Choice(option, needed, _longest(option.load, needed, min(native, STEP), native, budget))
    return _tight(ask, budget, tried, needed, useful)


def _tight(ask: Ask, budget: int, tried: list[Option], sequences: int, tokens: int) -> Choice | None:
    """What the spec fixes, where the low estimate still fits."""
    if ask.cards is None and ask.context is None and ask.tensor is None:
        return None
    for option in sorted(tried, key=lambda one: one.load.at(sequences, tokens).high):
        if option.load.at(sequences, tokens).low <= budget:
            return Choice(option, sequences, tokens, tight=True)
    return None


def _longest(load: Load, sequences: int, least: int, most: int, budget: int) -> int:
    """The model's own context where it fits, else the largest multiple of 1024 that does; `least` is known to fit."""
    if load.at(sequences, most).high <= budget:
        return most
    below, above = least // STEP, most // STEP + 1
    while above - below > 1:
        middle = (below + above) // 2
        if load.at(sequences, middle * STEP).high <= budget:
            below = middle
        else:
            above = middle
    return max(least, below * STEP)


def _reserved(ask: Ask) -> bool:
    """Whether the cache is reserved for every sequence at the start."""
    return not ask.limits.pages


def _plan(ask: Ask, choice: Choice, budget: int, tried: list[Option]) -> ServingPlan:
    split, load = choice.option
    memory = load.at(choice.sequences, choice.context)
    host = host_of(ask, split, load.weights, memory)
    card = capacity(ask)
    plan = ServingPlan(
        tensor=split.tensor,
        pipeline=split.pipeline,
        nodes=split.nodes,
        per_node=split.per_node,
        context=choice.context,
        utilization=utilization_of(ask),
        memory=memory_of(
            load, _held(ask, choice, budget), choice.context, host.memory if card == UNLIMITED else card, host.memory
        ),
        cache_tokens=_tokens(ask, choice, budget),
        token_bytes=load.cache.token(choice.context),
        cpu=host.cpu,
        shm=host.shm,
    )
    passed = tuple((one.split, one.load) for one in tried if one.split.cards < split.cards)
    return plan._replace(reasons=reasons.reasons_of(ask, plan, load, passed, budget))


def _held(ask: Ask, choice: Choice, budget: int) -> int:
    """Of the sequences that are asked for, those that the cache is sure to hold."""
    load, one = choice.option.load, choice.option.load.cache.sequence(choice.context)
    if choice.tight or not one:
        return choice.sequences
    return min(ask.concurrency, (budget - load.fixed.high) // one)


def _tokens(ask: Ask, choice: Choice, budget: int) -> int:
    """Tokens that the cache holds at the expected estimate. What is reserved, and main memory, is for what is asked for."""
    load, one = choice.option.load, choice.option.load.cache.sequence(choice.context)
    if _reserved(ask) or not ask.pool.card.memory or not one:
        return _held(ask, choice, budget) * choice.context
    free = max(0, budget - load.fixed.expected)
    return free * choice.context // one // BLOCK * BLOCK


def _findings(ask: Ask, choice: Choice, plan: ServingPlan, budget: int) -> Iterator[Fault]:
    """What is worth knowing beside a plan, and replicas that are too many."""
    if choice.tight:
        total = choice.option.load.at(choice.sequences, choice.context)
        what = f"{plan.cards} `{ask.pool.card.id}` and a context of {plan.context} tokens"
        yield problems.tight(total.expected, total.high, budget, what)
    card = ask.pool.card.memory
    if card and ask.utilization is not None and card - budget < OUTSIDE.expected:
        yield problems.no_room(ask.utilization, card - budget, OUTSIDE.expected)
    held = _held(ask, choice, budget)
    if held < ask.concurrency:
        yield problems.fewer_sequences(plan, ask.concurrency, held)
    if plan.cards * ask.replicas > ask.pool.cards:
        yield problems.too_many_replicas(plan, ask.replicas, ask.pool)


def _refusal(ask: Ask, budget: int, tried: list[Option], *, remedies: bool) -> Fault:
    """Why nothing fits: the leanest way by part, and what would make it fit."""
    tokens = ask.context or min(ask.facts.need("context"), USEFUL)
    sequences = ask.concurrency if _reserved(ask) else 1
    split, load = min(tried, key=lambda one: one.load.at(sequences, tokens).high)
    ways = ways_out(ask, lambda other: _decide(other, remedies=False)) if remedies else ()
    return problems.does_not_fit(
        reasons.too_large(ask, split, load.at(sequences, tokens), reasons.named(sequences, tokens), budget),
        "Take one of the changes below." if ways else "Take a smaller model, or accelerators with more memory.",
        (*reasons.table(load, sequences, tokens, capacity(ask), budget), *ways),
    )
