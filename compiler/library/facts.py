"""The numbers of a model that planning counts with."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from compiler.library.behaviour import FactsBehaviour, MissingFact, exact
from compiler.spec.base import SpecModel

__all__ = ["Attention", "Count", "Dtype", "LatentAttention", "MissingFact", "ModelFacts", "exact"]

Attention = Literal["mha", "gqa", "mqa", "mla", "hybrid-lightning-gqa"]
"""Multi-head, grouped-query, multi-query, multi-head latent; and grouped-query with lightning attention in most layers."""

Dtype = Literal[
    "float32", "float16", "bfloat16", "float8_e4m3fn", "mxfp4", "awq-int4", "gptq-int4",
    "gguf-f16", "gguf-q8_0", "gguf-q6_k", "gguf-q5_k_m", "gguf-q4_k_m", "gguf-q3_k_m", "gguf-q2_k",
]  # fmt: skip
"""What weights are stored in. `float8_e4m3fn`: with one scale a block of 128 x 128; `mxfp4`: the experts only; `gguf-...`:
a file of llama.cpp's, by its kind of quantisation."""

Count = Annotated[int, Field(ge=1)]

Parameters = Annotated[
    int,
    Field(ge=1),
    BeforeValidator(exact, json_schema_input_type=int | Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?[KMBT]$")]),
]
"""A number of parameters: exact, or short as in `7.6B`."""


class LatentAttention(SpecModel):
    """Sizes of multi-head latent attention. Source: DeepSeek-V2, arXiv:2405.04434, section 2.1."""

    q_lora_rank: Count | None = None
    """Width that queries are compressed to, in elements. Left out, they are not compressed."""

    kv_lora_rank: Count
    """Width that keys and values are compressed to, in elements: with the rotary part, what the KV cache holds."""

    qk_nope_head_size: Count
    """Part of a query or key head without rotary positions, in elements."""

    qk_rope_head_size: Count
    """Part of a query or key head with rotary positions, in elements. Its key is shared by all heads."""

    v_head_size: Count
    """Size of a value head, in elements."""


class ModelFacts(FactsBehaviour, SpecModel):
    """What a model is made of. Names follow config.json, sizes are in elements unless a field says otherwise.

    Every fact may be left out; a formula that needs one which is not there raises `MissingFact`.
    """

    parameters: Parameters | None = None
    """Unique weights of the main model: tied embeddings once, vision tower included; without multi-token-prediction
    layers, buffers and quantisation scales."""

    active_parameters: Parameters | None = None
    """Of a mixture of experts: all parameters but the routed experts that one token does not use. Embedding and head
    are counted, so it can exceed the figure in a model's name."""

    layers: Count | None = None
    """Transformer layers of the text model, cross-attention and linear-attention layers included."""

    hidden: Count | None = None
    """Width of the residual stream."""

    intermediate: Count | None = None
    """Width of the dense feed-forward layers. Where all layers have experts, nothing uses it."""

    heads: Count | None = None
    """Query heads of a layer."""

    kv_heads: Count | None = None
    """Key-value heads of a layer."""

    head_size: Count | None = None
    """Size of one head. Not stated with latent attention, which has sizes of its own."""

    vocab: Count | None = None
    """Rows of the embedding, padding included."""

    context: Count | None = None
    """`max_position_embeddings`, in tokens. Scaled rotary positions may allow more."""

    attention: Attention | None = None
    """Kind of attention."""

    tied_embeddings: bool = False
    """Whether the output head shares the embedding's weights."""

    experts: Count | None = None
    """Routed experts of a layer. Left out, the model is dense."""

    experts_per_token: Count | None = None
    """Routed experts that one token uses."""

    moe_intermediate: Count | None = None
    """Width of one routed expert."""

    shared_intermediate: Count | None = None
    """Width of the experts that every token uses, all of a layer together."""

    shared_gate: bool = False
    """Whether a gate scales the shared expert's output."""

    dense_layers: Annotated[int, Field(ge=0)] = 0
    """Layers of a mixture of experts that have a dense feed-forward layer instead."""

    router_bias: bool = False
    """Whether the router adds a number for each expert."""

    expert_bias: bool = False
    """Whether the experts' projections have biases."""

    mla: LatentAttention | None = None
    """Sizes of latent attention."""

    linear_attention_layers: Annotated[int, Field(ge=0)] = 0
    """Layers with lightning attention: a state of fixed size instead of a growing KV cache."""

    cross_attention_layers: Annotated[int, Field(ge=0)] = 0
    """Layers that attend to the image instead of to the text."""

    sliding_window: Count | None = None
    """Tokens that a windowed layer sees, and so holds in its KV cache."""

    sliding_window_layers: Annotated[int, Field(ge=0)] = 0
    """Layers with that window."""

    qkv_bias: bool = False
    """Whether the query, key and value projections have biases."""

    output_bias: bool = False
    """Whether the attention's output projection has a bias."""

    mlp_bias: bool = False
    """Whether the dense feed-forward projections have biases."""

    head_bias: bool = False
    """Whether the output head has a bias."""

    norm_bias: bool = False
    """Whether norms have a bias, as LayerNorm does and RMSNorm does not."""

    qk_norm: bool = False
    """Whether queries and keys are normalised, with weights of a head's size each."""

    attention_sinks: bool = False
    """Whether each head has a learned sink."""

    gated_mlp: bool = True
    """Whether feed-forward layers have a gate (three matrices) or not (two)."""

    norms_per_layer: Count = 2
    """Norms of a layer over the whole width."""

    output_head: bool = True
    """Whether there is an output head at all; an embedding model has none."""

    pooler: bool = False
    """Whether a dense layer with bias follows the first token, as in BERT."""

    extra_embedding_rows: Annotated[int, Field(ge=0)] = 0
    """Rows of the embedding beyond `vocab`, which the output head does not have."""

    position_rows: Annotated[int, Field(ge=0)] = 0
    """Rows of a learned position embedding, offsets included."""

    token_type_rows: Annotated[int, Field(ge=0)] = 0
    """Rows of the token-type embedding."""

    vision_parameters: Annotated[int, Field(ge=0)] = 0
    """Weights of the vision tower and the projector to the text model."""

    float16: bool = True
    """Whether activations stay within the range of 16-bit floats. Gemma's do not."""

    prediction_layers: Annotated[int, Field(ge=0)] = 0
    """Multi-token-prediction layers that are stored beside the model and not counted in `parameters`."""
