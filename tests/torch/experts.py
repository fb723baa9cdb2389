"""Mixtures of experts of Transformers, from facts."""

from __future__ import annotations

from typing import Any

import transformers as hf

from compiler.library.facts import ModelFacts
from tests.torch.spelling import common, headed


def qwen2_moe(facts: ModelFacts) -> Any:
    config = hf.Qwen2MoeConfig(
        **common(facts),
        num_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        moe_intermediate_size=facts.moe_intermediate,
        shared_expert_intermediate_size=facts.shared_intermediate,
    )
    return hf.Qwen2MoeForCausalLM(config)


def qwen3_moe(facts: ModelFacts) -> Any:
    config = hf.Qwen3MoeConfig(
        **headed(facts),
        num_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        moe_intermediate_size=facts.moe_intermediate,
    )
    return hf.Qwen3MoeForCausalLM(config)


def mixtral(facts: ModelFacts) -> Any:
    config = hf.MixtralConfig(
        **{**headed(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
    )
    return hf.MixtralForCausalLM(config)


def phimoe(facts: ModelFacts) -> Any:
    config = hf.PhimoeConfig(
        **{**common(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        attention_bias=facts.qkv_bias,
        lm_head_bias=facts.head_bias,
    )
    return hf.PhimoeForCausalLM(config)


def _deepseek_experts(facts: ModelFacts) -> dict[str, Any]:
    return {
        "n_routed_experts": facts.experts,
        "num_experts_per_tok": facts.experts_per_token,
        "moe_intermediate_size": facts.moe_intermediate,
        "n_shared_experts": (facts.shared_intermediate or 0) // (facts.moe_intermediate or 1),
        "first_k_dense_replace": facts.dense_layers,
    }


def _latent(facts: ModelFacts) -> dict[str, Any]:
    assert facts.mla is not None
    return {
        "q_lora_rank": facts.mla.q_lora_rank,
        "kv_lora_rank": facts.mla.kv_lora_rank,
        "qk_nope_head_dim": facts.mla.qk_nope_head_size,
        "qk_rope_head_dim": facts.mla.qk_rope_head_size,
        "v_head_dim": facts.mla.v_head_size,
    }


def glm4_moe(facts: ModelFacts) -> Any:
    config = hf.Glm4MoeConfig(**headed(facts), **_deepseek_experts(facts), attention_bias=True, use_qk_norm=False)
    return hf.Glm4MoeForCausalLM(config)


def deepseek_v2(facts: ModelFacts) -> Any:
    config = hf.DeepseekV2Config(**common(facts), **_latent(facts), **_deepseek_experts(facts))
    return hf.DeepseekV2ForCausalLM(config)


def deepseek_v3(facts: ModelFacts) -> Any:
    config = hf.DeepseekV3Config(**common(facts), **_latent(facts), **_deepseek_experts(facts))
    return hf.DeepseekV3ForCausalLM(config)


def minimax(facts: ModelFacts) -> Any:
    assert facts.layers is not None
    every = facts.layers // (facts.layers - facts.linear_attention_layers)
    config = hf.MiniMaxConfig(
        **{**headed(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        layer_types=[
            "full_attention" if (layer + 1) % every == 0 else "linear_attention" for layer in range(facts.layers)
        ],
    )
    return hf.MiniMaxForCausalLM(config)


def gpt_oss(facts: ModelFacts) -> Any:
    config = hf.GptOssConfig(
        **headed(facts), num_local_experts=facts.experts, num_experts_per_tok=facts.experts_per_token
    )
    return hf.GptOssForCausalLM(config)
