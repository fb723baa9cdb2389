"""Sizes of GGUF files: llama.cpp's own table, and files that are published."""

from __future__ import annotations

from typing import cast

import pytest

from compiler.library.facts import Dtype, ModelFacts
from compiler.library.library import open_library
from compiler.planning.weights import weights_bytes

LLAMA = "llama-3.1-8b-instruct"
GIB = 1 << 30

TABLE = {"q2_k": 2.95, "q3_k_m": 3.74, "q4_k_m": 4.58, "q5_k_m": 5.33, "q6_k": 6.14, "q8_0": 7.95, "f16": 14.96}
"""GiB of Llama-3.1-8B. Source: llama.cpp at b11312, tools/quantize/README.md; q3_k_m from tools/quantize/quantize.cpp."""

PUBLISHED = {"qwen3-0.6b-gguf": 639_446_688, "qwen3-1.7b-gguf": 1_834_426_016}
"""Bytes of the files that Qwen publishes, in 8 bits."""


def facts(name: str) -> ModelFacts:
    found: ModelFacts = open_library(None).find("model", name).value.facts
    return found


@pytest.mark.parametrize(("kind", "size"), TABLE.items())
def test_a_file_has_the_size_of_llama_cpps_table(kind: str, size: float) -> None:
    stored = cast("Dtype", f"gguf-{kind}")
    assert weights_bytes(facts(LLAMA), stored) / GIB == pytest.approx(size, rel=0.002)


@pytest.mark.parametrize(("name", "size"), PUBLISHED.items())
def test_a_published_file_is_within_a_hundredth(name: str, size: int) -> None:
    assert weights_bytes(facts(name), "gguf-q8_0") == pytest.approx(size, rel=0.01)
