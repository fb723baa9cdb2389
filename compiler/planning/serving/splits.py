"""How a replica can be split: the sizes that divide a model, and where its cards stand.

Heads are given out whole, so T divides the query heads, and divides the key-value heads or is a multiple of them (each of which
several cards then hold). Scales of quantised weights are shared by groups along the width, which T may not cut. The vocabulary
is padded. Source: vLLM, config/model.py `verify_with_parallel_config`, model_executor/layers/quantization/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from compiler.planning.training.placement import LEAST_OF_NODE

if TYPE_CHECKING:
    from compiler.library.facts import ModelFacts
    from compiler.planning.serving.values import Ask
    from compiler.planning.training.values import Pool

GROUPS: Final = {"awq-int4": 128, "gptq-int4": 128, "float8_e4m3fn": 128}
"""Weights that share a scale, where nothing else is said. Source: as of `compiler/planning/weights.py`."""


class Split(NamedTuple):
    """A replica's cards."""

    tensor: int
    pipeline: int
    nodes: int
    """Pods."""

    per_node: int
    """Cards of a pod."""

    @property
    def cards(self) -> int:
        """Of the replica."""
        return self.tensor * self.pipeline


def obstacle(ask: Ask, tensor: int) -> str | None:
    """Why a tensor parallel size does not divide the model; None where it does.

    Raises: MissingFact, where the facts do not state what it depends on.
    """
    facts = ask.facts
    if tensor == 1:
        return None
    heads = facts.need("heads")
    if heads % tensor:
        return f"the model has {heads} query heads"
    if facts.mla is None:
        shared = facts.need("kv_heads")
        if shared % tensor and tensor % shared:
            return f"the model has {shared} key-value heads"
    group = ask.group or GROUPS.get(ask.dtype, 1)
    for width, what in _widths(facts):
        if width % (tensor * group):
            scale = f", of which {group} at a time share a scale" if group > 1 else ""
            return f"{what} have a width of {width}{scale}"
    return None


def tensors(ask: Ask) -> tuple[int, ...]:
    """Tensor parallel sizes that divide the model and a node, the smallest first."""
    most = max(1, min(ask.pool.per_node, ask.pool.cards)) if ask.limits.tensor and ask.pool.card.memory else 1
    per_node = max(1, ask.pool.per_node)
    return tuple(one for one in range(1, most + 1) if per_node % one == 0 and obstacle(ask, one) is None)


def splits(ask: Ask) -> Iterator[Split]:
    """The ways to split that are in question, the fewest cards first; the spec's own ones alone where it fixes them."""
    for cards in _counts(ask):
        found = best(ask, cards)
        if found is not None:
            yield found


def best(ask: Ask, cards: int) -> Split | None:
    """The best way to use so many cards: the largest tensor parallel size that divides them within a pod, with stages for
    the rest; None where there is none."""
    found = [one for one in _ways(ask, cards) if _allowed(ask, one)]
    return max(found, key=lambda one: (one.tensor, one.per_node), default=None)


def nearest(ask: Ask, cards: int) -> tuple[int, ...]:
    """The next smaller and the next larger number of cards that can be used."""
    lower = (one for one in range(min(cards - 1, ask.pool.cards), 0, -1) if best(ask, one))
    higher = (one for one in range(cards + 1, min(ask.pool.cards, 2 * cards + ask.pool.per_node) + 1) if best(ask, one))
    return tuple(one for one in (next(lower, 0), next(higher, 0)) if one)


def _counts(ask: Ask) -> Iterator[int]:
    """Numbers of cards in question."""
    per_node = max(1, ask.pool.per_node)
    # A stage has a layer at least.
    most = min(ask.pool.cards, ask.facts.need("layers") * (ask.tensor or max(tensors(ask))))
    if ask.cards is not None:
        yield ask.cards
        return
    if ask.tensor is not None and ask.pipeline is not None:
        yield ask.tensor * ask.pipeline
        return
    yield from (one for one in range(1, min(per_node, most) + 1) if _wanted(ask, one, per_node))
    whole = _pod(ask)
    yield from (one for one in range(per_node + 1, most + 1) if one % whole == 0)


def _wanted(ask: Ask, cards: int, per_node: int) -> bool:
    """Whether so many cards of one node are in question: a part of it that others can share, or what the spec asks for."""
    return per_node % cards == 0 or bool(ask.tensor and cards % ask.tensor == 0) or bool(ask.pipeline)


def _pod(ask: Ask) -> int:
    """Cards by which a replica on several nodes grows: whole nodes, unless the spec fixes another pod."""
    if ask.tensor is not None:
        return ask.tensor * (ask.pipeline or 1)
    return ask.pipeline or max(1, ask.pool.per_node)


def _ways(ask: Ask, cards: int) -> Iterator[Split]:
    """Every way to use so many cards."""
    if cards < 1 or cards > ask.pool.cards:
        return
    for tensor in (ask.tensor,) if ask.tensor is not None else tensors(ask):
        if cards % tensor or (ask.pipeline or cards // tensor) != cards // tensor:
            continue
        stages = cards // tensor
        if cards <= ask.pool.per_node:
            yield Split(tensor, stages, 1, cards)
        elif tensor <= ask.pool.per_node and stages <= _pods(ask.pool, tensor) and _large(ask, tensor):
            yield Split(tensor, stages, stages, tensor)


def _large(ask: Ask, tensor: int) -> bool:
    """Whether pods of so many cards are worth a network between them: half a node, or as many as the model can be split over."""
    return ask.tensor is not None or tensor * LEAST_OF_NODE >= ask.pool.per_node or tensor == max(tensors(ask))


def _pods(pool: Pool, cards: int) -> int:
    """Pods with so many cards that the pool has room for."""
    return pool.cards // max(1, pool.per_node) * (pool.per_node // cards) + pool.cards % max(1, pool.per_node) // cards


def _allowed(ask: Ask, split: Split) -> bool:
    """Whether the runtime can do it, and the model has the layers for it."""
    limits = ask.limits
    return (
        (split.tensor == 1 or (limits.tensor and ask.pool.card.memory > 0))
        and (split.pipeline == 1 or (limits.pipeline and ask.pool.card.memory > 0))
        and (split.nodes == 1 or limits.nodes)
        and split.pipeline <= ask.facts.need("layers")
    )


def _widths(facts: ModelFacts) -> Iterator[tuple[int, str]]:
    """Widths that are divided, and what has them."""
    if facts.experts is None or facts.dense_layers:
        yield facts.need("intermediate"), "its feed-forward layers"
    if facts.experts is not None:
        yield facts.need("moe_intermediate"), "its experts"
    if facts.shared_intermediate:
        yield facts.shared_intermediate, "its shared experts"
