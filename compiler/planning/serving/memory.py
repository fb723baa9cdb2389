"""Memory of one card, by part, and the part of the card that a server takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.serving.cache import Cache, cache_of
from compiler.planning.serving.coefficients import (
    ACTIVATION,
    ALONE,
    DRIVER_PERMILLE,
    HIDDEN_COPIES,
    IMAGES,
    INNER_COPIES,
    LARGE_CARD,
    LOGITS_TENTHS,
    MOST_SEQUENCES,
    OUTSIDE,
    PROCESS,
    SEQUENCES,
    STAGES,
    STEP_PERCENT,
    TOGETHER,
    TOGETHER_FAST,
    WORKSPACE,
)
from compiler.planning.serving.weights import adapters_of, weights_of
from compiler.planning.training.placement import PCIE_GB_S, usable
from compiler.planning.training.ranges import NOTHING, sure, total
from compiler.planning.training.values import Memory, Range

if TYPE_CHECKING:
    from compiler.library.facts import ModelFacts
    from compiler.planning.serving.values import Ask

UNLIMITED = 1 << 62
"""Stands for a node's memory that the cluster does not state."""

LEAST_UTILIZATION = 0.5
"""Below this, a card is too small for a server anyway."""


class Load(NamedTuple):
    """What a card holds whatever is asked of it, and its cache."""

    weights: Range
    adapters: Range
    activations: Range
    overhead: Range
    cache: Cache

    @property
    def fixed(self) -> Range:
        """All but the cache."""
        return total((self.weights, self.adapters, self.activations, self.overhead))

    def at(self, sequences: int, tokens: int) -> Range:
        """With so many sequences of so many tokens."""
        return total((self.fixed, sure(sequences * self.cache.sequence(tokens))))

    def parts(self, sequences: int, tokens: int) -> dict[str, Range]:
        """By part; those of no size are left out."""
        found = {
            "weights": self.weights,
            "adapters": self.adapters,
            "cache": sure(sequences * self.cache.sequence(tokens)),
            "activations": self.activations,
            "overhead": self.overhead,
        }
        return {part: bounds for part, bounds in found.items() if bounds != NOTHING}


def load_of(ask: Ask, tensor: int, pipeline: int) -> Load:
    """What lies on the fullest card.

    Raises: MissingFact, where the facts do not state what it depends on.
    """
    stated = ask.limits.overhead
    return Load(
        weights_of(ask, tensor, pipeline),
        adapters_of(ask, tensor, pipeline),
        NOTHING if stated else activations_of(ask, tensor),
        sure(stated) if stated else overhead_of(ask, tensor, pipeline),
        cache_of(ask, tensor, pipeline),
    )


def activations_of(ask: Ask, tensor: int) -> Range:
    """Bytes that a step takes at its peak: in a layer, or when it samples; experts keep buffers of their own.

    With s tokens in a step, hidden size h and width I: 2s (3I / T + 4h), or 14.2 bytes for each sequence and row of the
    vocabulary; 2sh for what is passed on.
    """
    facts, tokens = ask.facts, ask.batched_tokens
    hidden = facts.need("hidden")
    layer = ACTIVATION * tokens * (INNER_COPIES * -(-_width(facts) // tensor) + HIDDEN_COPIES * hidden)
    fixed = WORKSPACE + ACTIVATION * tokens * hidden + _experts(facts, tokens, tensor)
    rows = (ask.sequences or SEQUENCES,) * 2 + (ask.sequences or _most_sequences(ask),)
    bounds = zip(rows, LOGITS_TENTHS, STEP_PERCENT, IMAGES if facts.vision_parameters else NOTHING, strict=True)
    return Range(
        *(
            percent * (fixed + max(layer, _logits(facts, sampled, tenths))) // 100 + images
            for sampled, tenths, percent, images in bounds
        )
    )


def overhead_of(ask: Ask, tensor: int, pipeline: int) -> Range:
    """Bytes of libraries, communication and driver that count within the part of the card."""
    card = ask.pool.card
    if not card.memory:
        return PROCESS
    fast = (card.link_gb_s or 0) > PCIE_GB_S
    together = TOGETHER_FAST if fast else TOGETHER
    driver = Range(0, 0, card.memory * DRIVER_PERMILLE // 1000)
    return total((ALONE if tensor == 1 else together, STAGES if pipeline > 1 else NOTHING, driver))


def capacity(ask: Ask) -> int:
    """Bytes of a card; for processors, the pod's part of its node."""
    if ask.pool.card.memory:
        return ask.pool.card.memory
    limit = usable(ask.pool)
    return UNLIMITED if limit is None else limit // max(1, ask.pool.per_node)


def utilization_of(ask: Ask) -> float:
    """The part of a card that the server is told to take: the spec's, or the runtime's own as far as context and graphs
    still have room beside it. Processors are not divided."""
    card = ask.pool.card.memory
    if not card:
        return 1.0
    if ask.utilization is not None:
        return ask.utilization
    room = (card - OUTSIDE.high) * 100 // card / 100
    return min(ask.limits.utilization, max(LEAST_UTILIZATION, room))


def budget_of(ask: Ask) -> int:
    """Bytes of a card that the server takes."""
    # In millionths: a product of floats could differ from one machine to the next by a byte.
    return capacity(ask) * round(utilization_of(ask) * 1_000_000) // 1_000_000


def memory_of(load: Load, sequences: int, tokens: int, card: int, host: int) -> Memory:
    """The table of a plan."""
    return Memory(load.parts(sequences, tokens), load.at(sequences, tokens), card, host)


def _width(facts: ModelFacts) -> int:
    """Width of what every token passes: the dense layers' or the shared expert's."""
    dense = facts.experts is None or facts.dense_layers > 0
    return max(facts.need("intermediate") if dense else 0, facts.shared_intermediate or 0)


def _experts(facts: ModelFacts, tokens: int, tensor: int) -> int:
    """Buffers between the two products of the experts that tokens are sent to."""
    if facts.experts is None:
        return 0
    width = -(-facts.need("moe_intermediate") // tensor)
    return ACTIVATION * tokens * facts.need("experts_per_token") * (max(2 * width, facts.need("hidden")) + width)


def _logits(facts: ModelFacts, sequences: int, tenths: int) -> int:
    return sequences * facts.need("vocab") * tenths // 10 if facts.output_head else 0


def _most_sequences(ask: Ask) -> int:
    return MOST_SEQUENCES if ask.pool.card.memory >= LARGE_CARD else SEQUENCES
