"""What anyone who trains models would expect, a row each."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.planning.training.decide import decide
from tests.unit.planning.training.asks import GIB, ask, codes, dtype, pool

Q7, Q05, Q72 = "qwen2.5-7b-instruct", "qwen2.5-0.5b-instruct", "qwen2.5-72b-instruct"
Q14 = "qwen2.5-14b-instruct"
L8, L70, GEMMA, MOE = "llama-3.1-8b-instruct", "llama-3.3-70b-instruct", "gemma-3-4b-it", "qwen3-30b-a3b"

Row = tuple[str, str, str, int, dict[str, Any], str]
ROWS: tuple[Row, ...] = (
    # model, method, card, cards, what differs, what is expected: strategies, or the first way out
    (Q7, "lora", "a100-80gb", 1, {}, "none"),
    (Q7, "lora", "a100-80gb", 8, {}, "none"),
    (Q7, "lora", "a100-80gb", 16, {}, "none"),
    (Q7, "lora", "a100-40gb", 1, {}, "none"),
    (Q7, "lora", "h100-80gb", 4, {}, "none"),
    (Q7, "lora", "v100-32gb", 4, {}, "none fp16"),
    (Q7, "lora", "v100-16gb", 8, {"sequence": 1024}, "zero3 fp16"),
    (Q7, "lora", "ascend-910b", 8, {}, "none bf16"),
    (Q7, "full", "a100-80gb", 8, {}, "zero2 zero3"),
    (Q7, "full", "a100-80gb", 16, {}, "zero2"),
    (Q7, "full", "a100-80gb", 2, {}, "zero3-offload"),
    (Q7, "full", "a100-40gb", 8, {}, "zero3"),
    (Q7, "full", "h200-141gb", 8, {}, "zero2"),
    (Q7, "full", "mi300x", 1, {}, "none"),
    (Q7, "full", "rtx-4090", 1, {"gib": 256, "sequence": 2048}, "zero3-offload"),
    (Q7, "full", "rtx-4090", 1, {"gib": 64, "sequence": 2048}, "refused qlora"),
    (Q7, "full", "rtx-4090", 1, {"gib": None, "sequence": 2048}, "refused qlora"),
    (Q7, "full", "l4", 1, {"gib": 64}, "refused qlora"),
    (Q7, "qlora", "rtx-4090", 1, {"gib": 64}, "none bf16"),
    (Q7, "qlora", "rtx-4090", 1, {"gib": 64, "sequence": 1024}, "none"),
    (Q7, "qlora", "t4", 1, {"gib": 64, "sequence": 512}, "none fp16"),
    (Q7, "freeze", "a100-80gb", 1, {}, "none"),
    (Q7, "full", "a100-80gb", 8, {"stage": "pt"}, "zero2"),
    (Q7, "full", "a100-80gb", 8, {"stage": "dpo", "sequence": 2048}, "zero2 zero3"),
    (Q7, "lora", "a100-80gb", 8, {"stage": "dpo", "sequence": 2048}, "none"),
    (Q7, "lora", "a100-80gb", 8, {"stage": "rm", "sequence": 2048}, "none"),
    (Q7, "lora", "a100-80gb", 8, {"stage": "kto", "sequence": 2048}, "none"),
    (Q05, "full", "rtx-4090", 1, {"gib": 64, "sequence": 1024}, "none"),
    (Q05, "full", "a100-80gb", 1, {}, "none"),
    (Q7, "full", "a100-80gb", 8, {"stage": "rm", "sequence": 2048}, "zero2 zero3"),
    (Q05, "full", "a100-80gb", 1, {"stage": "rm"}, "zero2"),
    (Q7, "freeze", "a100-80gb", 1, {"stage": "rm", "sequence": 2048}, "zero2"),
    (Q7, "lora", "a100-80gb", 1, {"stage": "rm", "sequence": 2048}, "none"),
    (Q14, "full", "l40s", 64, {}, "zero3"),
    (L8, "lora", "l40s", 1, {}, "none"),
    (L8, "qlora", "l4", 1, {"gib": 64, "sequence": 2048}, "none"),
    (L8, "full", "h100-80gb", 8, {}, "zero2 zero3"),
    (L70, "full", "a100-80gb", 8, {"gib": 2048}, "zero3-offload"),
    (L70, "full", "a100-80gb", 8, {"gib": 1024}, "refused qlora"),
    (L70, "full", "h100-80gb", 64, {}, "zero3"),
    (L70, "lora", "a100-80gb", 8, {}, "zero3"),
    (L70, "qlora", "a100-80gb", 1, {}, "none"),
    (L70, "qlora", "l40s", 1, {"sequence": 512}, "refused"),
    (Q72, "lora", "mi300x", 1, {}, "none"),
    (MOE, "lora", "a100-80gb", 8, {}, "none zero3"),
    (MOE, "qlora", "a100-80gb", 8, {}, "none"),
    (MOE, "full", "h200-141gb", 32, {}, "zero3"),
    (MOE, "freeze", "h200-141gb", 8, {}, "zero3"),
    (MOE, "freeze", "h200-141gb", 1, {}, "none"),
    (MOE, "full", "a100-80gb", 8, {"gib": 1024}, "zero3-offload"),
    (GEMMA, "lora", "v100-32gb", 1, {"sequence": 1024}, "none fp16"),
    (Q05, "full", "cpu", 1, {"gib": 64, "sequence": 128}, "none fp32"),
)  # fmt: skip


def name(row: Row) -> str:
    model, method, card, cards, differs, expected = row
    return f"{model} {method} on {cards} x {card} {differs}: {expected}"


@pytest.mark.parametrize("row", ROWS, ids=map(name, ROWS))
def test_sense(row: Row) -> None:
    model, method, card, cards, differs, expected = row
    gib = differs.pop("gib", 1024) if "gib" in (differs := dict(differs)) else 1024
    per_node = 1 if card in {"rtx-4090", "l4", "l40s", "t4", "cpu"} else 8
    decided = decide(ask(model, method=method, cards=cards, pool=pool(card, 64, per_node, 96, gib), **differs))
    words = expected.split()
    if words[0] == "refused":
        assert decided.plan is None
        assert codes(decided)[-1] == "HYD901"
        ways = [note for note in decided.faults[-1].notes if note[:1].isdigit()]
        assert len(words) == 1 or ways[0].startswith(f"1. `method: {words[1]}`")
        return
    assert decided.plan is not None, decided.faults
    strategies = [word for word in words if word not in {"bf16", "fp16", "fp32"}]
    assert decided.plan.strategy in strategies
    assert {decided.plan.precision, *words} == set(words) or strategies == words
    assert decided.plan.memory.total.high <= decided.plan.memory.card
    assert ("HYD920" in codes(decided)) == (decided.plan.strategy == "zero3-offload")


def test_a_v100_gets_fp16_and_gemma_a_warning_of_it() -> None:
    decided = decide(ask(GEMMA, cards=1, pool=pool("v100-32gb"), sequence=1024, fp16_safe=False))
    assert decided.plan is not None
    assert decided.plan.precision == "fp16"
    assert "HYD907" in codes(decided)


def test_weights_in_4_bit_are_a_base_for_adapters_as_they_are() -> None:
    wanted = ask(cards=1, pool=pool("rtx-4090", 8, 1, 32, 64), sequence=1024)
    stored = decide(wanted._replace(dtype="awq-int4")).plan
    assert stored is not None
    assert stored.memory.parts["weights"].high < 6 * GIB
    assert dtype(Q7) == "bfloat16"
    assert codes(decide(wanted._replace(dtype="gptq-int4", method="full"))) == ["HYD910"]
    assert codes(decide(wanted._replace(dtype="mxfp4", method="qlora"))) == ["HYD910"]
    wide = decide(wanted._replace(dtype="float8_e4m3fn", pool=pool())).plan
    assert wide is not None
    assert wide.memory.parts["weights"].low > 14 * GIB


def test_a_mixture_holds_all_experts_and_computes_with_some() -> None:
    parts = decide(ask(MOE, cards=1, pool=pool("h200-141gb"), sequence=2048)).plan
    assert parts is not None
    assert parts.memory.parts["weights"].low > 56 * GIB
    assert parts.memory.parts["activations"].expected < 3 * GIB * parts.micro_batch


def test_checkpointing_saves_most_of_the_activations() -> None:
    kept = decide(ask(cards=1, micro_batch=1, sequence=2048, checkpointing=False)).plan
    again = decide(ask(cards=1, micro_batch=1, sequence=2048)).plan
    assert kept is not None
    assert again is not None
    assert kept.memory.parts["activations"].low > 20 * again.memory.parts["activations"].low
