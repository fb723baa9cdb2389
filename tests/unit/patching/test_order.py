"""Patched objects in the order in which they were rendered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.patching.order import in_order, null_in_a_list


@pytest.mark.parametrize(
    ("patched", "rendered", "expected"),
    [
        ({"a": 1, "b": 2, "c": 3}, {"c": 3, "a": 1}, {"c": 3, "a": 1, "b": 2}),
        ({"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3}, {"a": 1, "b": 2, "c": 3}),
        ({"a": 1, "b": 2}, {"b": 2}, {"a": 1, "b": 2}),
        ({"image": "i", "name": "n"}, {"name": "n"}, {"name": "n", "image": "i"}),
        ({"a": None, "b": 2}, {"a": 1, "b": 2}, {"b": 2}),
        ({"new": {"z": 1, "name": "x", "a": 1}}, {}, {"new": {"name": "x", "a": 1, "z": 1}}),
        (
            {"metadata": {"annotations": {}, "labels": {}, "name": "x"}},
            {"metadata": {"name": "x"}},
            {"metadata": {"name": "x", "labels": {}, "annotations": {}}},
        ),
        (
            {"l": [{"image": "new", "name": "n"}, {"a": 1, "image": "i", "name": "c"}]},
            {"l": [{"name": "c", "image": "i"}]},
            {"l": [{"name": "n", "image": "new"}, {"name": "c", "a": 1, "image": "i"}]},
        ),
        ({"a": 1, "b": True, "c": [0, False]}, {"a": 1.0, "b": 1, "c": [0.0, False]}, {"a": 1.0, "b": True, "c": [0.0, False]}),
    ],
    ids=[
        "behind those of another order", "among sorted ones", "beside a single one", "behind a name", "less nulls",
        "new ones by name", "metadata", "items by their name", "types as they were",
    ],
)  # fmt: skip
def test_fields_are_in_order(patched: Any, rendered: Any, expected: Any) -> None:
    assert json.dumps(in_order(patched, rendered)) == json.dumps(expected)


def test_a_null_in_a_list_is_found() -> None:
    assert null_in_a_list({"a": {"b": [1, {"c": [None]}]}}) == ("a", "b", 1, "c", 0)
    assert null_in_a_list({"a": None, "b": [{}]}) is None
