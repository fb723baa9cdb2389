"""What a spec fixes of a replica, and whether it can be: before anything is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.planning.serving import problems
from compiler.planning.serving.splits import best, nearest, obstacle, splits, tensors
from compiler.planning.training.placement import usable

if TYPE_CHECKING:
    from compiler.planning.serving.values import Ask
    from compiler.planning.training.values import Fault


def check(ask: Ask) -> tuple[Fault, ...]:
    """All that is wrong with what a spec fixes, each once.

    Raises: MissingFact, where the facts do not state what it depends on.
    """
    found = [*_context(ask), *_node(ask), *_tensor(ask), *_pipeline(ask), *_cards(ask)]
    if not any(problems.is_error(one) for one in found):
        found += _split(ask)
    return tuple(found)


def _context(ask: Ask) -> Iterator[Fault]:
    longest = ask.facts.context
    if ask.context is not None and longest is not None and ask.context > longest:
        yield problems.long_context(ask.context, longest)


def _node(ask: Ask) -> Iterator[Fault]:
    if not ask.pool.card.memory and usable(ask.pool) is None:
        yield problems.unknown_node(ask.pool)


def _tensor(ask: Ask) -> Iterator[Fault]:
    size = ask.tensor
    if size is None or size == 1:
        return
    if not ask.limits.tensor or not ask.pool.card.memory:
        yield problems.not_by_runtime(("parallelism", "tensor"), "over the cards of a node")
        return
    why = obstacle(ask, size)
    if why is not None:
        yield problems.not_divided(size, why, tensors(ask))
    elif size > ask.pool.per_node:
        yield problems.beyond_node(size, ask.pool, tensors(ask))


def _pipeline(ask: Ask) -> Iterator[Fault]:
    stages = ask.pipeline
    if stages is None or stages == 1:
        return
    layers = ask.facts.need("layers")
    if not ask.limits.pipeline or not ask.pool.card.memory:
        yield problems.not_by_runtime(("parallelism", "pipeline"), "into stages")
    elif stages > layers:
        yield problems.too_many_stages(stages, layers)


def _cards(ask: Ask) -> Iterator[Fault]:
    size = ask.tensor * ask.pipeline if ask.tensor and ask.pipeline else None
    if ask.cards is not None and size is not None and size != ask.cards:
        yield problems.not_stages(ask.cards, ask.tensor or 1, ask.pipeline or 1)
        return
    cards = ask.cards or size or 1
    if cards > ask.pool.cards:
        yield problems.too_many_cards(cards, ask.pool)


def _split(ask: Ask) -> Iterator[Fault]:
    """A number of cards, or of stages, without a way to use them."""
    if ask.cards is not None:
        if best(ask, ask.cards) is None:
            yield problems.no_split(("accelerator", "count"), ask.cards, ask.pool, nearest(ask, ask.cards))
    elif next(splits(ask), None) is None:
        cards = (ask.tensor or 1) * (ask.pipeline or 1)
        free = ask._replace(tensor=None, pipeline=None)
        yield problems.no_split(("parallelism",), cards, ask.pool, nearest(free, cards))
