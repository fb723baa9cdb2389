"""The key-value cache of one card.

A layer with attention holds keys and values of every token: 2 x key-value heads of the card x head size x bytes. Source: Kwon
et al. 2023, arXiv:2309.06180, section 3. Windowed layers hold the window, linear attention a state, latent attention what keys
and values are compressed to, undivided (DeepSeek-V2, arXiv:2405.04434, section 2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.serving.coefficients import BLOCK, IMAGE_TOKENS

if TYPE_CHECKING:
    from compiler.library.facts import ModelFacts
    from compiler.planning.serving.values import Ask

BITS = 16
"""Of an element, where nothing is said."""

STATE_BYTES = 4
"""Of an element of linear attention's state. Source: MiniMax-01, arXiv:2501.08313."""


class Cache(NamedTuple):
    """What sequences hold on one card, in bytes."""

    full: int
    """A token, in the layers that see all tokens."""

    windowed: int = 0
    """A token, in the layers that see a window."""

    window: int = 0
    """Tokens that those hold at most: the window, and what one step computes."""

    fixed: int = 0
    """A sequence, however long it is."""

    def sequence(self, tokens: int) -> int:
        """A sequence of so many tokens; the cache is given out by blocks."""
        tokens = _blocks(tokens)
        return self.full * tokens + self.windowed * min(tokens, self.window) + self.fixed

    def token(self, tokens: int) -> int:
        """The average of a token in a sequence of so many."""
        return -(-self.sequence(tokens) // _blocks(tokens))


def cache_of(ask: Ask, tensor: int, pipeline: int) -> Cache:
    """The cache of the stage with most layers.

    Raises: MissingFact, where the facts do not state what it depends on.
    """
    facts = ask.facts
    if facts.token_type_rows:
        # Encoders of BERT's kind see a text once and keep nothing of it.
        return Cache(0)
    bits = ask.cache_bits or BITS
    if facts.mla is not None:
        width = facts.mla.kv_lora_rank + facts.mla.qk_rope_head_size
        return Cache(_stage(facts, facts.need("layers"), pipeline) * width * bits // 8)
    heads = -(-facts.need("kv_heads") // tensor)
    one = 2 * heads * facts.need("head_size") * bits // 8
    cross, linear = facts.cross_attention_layers, facts.linear_attention_layers
    windowed = facts.sliding_window_layers if facts.sliding_window else 0
    full, windowed = _groups(facts.need("layers") - cross - linear - windowed, windowed)
    return Cache(
        full=_stage(facts, full, pipeline) * one,
        windowed=_stage(facts, windowed, pipeline) * one,
        window=_blocks((facts.sliding_window or 0) - 1 + ask.batched_tokens) + BLOCK if windowed else 0,
        fixed=_stage(facts, cross, pipeline) * one * IMAGE_TOKENS
        + _stage(facts, linear, pipeline) * _state(facts, tensor),
    )


def _stage(facts: ModelFacts, layers: int, pipeline: int) -> int:
    """Of layers of a kind, those of the largest stage."""
    total = facts.need("layers")
    return -(-layers * -(-total // pipeline) // total)


def _groups(full: int, windowed: int) -> tuple[int, int]:
    """Layers that blocks are given out for: groups of one size, of which the last of a kind may not be full.

    Source: vLLM, vllm/v1/core/kv_cache_utils.py, `_get_kv_cache_groups_uniform_page_size`.
    """
    if not full or not windowed:
        return full, windowed
    least, most = sorted((full, windowed))
    size = most if most * 4 < least * 5 else least
    return -(-full // size) * size, -(-windowed // size) * size


def _state(facts: ModelFacts, tensor: int) -> int:
    """State of a layer of linear attention: a square of the head size for each head."""
    return -(-facts.need("heads") // tensor) * facts.need("head_size") ** 2 * STATE_BYTES


def _blocks(tokens: int) -> int:
    return -(-tokens // BLOCK) * BLOCK
