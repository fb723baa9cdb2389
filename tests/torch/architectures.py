"""Which class of Transformers an entry of the library is."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from compiler.library.facts import ModelFacts
from tests.torch import dense, experts, vision

Build = Callable[[ModelFacts], Any]

ARCHITECTURES: dict[str, Build] = {
    "qwen2-57b-*": experts.qwen2_moe,
    "qwen2.5-vl-*": vision.qwen2_5_vl,
    "qwen2.5-72b-instruct-awq": vision.qwen2_5_vl,
    "qwen2*": dense.qwen2,
    "qwq-*": dense.qwen2,
    "qwen3-embedding-*": dense.qwen3_embedding,
    "qwen3-*-a[0-9]*b*": experts.qwen3_moe,
    "qwen3-*": dense.qwen3,
    "deepseek-r1-distill-qwen-*": dense.qwen2,
    "deepseek-r1-distill-llama-*": dense.llama,
    "deepseek-r1-0528-qwen3-8b": dense.qwen3,
    "deepseek-v2*": experts.deepseek_v2,
    "deepseek-coder-v2-*": experts.deepseek_v2,
    "deepseek-*": experts.deepseek_v3,
    "kimi-k2-*": experts.deepseek_v3,
    "llama-3.2-*-vision-*": vision.mllama,
    "llama-4-*": vision.llama4,
    "llama-*": dense.llama,
    "codellama-*": dense.llama,
    "tinyllama-*": dense.llama,
    "smollm2-*": dense.llama,
    "yi-*": dense.llama,
    "ziya-*": dense.llama,
    "mistral-small-3.1-*": vision.mistral3,
    "mistral-*": dense.mistral,
    "ministral-*": dense.mistral,
    "mixtral-*": experts.mixtral,
    "gemma-2-*": dense.gemma2,
    "gemma-3-270m-*": dense.gemma3_text,
    "gemma-3-1b-*": dense.gemma3_text,
    "gemma-3-*": vision.gemma3,
    "gemma-*": dense.gemma,
    "phi-2": dense.phi,
    "phi-3.5-moe-*": experts.phimoe,
    "phi-*": dense.phi3,
    "glm-4.5-*": experts.glm4_moe,
    "glm-4-*-0414": dense.glm4,
    "glm-4-*": dense.glm,
    "falcon-*": dense.falcon,
    "minimax-*": experts.minimax,
    "gpt-oss-*": experts.gpt_oss,
    "gpt2*": dense.gpt2,
    "opt-*": dense.opt,
    "bge-m3": dense.xlm_roberta,
    "bge-*": dense.bert,
}
"""Pattern of an entry's name -> its class. The first that fits counts."""


def builder(name: str) -> Build | None:
    """What makes an entry's model from its facts; None where Transformers has no class for it."""
    return next((build for pattern, build in ARCHITECTURES.items() if fnmatchcase(name, pattern)), None)
