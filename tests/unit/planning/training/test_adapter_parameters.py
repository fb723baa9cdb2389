"""Parameters of adapters, against what trainers print."""

from __future__ import annotations

import pytest

from compiler.library.behaviour import MissingFact
from compiler.library.facts import ModelFacts
from compiler.planning.training.adapters import UnknownModules, adapter_parameters
from tests.unit.planning.training.asks import facts

PRINTED = {
    # model, rank, targets -> trainable parameters, as PEFT prints them
    ("qwen2.5-7b-instruct", 16, "all"): 40_370_176,
    ("qwen2.5-7b-instruct", 8, "all"): 20_185_088,
    ("llama-3.1-8b-instruct", 8, "all"): 20_971_520,
    ("llama-3.1-8b-instruct", 8, ("q_proj", "v_proj")): 3_407_872,
    ("llama-3.1-8b-instruct", 16, ("q_proj", "k_proj", "v_proj", "o_proj")): 13_631_488,
    ("mistral-7b-instruct-v0.3", 16, "all"): 41_943_040,
}


@pytest.mark.parametrize(("case", "printed"), PRINTED.items(), ids=str)
def test_adapters(case: tuple[str, int, str | tuple[str, ...]], printed: int) -> None:
    model, rank, targets = case
    assert adapter_parameters(facts(model), rank, targets) == printed


def test_fused_modules_are_one_matrix() -> None:
    model = facts("qwen2.5-7b-instruct")
    fused = adapter_parameters(model, 8, ("c_attn",))
    apart = adapter_parameters(model, 8, ("q_proj", "k_proj", "v_proj"))
    assert apart - fused == 8 * 28 * 2 * 3584


def test_latent_attention_has_modules_of_its_own() -> None:
    model = facts("deepseek-v3-0324")
    assert adapter_parameters(model, 8, ("kv_a_proj_with_mqa", "kv_b_proj", "q_a_proj", "q_b_proj")) > 0
    with pytest.raises(UnknownModules) as raised:
        adapter_parameters(model, 8, ("q_proj",))
    assert raised.value.names == ("q_proj",)


def test_a_misspelt_module_has_candidates() -> None:
    with pytest.raises(UnknownModules) as raised:
        adapter_parameters(facts("qwen2.5-7b-instruct"), 8, ("q_prj", "all_proj"))
    assert "q_proj" in raised.value.candidates


def test_a_model_without_known_modules_is_said_so() -> None:
    with pytest.raises(MissingFact):
        adapter_parameters(ModelFacts.model_validate({"parameters": "7B", "layers": 2}), 8, "all")


def test_every_model_of_the_library_has_adapters() -> None:
    for model in ("qwen3-30b-a3b", "gpt-oss-20b", "deepseek-v2-lite-chat", "minimax-text-01", "phi-3-mini-4k-instruct"):
        try:
            found = facts(model)
        except AssertionError:
            continue
        assert adapter_parameters(found, 8, "all") > 0
