"""Why a plan is as it is: sentences with their numbers, and the table by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from compiler.planning.serving.memory import Load
from compiler.planning.serving.splits import GROUPS, Split
from compiler.planning.serving.values import Reason
from compiler.planning.training.ranges import gib
from compiler.planning.training.reasons import room
from compiler.planning.training.values import Range

if TYPE_CHECKING:
    from compiler.planning.serving.values import Ask, ServingPlan

MOST = 4
"""Smaller numbers of cards that are named as passed over."""

KIB = 1 << 10


def reasons_of(
    ask: Ask, plan: ServingPlan, load: Load, passed: Sequence[tuple[Split, Load]], budget: int
) -> tuple[Reason, ...]:
    """The decisions of a plan in their order."""
    return (
        Reason("accelerator", _placement(ask, plan)),
        Reason("runtime", _budget(ask, plan, budget)),
        Reason("weights", _weights(ask, plan, load)),
        *(Reason("parallelism", text) for text in _passed_over(ask, plan, passed, budget)),
        Reason("parallelism", _parallelism(ask, plan)),
        Reason("context", _context(ask, plan)),
        Reason("cache", _cache(ask, plan, load, budget)),
        Reason("replicas", _replicas(ask, plan)),
        Reason("pod", _pod(ask, plan)),
    )


def table(load: Load, sequences: int, tokens: int, card: int, budget: int) -> Iterator[str]:
    """Memory of one card by part, in GiB, a line each."""
    yield f"{'GiB a card':<12} {'low':>8} {'expected':>8} {'high':>8}"
    for part, bounds in load.parts(sequences, tokens).items():
        yield _row(part, bounds)
    yield _row("all", load.at(sequences, tokens))
    yield f"{'to be used':<12} {gib(budget):>8}"
    yield f"{'the card has':<12} {gib(card):>8}"


def too_large(ask: Ask, split: Split, total: Range, sequences: str, budget: int) -> str:
    """That even the leanest way is too large; `total` is of one card, with the sequences."""
    how = "on one card" if split.cards == 1 else _split(split.tensor, split.pipeline)
    return (
        f"The model does not fit {split.cards} x `{ask.pool.card.id}`: {how}, {sequences} included, it takes {gib(total.low)} to "
        f"{gib(total.high)} GiB a card, of {gib(budget)} that the server takes."
    )


def named(sequences: int, tokens: int) -> str:
    """Sequences of a length in words."""
    return f"{'one sequence' if sequences == 1 else f'{sequences} sequences'} of {tokens} tokens"


def _placement(ask: Ask, plan: ServingPlan) -> str:
    card = ask.pool.card.id
    why = "as asked for" if ask.cards is not None else "the fewest that it fits on"
    if plan.nodes == 1:
        return f"{plan.cards} `{card}` of one node, which has {ask.pool.per_node}: {why}."
    return (
        f"{plan.cards} `{card}` in {plan.nodes} pods with {plan.per_node} each, on nodes of {ask.pool.per_node}: {why}."
    )


def _budget(ask: Ask, plan: ServingPlan, budget: int) -> str:
    if not ask.pool.card.memory:
        return "Weights and cache lie in main memory."
    why = "as asked for" if ask.utilization is not None else "the rest is for context and captured graphs"
    return f"The server takes {plan.utilization:.0%} of a card, {gib(budget)} of {gib(plan.memory.card)} GiB: {why}."


def _weights(ask: Ask, plan: ServingPlan, load: Load) -> str:
    size = load.weights.expected
    text = f"Weights take {size / (1 << 30):.2f} GiB a card, in {ask.dtype}"
    if plan.cards == 1:
        return f"{text}."
    return f"{text}: {_split(plan.tensor, plan.pipeline)}, what cannot be split on each of them."


def _passed_over(ask: Ask, plan: ServingPlan, passed: Sequence[tuple[Split, Load]], budget: int) -> Iterator[str]:
    """Fewer cards that are too few."""
    for split, load in passed[-MOST:]:
        total = load.at(ask.concurrency, plan.context)
        yield (
            f"On {_cards(split.cards)}, {ask.concurrency} x {plan.context} tokens would take up to {gib(total.high)} of {gib(budget)} "
            "GiB a card: too much."
            if total.high > budget
            else f"On {_cards(split.cards)}, no useful context would fit."
        )


def _parallelism(ask: Ask, plan: ServingPlan) -> str:
    facts = ask.facts
    text = f"Tensor parallel {plan.tensor}, pipeline parallel {plan.pipeline}"
    if plan.cards == 1:
        return f"{text}: one card is enough."
    if plan.tensor == 1:
        return f"{text}: stages of whole layers."
    heads = f"{facts.need('heads')} query heads" + (
        f" and {facts.need('kv_heads')} key-value heads" if facts.mla is None else ""
    )
    group = ask.group or GROUPS.get(ask.dtype, 1)
    scale = f", and groups of {group} weights stay whole" if group > 1 else ""
    return f"{text}: it divides {heads}{scale}."


def _context(ask: Ask, plan: ServingPlan) -> str:
    if ask.context is not None:
        return f"A context of {plan.context} tokens, as asked for."
    if plan.context == ask.facts.context:
        return f"A context of {plan.context} tokens, the model's own."
    return (
        f"A context of {plan.context} tokens: the model's own, {ask.facts.context}, does not fit {_cards(plan.cards)}."
    )


def _cache(ask: Ask, plan: ServingPlan, load: Load, budget: int) -> str:
    one = load.cache.sequence(plan.context)
    if not one:
        return "The model keeps no cache."
    needed = f"{plan.token_bytes / KIB:g} KiB a token and card, {one / (1 << 30):.2f} GiB a sequence of {plan.context} tokens"
    if not ask.limits.pages or not ask.pool.card.memory:
        return f"The cache takes {needed}: it is reserved for {plan.sequences} of them."
    free = gib(max(0, budget - load.fixed.expected))
    return f"The cache takes {needed}: {free} GiB are left for it, {plan.cache_tokens:,} tokens, {plan.sequences} full sequences at once."


def _replicas(ask: Ask, plan: ServingPlan) -> str:
    used = plan.cards * ask.replicas
    return f"Up to {ask.replicas} x {plan.cards} = {used} of the cluster's {ask.pool.cards} `{ask.pool.card.id}`."


def _pod(ask: Ask, plan: ServingPlan) -> str:
    size = f"{room(plan.memory.host)} of main memory and {plan.cpu} cores a pod"
    if not ask.pool.card.memory:
        return f"{size}: the server computes there."
    return f"{size}: weights pass it while they are loaded; {room(plan.shm)} of it shared memory."


def _split(tensor: int, pipeline: int) -> str:
    stages = f"{pipeline} stages" if pipeline > 1 else ""
    layers = f"layers over {tensor} cards" if tensor > 1 else ""
    return "with " + " and ".join(one for one in (layers, stages) if one)


def _cards(count: int) -> str:
    return "1 card" if count == 1 else f"{count} cards"


def _row(name: str, bounds: Range) -> str:
    low, expected, high = (gib(one) for one in bounds)
    return f"{name:<12} {low:>8} {expected:>8} {high:>8}"
