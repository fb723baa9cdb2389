"""Facts in the words of Transformers."""

from __future__ import annotations

from typing import Any

from compiler.library.facts import ModelFacts


def common(facts: ModelFacts) -> dict[str, Any]:
    return {
        "vocab_size": facts.vocab,
        "hidden_size": facts.hidden,
        "intermediate_size": facts.intermediate,
        "num_hidden_layers": facts.layers,
        "num_attention_heads": facts.heads,
        "num_key_value_heads": facts.kv_heads,
        "max_position_embeddings": facts.context,
        "tie_word_embeddings": facts.tied_embeddings,
        "pad_token_id": None,
    }


def headed(facts: ModelFacts) -> dict[str, Any]:
    return {**common(facts), "head_dim": facts.head_size}
