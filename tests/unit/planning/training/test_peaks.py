"""Which moment takes most of a card, and how a table shows it."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.planning.training.ranges import NOTHING, reaching
from compiler.planning.training.values import Range
from tests.unit.planning.training.asks import GIB, ask, planned, pool

SMALL = "qwen2.5-0.5b-instruct"


def test_loading_counts_where_it_is_more_than_training() -> None:
    plan = planned(ask(method="full", cards=64, deepspeed="zero2", sequence=512, micro_batch=1))
    wide = 4 * plan.trainable
    assert "loading" in plan.memory.parts
    assert plan.memory.total == (wide + GIB * 3 // 2, wide + GIB * 22 // 10, wide + GIB * 3)


def test_zero3_and_32_bit_load_no_more_than_they_train() -> None:
    fields: dict[str, Any] = {"method": "full", "cards": 64, "sequence": 512, "micro_batch": 1}
    assert "loading" not in planned(ask(deepspeed="zero3", **fields)).memory.parts
    assert "loading" not in planned(ask(SMALL, deepspeed="zero2", precision="fp32", **fields)).memory.parts


def test_gradients_are_copied_to_be_sent_without_deepspeed() -> None:
    fields: dict[str, Any] = {"method": "full", "deepspeed": "none", "sequence": 1024}
    several = planned(ask(SMALL, **fields))
    assert several.memory.parts["buckets"].expected == 4 * several.trainable
    assert "buckets" not in planned(ask(SMALL, cards=1, **fields)).memory.parts


def test_no_part_shrinks_from_the_low_to_the_high_estimate() -> None:
    parts = planned(ask(method="full", cards=1, pool=pool("mi300x"), sequence=512, micro_batch=1)).memory.parts
    assert "step" in parts
    for low, expected, high in parts.values():
        assert low <= expected <= high


@pytest.mark.parametrize(
    ("least", "parts", "rest"),
    [
        (NOTHING, [(1, 3, 5), (2, 2, 4)], (0, 0, 0)),
        (Range(0, 9, 9), [(1, 5, 5), (2, 4, 4)], (0, 0, 0)),
        (Range(0, 9, 10), [(1, 5, 5), (2, 3, 4)], (0, 1, 1)),
        (Range(9, 9, 9), [(5, 5, 5), (4, 4, 4)], (0, 0, 0)),
        (Range(12, 12, 12), [(5, 5, 5), (4, 4, 4)], (3, 3, 3)),
    ],
)
def test_the_parts_reach_the_peak(least: Range, parts: list[tuple[int, ...]], rest: tuple[int, ...]) -> None:
    found = reaching({"first": Range(1, 3, 5), "second": Range(2, 2, 4)}, "rest", least)
    assert [*found.values()] == [*parts, rest]
