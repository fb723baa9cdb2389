"""Dense text models of Transformers, from facts."""

from __future__ import annotations

from typing import Any

import transformers as hf

from compiler.library.facts import ModelFacts
from tests.torch.spelling import common, headed


def llama(facts: ModelFacts) -> Any:
    return hf.LlamaForCausalLM(hf.LlamaConfig(**headed(facts)))


def qwen2(facts: ModelFacts) -> Any:
    return hf.Qwen2ForCausalLM(hf.Qwen2Config(**common(facts)))


def qwen3(facts: ModelFacts) -> Any:
    return hf.Qwen3ForCausalLM(hf.Qwen3Config(**headed(facts)))


def qwen3_embedding(facts: ModelFacts) -> Any:
    return hf.Qwen3Model(hf.Qwen3Config(**headed(facts)))


def mistral(facts: ModelFacts) -> Any:
    return hf.MistralForCausalLM(hf.MistralConfig(**headed(facts)))


def gemma(facts: ModelFacts) -> Any:
    return hf.GemmaForCausalLM(hf.GemmaConfig(**headed(facts)))


def gemma2(facts: ModelFacts) -> Any:
    return hf.Gemma2ForCausalLM(hf.Gemma2Config(**headed(facts)))


def gemma3_text(facts: ModelFacts) -> Any:
    return hf.Gemma3ForCausalLM(hf.Gemma3TextConfig(**headed(facts)))


def phi(facts: ModelFacts) -> Any:
    return hf.PhiForCausalLM(hf.PhiConfig(**common(facts)))


def phi3(facts: ModelFacts) -> Any:
    return hf.Phi3ForCausalLM(hf.Phi3Config(**common(facts)))


def glm(facts: ModelFacts) -> Any:
    return hf.GlmForCausalLM(hf.GlmConfig(**headed(facts), attention_bias=facts.qkv_bias))


def glm4(facts: ModelFacts) -> Any:
    return hf.Glm4ForCausalLM(hf.Glm4Config(**headed(facts), attention_bias=facts.qkv_bias))


def falcon(facts: ModelFacts) -> Any:
    config = hf.FalconConfig(
        vocab_size=facts.vocab,
        hidden_size=facts.hidden,
        num_hidden_layers=facts.layers,
        num_attention_heads=facts.heads,
        num_kv_heads=facts.kv_heads,
        ffn_hidden_size=facts.intermediate,
        new_decoder_architecture=facts.norms_per_layer == 2,
        multi_query=facts.attention == "mqa",
        parallel_attn=True,
        bias=False,
        alibi=False,
    )
    return hf.FalconForCausalLM(config)


def gpt2(facts: ModelFacts) -> Any:
    config = hf.GPT2Config(
        vocab_size=facts.vocab, n_embd=facts.hidden, n_layer=facts.layers, n_head=facts.heads,
        n_inner=facts.intermediate, n_positions=facts.position_rows,
    )  # fmt: skip
    return hf.GPT2LMHeadModel(config)


def opt(facts: ModelFacts) -> Any:
    config = hf.OPTConfig(
        vocab_size=facts.vocab, hidden_size=facts.hidden, num_hidden_layers=facts.layers, ffn_dim=facts.intermediate,
        num_attention_heads=facts.heads, max_position_embeddings=facts.context,
    )  # fmt: skip
    return hf.OPTForCausalLM(config)


def _encoder(facts: ModelFacts) -> dict[str, Any]:
    return {
        **common(facts),
        "pad_token_id": 0,
        "max_position_embeddings": facts.position_rows,
        "type_vocab_size": facts.token_type_rows,
    }


def bert(facts: ModelFacts) -> Any:
    return hf.BertModel(hf.BertConfig(**_encoder(facts)))


def xlm_roberta(facts: ModelFacts) -> Any:
    return hf.XLMRobertaModel(hf.XLMRobertaConfig(**_encoder(facts)))
