"""What a forward pass leaves for the backward pass: activations and logits of one sequence.

b sequences of s tokens, h the hidden size, L the layers, V the vocabulary. Everything is in bytes.

The formulas were met by hooks on the saved tensors of real models, with an attention that does not keep its scores (SDPA,
FlashAttention). Sources: Korthikanti et al. 2022, arXiv:2205.05198, section 4, for what is kept and what is recomputed;
Dao et al. 2022, arXiv:2205.14135, for the attention.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from compiler.planning.training.coefficients import ADAPTER_ACTIVATIONS, BYTES, FRAGMENTATION, LOGITS, REWARD_LOGITS
from compiler.planning.training.ranges import NOTHING, scaled
from compiler.planning.training.shapes import Shape
from compiler.planning.training.values import Precision, Range, Stage


class Sequences(NamedTuple):
    """Sequences that a card sees for each one of the micro batch."""

    trained: int
    """Those that a gradient flows through."""

    scored: int
    """Those whose logits are there at once."""


SEQUENCES: Final[dict[Stage, Sequences]] = {
    "pt": Sequences(1, 1),
    "sft": Sequences(1, 1),
    "rm": Sequences(2, 2),
    "dpo": Sequences(2, 2),
    "kto": Sequences(1, 2),
}
"""A preferred and a rejected answer are two sequences. KTO has one answer, and scores an unrelated one without a gradient."""


class Work(NamedTuple):
    """What happens on a card with each sequence of a micro batch."""

    stage: Stage
    tokens: int
    """Tokens of a sequence."""

    precision: Precision
    adapters: bool
    """Whether there are adapters in 32 bit."""

    checkpointing: bool
    backward: int
    """Layers that a gradient surely flows through: all, or with frozen layers the last ones."""


def activations_of(shape: Shape, work: Work) -> dict[str, Range]:
    """Activations and logits of one sequence of the micro batch, by part.

    With checkpointing 2 b s h a layer, and one layer whole while it is computed again; without, all layers whole. Logits
    are b s V times 8, 10 and 12. What the allocator wastes is in the bounds.
    """
    sequences = SEQUENCES[work.stage]
    tokens = sequences.trained * work.tokens
    size = BYTES[work.precision]
    layer = tokens * shape.token * size // 2
    if work.adapters:
        layer = -(-layer * ADAPTER_ACTIVATIONS // 100)
    if not work.checkpointing:
        return {
            "activations": scaled(shape.layers * layer, FRAGMENTATION)._replace(low=work.backward * layer),
            "logits": _logits(shape, work),
        }
    checkpoints = size * tokens * shape.hidden * shape.layers
    return {
        "checkpoints": scaled(checkpoints, FRAGMENTATION),
        "activations": scaled(layer, FRAGMENTATION),
        "logits": _logits(shape, work),
    }


def _logits(shape: Shape, work: Work) -> Range:
    """Logits, their 32-bit copy and the loss; of a reward model, what is computed and not used."""
    scored = SEQUENCES[work.stage].scored * work.tokens * shape.vocab
    if not scored:
        return NOTHING
    bounds = REWARD_LOGITS if work.stage == "rm" else LOGITS[work.precision]
    return Range(*(-(-scored * size * gaps // 100) for size, gaps in zip(bounds, FRAGMENTATION, strict=True)))
