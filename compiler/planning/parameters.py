"""How many parameters a model has, counted from what it is made of.

Each function is one term; `count` adds them up. The library's tests hold the result against the published count of
every entry, to the last parameter. H is the hidden size, V the vocabulary, n the heads, k the key-value heads, d the
head size in the formulas below.

Source: the parameter shapes of each architecture's class in Hugging Face Transformers, and Vaswani et al. 2017
(arXiv:1706.03762), Ainslie et al. 2023 (arXiv:2305.13245, grouped queries), DeepSeek-AI 2024 (arXiv:2405.04434, latent
attention), MiniMax 2025 (arXiv:2501.08313, lightning attention).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compiler.library.facts import LatentAttention, ModelFacts


class Parameters(NamedTuple):
    """Parameters of a model, by part."""

    embeddings: int
    head: int
    norms: int
    attention: int
    feed_forward: int
    """Dense feed-forward layers."""
    experts: int
    """Routed experts."""
    shared: int
    """Experts that every token uses."""
    routers: int
    pooler: int
    vision: int
    unused: int
    """Of the routed experts: what one token does not use."""

    @property
    def total(self) -> int:
        """All parameters of the main model."""
        return sum(self[:-1])

    @property
    def active(self) -> int:
        """Parameters that one token uses, embedding and head counted."""
        return self.total - self.unused


def count(facts: ModelFacts) -> Parameters:
    """The parameters of a model, by part.

    Raises: MissingFact, where a number that the architecture needs is not stated.
    """
    expert_layers = _expert_layers(facts)
    experts = facts.need("experts") if expert_layers else 0
    one_expert = _one_expert(facts) if expert_layers else 0
    return Parameters(
        embeddings=_embeddings(facts),
        head=_head(facts),
        norms=_norms(facts),
        attention=_attention(facts),
        feed_forward=(facts.need("layers") - expert_layers) * _feed_forward(facts),
        experts=expert_layers * experts * one_expert,
        shared=expert_layers * _shared_expert(facts),
        routers=expert_layers * (facts.need("hidden") + facts.router_bias) * experts,
        pooler=facts.need("hidden") * (facts.need("hidden") + 1) if facts.pooler else 0,
        vision=facts.vision_parameters,
        unused=expert_layers * (experts - facts.need("experts_per_token")) * one_expert if expert_layers else 0,
    )


def prediction_parameters(facts: ModelFacts) -> int:
    """Parameters of the multi-token-prediction layers, which lie beside the model in its files.

    Each: one layer with experts, a projection 2H x H, three norms, and an embedding and a head of its own.
    Source: DeepSeek-V3, arXiv:2412.19437, section 2.2.
    """
    if not facts.prediction_layers:
        return 0
    hidden = facts.need("hidden")
    layer = (
        _self_attention(facts)
        + facts.need("experts") * (_one_expert(facts) + hidden + facts.router_bias)
        + _shared_expert(facts)
        + facts.norms_per_layer * hidden
    )
    return facts.prediction_layers * (layer + 2 * hidden * hidden + 3 * hidden + 2 * facts.need("vocab") * hidden)


def _embeddings(facts: ModelFacts) -> int:
    """(V + further token rows + position rows + token-type rows) x H."""
    further = facts.extra_embedding_rows + facts.position_rows + facts.token_type_rows
    return (facts.need("vocab") + further) * facts.need("hidden")


def _head(facts: ModelFacts) -> int:
    """V x H unless it is the embedding's; and V, where it has a bias."""
    if not facts.output_head:
        return 0
    matrix = 0 if facts.tied_embeddings else facts.need("vocab") * facts.need("hidden")
    return matrix + facts.head_bias * facts.need("vocab")


def _norms(facts: ModelFacts) -> int:
    """H, with a bias 2H, for each norm of each layer and one more: the last, or that of BERT's embedding."""
    return (facts.need("layers") * facts.norms_per_layer + 1) * facts.need("hidden") * (1 + facts.norm_bias)


def _attention(facts: ModelFacts) -> int:
    """All layers' attention: self, cross and linear."""
    cross, linear = facts.cross_attention_layers, facts.linear_attention_layers
    plain = facts.need("layers") - cross - linear
    kinds = ((plain, _self_attention), (cross, _cross_attention), (linear, _linear_attention))
    return sum(layers * one_layer(facts) for layers, one_layer in kinds if layers)


def _self_attention(facts: ModelFacts) -> int:
    """One layer: projections, their biases, norms of queries and keys (d each), a sink a head."""
    if facts.mla is not None:
        return _latent_attention(facts, facts.mla)
    heads, kv_heads, size = facts.need("heads"), facts.need("kv_heads"), facts.need("head_size")
    return (
        _projections(facts)
        + facts.qkv_bias * (heads + 2 * kv_heads) * size
        + facts.output_bias * facts.need("hidden")
        + facts.qk_norm * 2 * size
        + facts.attention_sinks * heads
    )


def _projections(facts: ModelFacts) -> int:
    """Query H x nd, key and value H x kd each, output nd x H. Multi-head is k = n, multi-query k = 1."""
    heads, kv_heads = facts.need("heads"), facts.need("kv_heads")
    return 2 * facts.need("hidden") * facts.need("head_size") * (heads + kv_heads)


def _latent_attention(facts: ModelFacts, sizes: LatentAttention) -> int:
    """One layer of latent attention: compressed queries, compressed keys and values with their norms, output.

    Source: DeepSeek-V2, arXiv:2405.04434, appendix C.
    """
    hidden, heads = facts.need("hidden"), facts.need("heads")
    query_head = sizes.qk_nope_head_size + sizes.qk_rope_head_size
    rank = sizes.q_lora_rank
    query = hidden * heads * query_head if rank is None else rank * (hidden + 1 + heads * query_head)
    down = hidden * (sizes.kv_lora_rank + sizes.qk_rope_head_size) + sizes.kv_lora_rank
    up = sizes.kv_lora_rank * heads * (sizes.qk_nope_head_size + sizes.v_head_size)
    return query + down + up + heads * sizes.v_head_size * hidden


def _cross_attention(facts: ModelFacts) -> int:
    """One layer that attends to the image: projections, norms of query and key, two gates. Source: Llama 3.2 Vision."""
    return _projections(facts) + 2 * facts.need("head_size") + 2


def _linear_attention(facts: ModelFacts) -> int:
    """One layer of lightning attention: H x 3nd, output gate H x nd, output nd x H, and a norm of nd."""
    width = facts.need("heads") * facts.need("head_size")
    return 5 * facts.need("hidden") * width + width


def _feed_forward(facts: ModelFacts) -> int:
    """One dense layer of width I: 3HI gated, else 2HI; biases 2I + H, else I + H. Zero where every layer has experts."""
    if _expert_layers(facts) == facts.need("layers"):
        return 0
    return _mlp(facts, facts.need("intermediate"), bias=facts.mlp_bias)


def _one_expert(facts: ModelFacts) -> int:
    """One routed expert: a feed-forward layer of the expert's width."""
    return _mlp(facts, facts.need("moe_intermediate"), bias=facts.expert_bias)


def _shared_expert(facts: ModelFacts) -> int:
    """What every token uses in a layer with experts: 3HS, and H where a gate scales it."""
    if facts.shared_intermediate is None:
        return 0
    return _mlp(facts, facts.shared_intermediate, bias=False) + facts.shared_gate * facts.need("hidden")


def _mlp(facts: ModelFacts, width: int, *, bias: bool) -> int:
    inner = 1 + facts.gated_mlp
    hidden = facts.need("hidden")
    return (inner + 1) * hidden * width + bias * (inner * width + hidden)


def _expert_layers(facts: ModelFacts) -> int:
    return 0 if facts.experts is None else facts.need("layers") - facts.dense_layers
