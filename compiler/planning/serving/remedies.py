"""What would make a service fit: each change is planned like the original, and named only where it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from compiler.planning.serving import problems
from compiler.planning.serving.values import Ask, Decided, ServingPlan
from compiler.planning.training.ranges import gib

MOST = 3
"""Ways out that are named."""

SHORTEST = 1024
"""Tokens below which a context is not shortened."""

PLAIN = frozenset({"float32", "float16", "bfloat16"})
"""Types of weights that are not quantised."""

Change = tuple[str, Ask]


def ways_out(ask: Ask, plan: Callable[[Ask], Decided]) -> tuple[str, ...]:
    """The cheapest changes with which a service fits, a line each."""
    found: list[str] = []
    for changes in families(ask):
        for label, changed in changes:
            decided = plan(changed)
            if decided.plan is not None and not _tight(decided):
                found.append(f"{label}: {_summary(changed, decided.plan)}")
                break
        if len(found) == MOST:
            break
    return tuple(f"{number}. {line}" for number, line in enumerate(found, 1))


def families(ask: Ask) -> Iterator[Iterator[Change]]:
    """Kinds of changes, the cheapest first; of each kind the smallest change that works is taken."""
    yield _released(ask)
    yield _quantised(ask)
    yield _context(ask)
    yield _cache(ask)
    yield _cards(ask)
    yield _pools(ask)


def _released(ask: Ask) -> Iterator[Change]:
    """What the spec fixes, left to be decided."""
    if ask.utilization is not None and ask.utilization < ask.limits.utilization:
        yield "the part of a card left to be decided", ask._replace(utilization=None)
    if ask.tensor is not None or ask.pipeline is not None:
        yield "`parallelism` left out", ask._replace(tensor=None, pipeline=None)


def _quantised(ask: Ask) -> Iterator[Change]:
    """Smaller weights: made when they are loaded where the card computes with them, else another version of the model."""
    if ask.weights is not None or ask.dtype not in PLAIN or not ask.pool.card.memory:
        return
    if ask.pool.card.fp8:
        yield "`quantization: fp8`", ask._replace(dtype="float8_e4m3fn", group=1)
    yield "a 4-bit version of the model (AWQ)", ask._replace(dtype="awq-int4", group=None)


def _context(ask: Ask) -> Iterator[Change]:
    tokens = (ask.context or 0) // 2
    while tokens >= SHORTEST:
        yield f"`context: {tokens}`", ask._replace(context=tokens)
        tokens //= 2


def _cache(ask: Ask) -> Iterator[Change]:
    if (ask.cache_bits or 16) > 8 and ask.pool.card.memory:
        yield "a cache in 8 bit", ask._replace(cache_bits=8)


def _cards(ask: Ask) -> Iterator[Change]:
    """More cards, where their number is fixed."""
    cards = ask.cards or (ask.tensor or 1) * (ask.pipeline or 1)
    free = ask._replace(tensor=None, pipeline=None)
    while (cards := cards * 2) <= ask.pool.cards:
        yield f"`count: {cards}`", free._replace(cards=cards)


def _pools(ask: Ask) -> Iterator[Change]:
    """The other accelerators of the cluster, the smaller cards first; how many is decided."""
    free = ask._replace(cards=None, tensor=None, pipeline=None)
    for pool in sorted(ask.others, key=lambda one: (one.card.memory, one.card.id)):
        if pool.card.memory:
            yield f"`accelerator: {{type: {pool.card.id}}}`", free._replace(pool=pool)


def _tight(decided: Decided) -> bool:
    return any(one.code == problems.TIGHT.id for one in decided.faults)


def _summary(ask: Ask, plan: ServingPlan) -> str:
    cards = f"{plan.cards} x `{ask.pool.card.id}`"
    used = gib(plan.memory.total.high)
    return f"{cards}, at most {used} of {gib(plan.memory.card)} GiB a card, a context of {plan.context} tokens"
