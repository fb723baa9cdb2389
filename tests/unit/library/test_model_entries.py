"""The built-in models: every entry, its names and its figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from compiler.data import data_root
from compiler.library.behaviour import Hub
from compiler.library.entries.model import Model
from compiler.library.library import open_library
from compiler.planning.parameters import count, prediction_parameters

LIBRARY = open_library(None)
NAMES = LIBRARY.names("model")

WITHOUT_FACTS = {"dzoo", "hidream-i1-dev"}
SECOND_NAMES = {"qwen2.5-72b-instruct-awq"}
"""Entries that stand for the repository of another one."""

LLAMA_FACTORY_TEMPLATES = {
    "chatglm3", "deepseek", "deepseek3", "deepseekr1", "falcon", "gemma", "gemma2", "gemma3", "glm4", "glm4_moe",
    "gpt_oss", "intern2", "llama2", "llama3", "llama4", "minimax1", "ministral", "mistral", "mistral_small", "mllama",
    "phi", "phi4", "phi4_mini", "qwen", "qwen2_vl", "qwen3", "qwen3_nothink", "smollm2", "yi",
}  # fmt: skip

MODELHUB = {
    "baichuan2-13b-chat": "baichuan-inc/Baichuan2-13B-Chat",
    "deepseek-r1": "deepseek-ai/DeepSeek-R1",
    "deepseek-r1-distill-qwen-1.5b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
    "deepseek-r1-distill-qwen-14b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
    "deepseek-r1-distill-qwen-32b": "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "deepseek-v3": "deepseek-ai/DeepSeek-V3",
    "dzoo": "DaoCloud/DZoo-32B",
    "glm-4-9b-chat": "THUDM/glm-4-9b-chat",
    "hidream-i1-dev": "HiDream-ai/HiDream-I1-Dev",
    "kimi-k2-instruct": "moonshotai/Kimi-K2-Instruct",
    "llama-3.2-11b-vision-instruct": "meta-llama/Llama-3.2-11B-Vision-Instruct",
    "minimax-text-01": "MiniMaxAI/MiniMax-Text-01",
    "phi-3.5-mini-instruct": "microsoft/phi-3.5-mini-instruct",
    "phi-4": "microsoft/phi-4",
    "qwen2-0.5b-instruct": "Qwen/Qwen2-0.5B-Instruct",
    "qwen2.5-14b-instruct": "Qwen/Qwen2.5-14B-Instruct",
    "qwen2.5-72b-instruct-awq": "Qwen/Qwen2.5-VL-72B-Instruct-AWQ",
    "qwen2.5-7b-instruct": "Qwen/Qwen2.5-VL-7B-Instruct",
    "qwen2.5-coder-32b-instruct": "Qwen/Qwen2.5-Coder-32B-Instruct",
    "qwen3-235b-a22b-fp8": "Qwen/Qwen3-235B-A22B-FP8",
    "qwen3-coder-30b-a3b-instruct": "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    "qwq-32b": "Qwen/QwQ-32B",
}
"""Source: github.com/BaizeAI/modelhub, models/*/metadata.yaml: id -> Hugging Face repository."""


def model(name: str) -> Model:
    found = LIBRARY.find("model", name)
    assert not found.found
    entry: Model = found.value
    return entry


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_without_findings(name: str) -> None:
    assert not LIBRARY.find("model", name).found


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_FACTS])
def test_the_facts_give_the_published_count_to_the_last_parameter(name: str) -> None:
    entry = model(name)
    assert entry.facts is not None
    published, extra = (entry.facts.parameters, 0)
    if entry.published is not None:
        published, extra = entry.published.parameters, entry.published.extra
    counted = count(entry.facts)
    assert counted.total == (published or 0) - extra
    assert counted.total == entry.facts.parameters
    assert counted.active == (entry.facts.active_parameters or counted.total)


@pytest.mark.parametrize("name", ["deepseek-v3", "deepseek-r1-0528", "glm-4.5-air"])
def test_the_note_on_prediction_layers_gives_their_count(name: str) -> None:
    entry = model(name)
    assert entry.facts is not None
    assert entry.published is not None
    assert f"({prediction_parameters(entry.facts)})" in entry.published.note


def test_there_are_at_least_120_models_with_facts() -> None:
    assert sum(model(name).facts is not None for name in NAMES) >= 120


def test_models_without_facts_are_known() -> None:
    assert {name for name in NAMES if model(name).facts is None} == WITHOUT_FACTS


@pytest.mark.parametrize("hub", ["huggingface", "modelscope"])
def test_no_repository_is_claimed_twice(hub: Hub) -> None:
    claims = Counter(
        repository.lower() for name in NAMES if name not in SECOND_NAMES for repository in model(name).repositories(hub)
    )
    assert [repository for repository, times in claims.items() if times > 1] == []


def test_no_modelhub_id_is_claimed_twice() -> None:
    claimed = [model(name).modelhub for name in NAMES if model(name).modelhub]
    assert len(claimed) == len(set(claimed))


@pytest.mark.parametrize("identifier", sorted(MODELHUB))
def test_a_modelhub_id_is_the_repository_that_modelhub_means(identifier: str) -> None:
    found = LIBRARY.find_by_modelhub(identifier)
    assert found is not None
    assert MODELHUB[identifier].lower() in (one.lower() for one in found.repositories("huggingface"))


@pytest.mark.parametrize("identifier", sorted(MODELHUB))
def test_a_modelhub_id_is_a_name_of_the_library(identifier: str) -> None:
    assert model(identifier).name == identifier


def test_the_text_model_keeps_the_name_that_modelhub_gives_to_another() -> None:
    assert model("qwen2.5-7b-instruct").huggingface == "Qwen/Qwen2.5-7B-Instruct"
    assert LIBRARY.find_by_modelhub("qwen2.5-7b-instruct") == model("qwen2.5-vl-7b-instruct")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_one_of_llama_factory(name: str) -> None:
    template = model(name).template
    assert template is None or template in LLAMA_FACTORY_TEMPLATES


@pytest.mark.parametrize("name", [name for name in NAMES if name not in WITHOUT_FACTS])
def test_the_kind_of_attention_fits_the_heads(name: str) -> None:
    facts = model(name).facts
    assert facts is not None
    assert facts.heads is not None
    assert facts.kv_heads is not None
    kinds = {"mha": facts.heads == facts.kv_heads, "mqa": facts.kv_heads == 1, "mla": facts.mla is not None}
    assert kinds.get(facts.attention or "", 1 < facts.kv_heads < facts.heads)
    assert (facts.head_size is None) == (facts.mla is not None)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_no_line_over_120_characters(name: str) -> None:
    text = Path(data_root(), "library", "models", f"{name}.yaml").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120
