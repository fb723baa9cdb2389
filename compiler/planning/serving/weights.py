"""Weights of one card: what tensor parallelism splits, what every card holds, and the fullest stage of a pipeline.

Source: the layers of vLLM's models. Projections of attention and feed-forward, experts, embedding, head and vision tower are
split; norms, routers and the compressing projections of latent attention are not, and a key-value head is not divided.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.parameters import Parameters, count
from compiler.planning.serving.coefficients import ACTIVATION
from compiler.planning.training.adapters import adapter_parameters
from compiler.planning.training.values import Range
from compiler.planning.weights import BLOCK, ENCODINGS, Encoding

if TYPE_CHECKING:
    from compiler.library.facts import LatentAttention, ModelFacts
    from compiler.planning.serving.values import Ask


PADDED_DTYPE = "mxfp4"
PADDED_INNER, PADDED_HIDDEN = 128, 256
"""What kernels for 4-bit floats round a card's width of an expert and the hidden size up to. Source: vLLM,
model_executor/layers/quantization/mxfp4.py; gpt-oss-120b on one card takes 65.97 GiB, github.com/vllm-project/vllm, 23278."""


class Stage(NamedTuple):
    """Layers of a stage."""

    layers: int
    dense: int
    """Of them, those without experts."""

    first: bool
    last: bool


def weights_of(ask: Ask, tensor: int, pipeline: int) -> Range:
    """Bytes of the weights on the card that has most of them.

    Raises: MissingFact, where the facts do not state what the architecture needs.
    """
    parts, encoding = count(ask.facts), ENCODINGS[ask.dtype]
    found = dict.fromkeys(stages(ask.facts, pipeline))
    if ask.dtype == PADDED_DTYPE:
        parts = parts._replace(experts=_padded(ask.facts, parts.experts, tensor))
    split = max(_stage(ask.facts, parts, encoding, tensor, stage, vision=tensor) for stage in found)
    whole = max(_stage(ask.facts, parts, encoding, tensor, stage, vision=1) for stage in found)
    positions = _positions(ask.facts)
    low, high = (_bytes(one, ask, parts, encoding) + positions for one in (split, whole))
    return Range(low, low, high)


def adapters_of(ask: Ask, tensor: int, pipeline: int) -> Range:
    """Bytes of the buffers for adapters: one of the highest rank for each; the half on the outputs is split.

    Raises: MissingFact, where the facts do not state a side of a matrix.
    """
    if not ask.adapters:
        return Range(0, 0, 0)
    rank = max(ask.adapters)
    size = ACTIVATION * len(ask.adapters) * adapter_parameters(ask.facts, rank, "all")
    part = -(-size // pipeline)
    split = -(-part // tensor)
    return Range(split, (split + part) // 2, part)


def stages(facts: ModelFacts, pipeline: int) -> tuple[Stage, ...]:
    """The stages in their order; layers that are over go to the middle ones, from the back. Dense layers of a mixture of
    experts are the first ones, or every second one where they are half of them.

    Raises: MissingFact, where `layers` is not stated.
    """
    layers = facts.need("layers")
    least, over = divmod(layers, pipeline)
    counts = [least] * pipeline
    for back in range(2, over + 2):
        counts[-back] += 1
    found, begun = [], 0
    for number, size in enumerate(counts):
        dense = _dense(facts, begun, size)
        found.append(Stage(size, dense, number == 0, number == pipeline - 1))
        begun += size
    return tuple(found)


def _dense(facts: ModelFacts, begun: int, size: int) -> int:
    if facts.experts is None:
        return size
    if 2 * facts.dense_layers >= facts.need("layers"):
        return size * facts.dense_layers // facts.need("layers")
    return max(0, min(facts.dense_layers - begun, size))


def _stage(facts: ModelFacts, parts: Parameters, encoding: Encoding, tensor: int, stage: Stage, *, vision: int) -> int:
    """Bits of a stage on one card, times `BLOCK`."""
    return sum(
        -(-share // split) * _bits(encoding, part)
        for part, share, split in _shares(facts, parts, tensor, stage, vision)
    ) + _absorbed(facts, tensor, stage)


def _shares(
    facts: ModelFacts, parts: Parameters, tensor: int, stage: Stage, vision: int
) -> Iterator[tuple[str, int, int]]:
    """Parameters of a stage by part, and over how many cards they are split."""
    layers = facts.need("layers")
    dense = layers if facts.experts is None else facts.dense_layers
    mixed, with_experts = layers - dense, stage.layers - stage.dense
    alone = _undivided(facts, tensor)
    yield "attention", _part(parts.attention - alone, stage.layers, layers), tensor
    yield "attention", _part(_held(facts, alone, tensor), stage.layers, layers), 1
    yield "norms", _part(parts.norms, stage.layers, layers), 1
    yield "feed_forward", _part(parts.feed_forward, stage.dense, dense), tensor
    yield "experts", _part(parts.experts, with_experts, mixed), tensor
    yield "shared", _part(parts.shared, with_experts, mixed), tensor
    yield "routers", _part(parts.routers, with_experts, mixed), 1
    if stage.first:
        yield "embeddings", parts.embeddings, tensor
        yield "vision", parts.vision, vision
    if stage.last:
        # A tied head is the embedding, which another stage holds.
        tied = facts.tied_embeddings and facts.output_head and not stage.first
        yield "head", parts.head + (parts.embeddings if tied else 0), tensor
        yield "pooler", parts.pooler, 1


def _undivided(facts: ModelFacts, tensor: int) -> int:
    """Parameters of attention that are not split, or not into as many parts, over all layers."""
    if facts.mla is not None:
        return facts.need("layers") * _compressing(facts, facts.mla)
    if tensor == 1:
        return 0
    layers = facts.need("layers") - facts.linear_attention_layers
    return layers * 2 * facts.need("hidden") * facts.need("kv_heads") * facts.need("head_size")


def _held(facts: ModelFacts, undivided: int, tensor: int) -> int:
    """What one card holds of them: all, or its key-value heads, at least one."""
    if facts.mla is not None or not undivided:
        return undivided
    heads = facts.need("kv_heads")
    return undivided * -(-heads // tensor) // heads


def _compressing(facts: ModelFacts, sizes: LatentAttention) -> int:
    """Projections of one layer to the compressed queries, keys and values."""
    return facts.need("hidden") * ((sizes.q_lora_rank or 0) + sizes.kv_lora_rank + sizes.qk_rope_head_size)


def _padded(facts: ModelFacts, experts: int, tensor: int) -> int:
    """Parameters of the experts over all cards, padding included."""
    if not experts:
        return 0
    inner, hidden = facts.need("moe_intermediate"), facts.need("hidden")
    wide = tensor * _up(-(-inner // tensor), PADDED_INNER)
    return experts * wide * _up(hidden, PADDED_HIDDEN) // (inner * hidden)


def _up(size: int, step: int) -> int:
    return -(-size // step) * step


def _absorbed(facts: ModelFacts, tensor: int, stage: Stage) -> int:
    """Bits, times `BLOCK`, of a second copy of latent attention's up-projections, which decoding multiplies into the queries."""
    if facts.mla is None:
        return 0
    sizes = facts.mla
    one = facts.need("heads") * (sizes.qk_nope_head_size + sizes.v_head_size) * sizes.kv_lora_rank
    return -(-stage.layers * one // tensor) * 8 * ACTIVATION * BLOCK


def _positions(facts: ModelFacts) -> int:
    """Bytes of the table of rotary positions, a row for each position of the model's own context."""
    if facts.position_rows or facts.context is None:
        return 0
    size = facts.mla.qk_rope_head_size if facts.mla else facts.need("head_size")
    return ACTIVATION * facts.context * size


def _part(size: int, some: int, of: int) -> int:
    return -(-size * some // of) if of else 0


def _bits(encoding: Encoding, part: str) -> int:
    return encoding.block_bits if part in encoding.quantised else encoding.other_bits * BLOCK


def _bytes(bits: int, ask: Ask, parts: Parameters, encoding: Encoding) -> int:
    """Bytes, scaled to what the runtime makes of the weights, where it makes something else of them."""
    size = -(-bits // (8 * BLOCK))
    if ask.weights is None:
        return size
    stored = sum(_bits(encoding, part) * getattr(parts, part) for part in Parameters._fields[:-1])
    return -(-size * ask.weights * 8 * BLOCK // stored) if stored else ask.weights
