"""How many parameters low-rank adapters train.

An adapter on a matrix of m inputs and n outputs has r(m + n) parameters. Source: Hu et al. 2021, arXiv:2106.09685,
section 4.1. `all` is every linear layer but the output head and the vision tower, as LLaMA-Factory takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from compiler.diagnostics import closest
from compiler.planning.training.shapes import completed, remembered

if TYPE_CHECKING:
    from compiler.library.facts import LatentAttention, ModelFacts

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "q_proj": ("query",),
    "k_proj": ("key",),
    "v_proj": ("value",),
    "o_proj": ("output",),
    "gate_proj": ("gate",),
    "up_proj": ("up",),
    "down_proj": ("down",),
    "qkv_proj": ("query-key-value",),
    "gate_up_proj": ("gate-up",),
    "q_a_proj": ("query-down",),
    "q_b_proj": ("query-up",),
    "kv_a_proj_with_mqa": ("key-value-down",),
    "kv_b_proj": ("key-value-up",),
    "output_gate": ("output-gate",),
    "out_proj": ("output",),
    "gate": ("router",),
    "router": ("router",),
    "c_attn": ("query-key-value",),
    "c_proj": ("output", "down"),
    "c_fc": ("up",),
    "w1": ("gate",),
    "w2": ("down",),
    "w3": ("up",),
    "W_pack": ("query-key-value",),
    "query_key_value": ("query-key-value",),
    "wqkv": ("query-key-value",),
    "wo": ("output",),
    "dense": ("output",),
    "dense_h_to_4h": ("gate-up",),
    "dense_4h_to_h": ("down",),
    "fc1": ("up",),
    "fc2": ("down",),
    "embed_tokens": ("vocabulary",),
    "wte": ("vocabulary",),
    "lm_head": ("vocabulary",),
}
"""What modules are called, and which matrices they are. The sides of a matrix count, not their order: Qwen's first `w2` is
the way up and Llama's the way down, with the same adapter."""

FUSED: Final = frozenset({"query-key-value", "gate-up", "vocabulary"})
"""Matrices that stand for others, or that `all` leaves out."""


class UnknownModules(ValueError):  # noqa: N818
    """Targets that are no modules of the model."""

    def __init__(self, names: tuple[str, ...], known: Iterable[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names
        """The targets that are none."""

        self.candidates = tuple(dict.fromkeys(hit for name in names for hit in closest(name, known)))
        """Modules that may have been meant."""


@remembered
def adapter_parameters(facts: ModelFacts, rank: int, targets: str | tuple[str, ...]) -> int:
    """Parameters of the adapters on `targets`: `all`, or names of modules.

    Raises: MissingFact, where the facts do not state a side of a matrix; UnknownModules, where a target is no
    module of the model, or no module that is known.
    """
    sides = matrix_sides(completed(facts))
    if targets == "all":
        return rank * sum(size for kind, size in sides.items() if kind not in FUSED)
    names = (targets,) if isinstance(targets, str) else targets
    known = [name for name, kinds in MODULES.items() if any(kind in sides for kind in kinds)]
    unknown = tuple(name for name in names if name not in known)
    if unknown:
        raise UnknownModules(unknown, known)
    kinds = {kind for name in names for kind in MODULES[name]}
    return rank * sum(sides.get(kind, 0) for kind in kinds)


def matrix_sides(facts: ModelFacts) -> dict[str, int]:
    """Inputs plus outputs of the matrices of each kind, over all layers and experts.

    Raises: MissingFact, where the facts do not state a side.
    """
    sides: dict[str, int] = {}
    for part in (_attention(facts), _lightning(facts), _feed_forward(facts), _experts(facts)):
        for kind, size in part.items():
            sides[kind] = sides.get(kind, 0) + size
    sides["vocabulary"] = facts.need("vocab") + facts.need("hidden")
    return sides


def _attention(facts: ModelFacts) -> dict[str, int]:
    layers = facts.need("layers") - facts.linear_attention_layers
    if facts.mla is not None:
        return {kind: layers * size for kind, size in _latent(facts, facts.mla).items()}
    hidden, size = facts.need("hidden"), facts.need("head_size")
    query, key = facts.need("heads") * size, facts.need("kv_heads") * size
    return {
        "query": layers * (hidden + query),
        "key": layers * (hidden + key),
        "value": layers * (hidden + key),
        "output": layers * (query + hidden),
        "query-key-value": layers * (hidden + query + 2 * key),
    }


def _latent(facts: ModelFacts, sizes: LatentAttention) -> dict[str, int]:
    """One layer of multi-head latent attention. Source: DeepSeek-V2, arXiv:2405.04434, section 2.1."""
    hidden, heads = facts.need("hidden"), facts.need("heads")
    query = heads * (sizes.qk_nope_head_size + sizes.qk_rope_head_size)
    rank, latent = sizes.q_lora_rank, sizes.kv_lora_rank
    queries = {"query": hidden + query} if rank is None else {"query-down": hidden + rank, "query-up": rank + query}
    return {
        **queries,
        "key-value-down": hidden + latent + sizes.qk_rope_head_size,
        "key-value-up": latent + heads * (sizes.qk_nope_head_size + sizes.v_head_size),
        "output": heads * sizes.v_head_size + hidden,
    }


def _lightning(facts: ModelFacts) -> dict[str, int]:
    """Layers of lightning attention; their one matrix for queries, keys and values is part of `all`."""
    layers = facts.linear_attention_layers
    if not layers:
        return {}
    hidden, width = facts.need("hidden"), facts.need("heads") * facts.need("head_size")
    return {
        "query": layers * (hidden + 3 * width),
        "output-gate": layers * (hidden + width),
        "output": layers * (width + hidden),
    }


def _feed_forward(facts: ModelFacts) -> dict[str, int]:
    layers = facts.need("layers") if facts.experts is None else facts.dense_layers
    return _matrices(facts, layers, facts.need("intermediate")) if layers else {}


def _experts(facts: ModelFacts) -> dict[str, int]:
    """Routed and shared experts, and the routers."""
    layers = 0 if facts.experts is None else facts.need("layers") - facts.dense_layers
    if not layers:
        return {}
    experts = facts.need("experts")
    result = _matrices(facts, layers * experts, facts.need("moe_intermediate"))
    if facts.shared_intermediate is not None:
        shared = _matrices(facts, layers, facts.shared_intermediate)
        result = {kind: size + shared[kind] for kind, size in result.items()}
    return {**result, "router": layers * (facts.need("hidden") + experts)}


def _matrices(facts: ModelFacts, layers: int, width: int) -> dict[str, int]:
    hidden = facts.need("hidden")
    sides = layers * (hidden + width)
    if not facts.gated_mlp:
        return {"up": sides, "down": sides, "gate-up": sides}
    return {"gate": sides, "up": sides, "down": sides, "gate-up": layers * (hidden + 2 * width)}
