"""Which class of Transformers an entry of the library is, and how its facts are spelt there."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import transformers as hf

from compiler.library.facts import ModelFacts

Build = Callable[[ModelFacts], Any]


def builder(name: str) -> Build | None:
    """What makes an entry's model from its facts; None where Transformers has no class for it."""
    return next((build for pattern, build in ARCHITECTURES.items() if fnmatchcase(name, pattern)), None)


def _common(facts: ModelFacts) -> dict[str, Any]:
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


def _headed(facts: ModelFacts) -> dict[str, Any]:
    return {**_common(facts), "head_dim": facts.head_size}


def llama(facts: ModelFacts) -> Any:
    return hf.LlamaForCausalLM(hf.LlamaConfig(**_headed(facts)))


def qwen2(facts: ModelFacts) -> Any:
    return hf.Qwen2ForCausalLM(hf.Qwen2Config(**_common(facts)))


def qwen2_moe(facts: ModelFacts) -> Any:
    config = hf.Qwen2MoeConfig(
        **_common(facts),
        num_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        moe_intermediate_size=facts.moe_intermediate,
        shared_expert_intermediate_size=facts.shared_intermediate,
    )
    return hf.Qwen2MoeForCausalLM(config)


def qwen2_5_vl(facts: ModelFacts) -> Any:
    # The 32B has a wider tower than the others.
    vision = {"out_hidden_size": facts.hidden, "intermediate_size": 3456 if facts.hidden == 5120 else 3420,
              "hidden_size": 1280}  # fmt: skip
    text = {**_common(facts), "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}
    config = hf.Qwen2_5_VLConfig(
        text_config=text, vision_config=vision, tie_word_embeddings=facts.tied_embeddings
    )
    return hf.Qwen2_5_VLForConditionalGeneration(config)


def qwen3(facts: ModelFacts) -> Any:
    return hf.Qwen3ForCausalLM(hf.Qwen3Config(**_headed(facts)))


def qwen3_embedding(facts: ModelFacts) -> Any:
    return hf.Qwen3Model(hf.Qwen3Config(**_headed(facts)))


def qwen3_moe(facts: ModelFacts) -> Any:
    config = hf.Qwen3MoeConfig(
        **_headed(facts),
        num_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        moe_intermediate_size=facts.moe_intermediate,
    )
    return hf.Qwen3MoeForCausalLM(config)


def mistral(facts: ModelFacts) -> Any:
    return hf.MistralForCausalLM(hf.MistralConfig(**_headed(facts)))


def mistral3(facts: ModelFacts) -> Any:
    return hf.Mistral3ForConditionalGeneration(
        hf.Mistral3Config(
            text_config=hf.MistralConfig(**_headed(facts)),
            vision_config=hf.PixtralVisionConfig(
                hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
                patch_size=14, image_size=1540,
            ),
            multimodal_projector_bias=False,
            spatial_merge_size=2,
            tie_word_embeddings=False,
        )
    )  # fmt: skip


def mixtral(facts: ModelFacts) -> Any:
    config = hf.MixtralConfig(
        **{**_headed(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
    )
    return hf.MixtralForCausalLM(config)


def gemma(facts: ModelFacts) -> Any:
    return hf.GemmaForCausalLM(hf.GemmaConfig(**_headed(facts)))


def gemma2(facts: ModelFacts) -> Any:
    return hf.Gemma2ForCausalLM(hf.Gemma2Config(**_headed(facts)))


def gemma3_text(facts: ModelFacts) -> Any:
    return hf.Gemma3ForCausalLM(hf.Gemma3TextConfig(**_headed(facts)))


def gemma3(facts: ModelFacts) -> Any:
    vision = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
              "patch_size": 14, "image_size": 896, "vision_use_head": False}  # fmt: skip
    return hf.Gemma3ForConditionalGeneration(hf.Gemma3Config(text_config=_headed(facts), vision_config=vision))


def phi(facts: ModelFacts) -> Any:
    return hf.PhiForCausalLM(hf.PhiConfig(**_common(facts)))


def phi3(facts: ModelFacts) -> Any:
    return hf.Phi3ForCausalLM(hf.Phi3Config(**_common(facts)))


def phimoe(facts: ModelFacts) -> Any:
    config = hf.PhimoeConfig(
        **{**_common(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        attention_bias=facts.qkv_bias,
        lm_head_bias=facts.head_bias,
    )
    return hf.PhimoeForCausalLM(config)


def glm(facts: ModelFacts) -> Any:
    return hf.GlmForCausalLM(hf.GlmConfig(**_headed(facts), attention_bias=facts.qkv_bias))


def glm4(facts: ModelFacts) -> Any:
    return hf.Glm4ForCausalLM(hf.Glm4Config(**_headed(facts), attention_bias=facts.qkv_bias))


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
    config = hf.Glm4MoeConfig(**_headed(facts), **_deepseek_experts(facts), attention_bias=True, use_qk_norm=False)
    return hf.Glm4MoeForCausalLM(config)


def deepseek_v2(facts: ModelFacts) -> Any:
    config = hf.DeepseekV2Config(**_common(facts), **_latent(facts), **_deepseek_experts(facts))
    return hf.DeepseekV2ForCausalLM(config)


def deepseek_v3(facts: ModelFacts) -> Any:
    config = hf.DeepseekV3Config(**_common(facts), **_latent(facts), **_deepseek_experts(facts))
    return hf.DeepseekV3ForCausalLM(config)


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


def minimax(facts: ModelFacts) -> Any:
    assert facts.layers is not None
    every = facts.layers // (facts.layers - facts.linear_attention_layers)
    config = hf.MiniMaxConfig(
        **{**_headed(facts), "intermediate_size": facts.moe_intermediate},
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        layer_types=[
            "full_attention" if (layer + 1) % every == 0 else "linear_attention" for layer in range(facts.layers)
        ],
    )
    return hf.MiniMaxForCausalLM(config)


def gpt_oss(facts: ModelFacts) -> Any:
    config = hf.GptOssConfig(
        **_headed(facts), num_local_experts=facts.experts, num_experts_per_tok=facts.experts_per_token
    )
    return hf.GptOssForCausalLM(config)


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
        **_common(facts),
        "pad_token_id": 0,
        "max_position_embeddings": facts.position_rows,
        "type_vocab_size": facts.token_type_rows,
    }


def bert(facts: ModelFacts) -> Any:
    return hf.BertModel(hf.BertConfig(**_encoder(facts)))


def xlm_roberta(facts: ModelFacts) -> Any:
    return hf.XLMRobertaModel(hf.XLMRobertaConfig(**_encoder(facts)))


def mllama(facts: ModelFacts) -> Any:
    assert facts.layers is not None
    every = facts.layers // facts.cross_attention_layers
    cross = list(range(3, facts.layers, every))
    text = hf.models.mllama.configuration_mllama.MllamaTextConfig(**_common(facts), cross_attention_layers=cross)
    vision = hf.models.mllama.configuration_mllama.MllamaVisionConfig(image_size=560, max_num_tiles=4)
    return hf.MllamaForConditionalGeneration(hf.MllamaConfig(text_config=text, vision_config=vision))


def llama4(facts: ModelFacts) -> Any:
    text = hf.Llama4TextConfig(
        **{**_headed(facts), "intermediate_size": facts.moe_intermediate},
        intermediate_size_mlp=facts.intermediate,
        num_local_experts=facts.experts,
        num_experts_per_tok=facts.experts_per_token,
        interleave_moe_layer_step=2 if facts.dense_layers else 1,
    )
    vision = hf.Llama4VisionConfig(
        hidden_size=1408, num_hidden_layers=34, num_attention_heads=16, intermediate_size=5632, image_size=336,
        patch_size=14, vision_output_dim=4096, projector_input_dim=4096, projector_output_dim=4096,
    )  # fmt: skip
    return hf.Llama4ForConditionalGeneration(hf.Llama4Config(text_config=text, vision_config=vision))


ARCHITECTURES: dict[str, Build] = {
    "qwen2-57b-*": qwen2_moe,
    "qwen2.5-vl-*": qwen2_5_vl,
    "qwen2.5-72b-instruct-awq": qwen2_5_vl,
    "qwen2*": qwen2,
    "qwq-*": qwen2,
    "qwen3-embedding-*": qwen3_embedding,
    "qwen3-*-a[0-9]*b*": qwen3_moe,
    "qwen3-*": qwen3,
    "deepseek-r1-distill-qwen-*": qwen2,
    "deepseek-r1-distill-llama-*": llama,
    "deepseek-r1-0528-qwen3-8b": qwen3,
    "deepseek-v2*": deepseek_v2,
    "deepseek-coder-v2-*": deepseek_v2,
    "deepseek-*": deepseek_v3,
    "kimi-k2-*": deepseek_v3,
    "llama-3.2-*-vision-*": mllama,
    "llama-4-*": llama4,
    "llama-*": llama,
    "codellama-*": llama,
    "tinyllama-*": llama,
    "smollm2-*": llama,
    "yi-*": llama,
    "mistral-small-3.1-*": mistral3,
    "mistral-*": mistral,
    "ministral-*": mistral,
    "mixtral-*": mixtral,
    "gemma-2-*": gemma2,
    "gemma-3-270m-*": gemma3_text,
    "gemma-3-1b-*": gemma3_text,
    "gemma-3-*": gemma3,
    "gemma-*": gemma,
    "phi-2": phi,
    "phi-3.5-moe-*": phimoe,
    "phi-*": phi3,
    "glm-4.5-*": glm4_moe,
    "glm-4-*-0414": glm4,
    "glm-4-*": glm,
    "falcon-*": falcon,
    "minimax-*": minimax,
    "gpt-oss-*": gpt_oss,
    "gpt2*": gpt2,
    "opt-*": opt,
    "bge-m3": xlm_roberta,
    "bge-*": bert,
}
"""Pattern of an entry's name -> its class. The first that fits counts."""
