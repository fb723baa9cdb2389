"""Vision-language models of Transformers, from facts; the towers' layouts stand here."""

from __future__ import annotations

from typing import Any

import transformers as hf

from compiler.library.facts import ModelFacts
from tests.torch.spelling import common, headed


def qwen2_5_vl(facts: ModelFacts) -> Any:
    # The 32B and the 72B have wider towers than the others.
    vision = {
        "out_hidden_size": facts.hidden,
        "hidden_size": 1280,
        "intermediate_size": 3456 if facts.need("hidden") >= 5120 else 3420,
    }
    text = {**common(facts), "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}}
    config = hf.Qwen2_5_VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=facts.tied_embeddings)
    return hf.Qwen2_5_VLForConditionalGeneration(config)


def mistral3(facts: ModelFacts) -> Any:
    return hf.Mistral3ForConditionalGeneration(
        hf.Mistral3Config(
            text_config=hf.MistralConfig(**headed(facts)),
            vision_config=hf.PixtralVisionConfig(
                hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16,
                patch_size=14, image_size=1540,
            ),
            multimodal_projector_bias=False,
            spatial_merge_size=2,
            tie_word_embeddings=False,
        )
    )  # fmt: skip


def gemma3(facts: ModelFacts) -> Any:
    vision = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
              "patch_size": 14, "image_size": 896, "vision_use_head": False}  # fmt: skip
    return hf.Gemma3ForConditionalGeneration(hf.Gemma3Config(text_config=headed(facts), vision_config=vision))


def mllama(facts: ModelFacts) -> Any:
    assert facts.layers is not None
    every = facts.layers // facts.cross_attention_layers
    cross = list(range(3, facts.layers, every))
    rope = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192}  # fmt: skip
    text = {**common(facts), "cross_attention_layers": cross, "rope_scaling": rope}
    vision = {"image_size": 560, "max_num_tiles": 4}
    return hf.MllamaForConditionalGeneration(hf.MllamaConfig(text_config=text, vision_config=vision))


def llama4(facts: ModelFacts) -> Any:
    text = hf.Llama4TextConfig(
        **{**headed(facts), "intermediate_size": facts.moe_intermediate},
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
