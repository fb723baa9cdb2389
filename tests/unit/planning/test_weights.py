"""Bytes of weight files, against the sizes of published files."""

from __future__ import annotations

import pytest

from compiler.library.entries.model import Model
from compiler.library.facts import Dtype, MissingFact, ModelFacts
from compiler.library.library import open_library
from compiler.planning.weights import ENCODINGS, weights_bytes

LIBRARY = open_library(None)
GIB = 1 << 30

PUBLISHED_GIB = {
    "qwen2.5-coder-7b-instruct": 14.19,
    "qwen2.5-coder-32b-instruct": 61.03,
    "llama-3.1-8b-instruct": 14.96,
    "llama-3.3-70b-instruct": 131.42,
    "deepseek-v3-0324": 641.30,
    "deepseek-r1-0528": 641.30,
    "deepseek-r1-distill-qwen-14b": 27.51,
    "mistral-7b-instruct-v0.3": 13.50,
    "gemma-3-4b-it": 8.01,
    "gemma-3-27b-it": 51.10,
    "phi-3-mini-4k-instruct": 7.12,
    "phi-3-medium-4k-instruct": 26.00,
    "phi-4": 27.31,
    "phi-4-mini-instruct": 7.15,
    "gpt-oss-20b": 25.63 / 2,
    "gpt-oss-120b": 121.54 / 2,
}
"""Source: modelFileSize in github.com/kaito-project/kaito, presets/workspace/models/model_catalog.yaml. The
repositories of gpt-oss hold the weights twice."""


def entry(name: str) -> Model:
    found: Model | None = LIBRARY.find("model", name).value
    assert found is not None
    return found


@pytest.mark.parametrize("name", PUBLISHED_GIB)
def test_weights_take_what_the_published_files_take(name: str) -> None:
    model = entry(name)
    assert model.facts is not None
    assert model.dtype is not None
    assert weights_bytes(model.facts, model.dtype) / GIB == pytest.approx(PUBLISHED_GIB[name], rel=1e-3)


def test_awq_takes_what_the_files_of_qwen3_8b_awq_take() -> None:
    facts = entry("qwen3-8b").facts
    assert facts is not None
    assert weights_bytes(facts, "awq-int4") / GIB == pytest.approx(5.68, rel=1e-3)


def test_every_entry_with_facts_has_weights() -> None:
    for name in LIBRARY.names("model"):
        model = entry(name)
        if model.facts is not None:
            assert model.dtype is not None, name
            assert weights_bytes(model.facts, model.dtype) > 0, name


@pytest.mark.parametrize(("dtype", "low", "high"), [("float32", 4, 4), ("bfloat16", 2, 2), ("float8_e4m3fn", 1, 1.01)])
def test_without_an_architecture_every_parameter_counts_alike(dtype: Dtype, low: float, high: float) -> None:
    assert low * 10**9 <= weights_bytes(ModelFacts(parameters=10**9), dtype) <= high * 10**9


@pytest.mark.parametrize("dtype", sorted(ENCODINGS))
def test_without_any_number_there_is_no_size(dtype: Dtype) -> None:
    with pytest.raises(MissingFact):
        weights_bytes(ModelFacts(), dtype)
