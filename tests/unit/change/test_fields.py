"""What differs between two objects, by meaning."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.change.fields import differences

CONTAINERS = [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}]


def spec(value: Any) -> dict[str, Any]:
    return {"spec": value}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("spec.a", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("spec.b", None, 1), ("spec.a", 1, None)]),
        ({"a": True}, {"a": 1}, [("spec.a", True, 1)]),
        ({"a": "1"}, {"a": 1}, [("spec.a", "1", 1)]),
        ({"c": CONTAINERS}, {"c": [CONTAINERS[0]]}, [("spec.c[b]", CONTAINERS[1], None)]),
        ({"c": CONTAINERS}, {"c": CONTAINERS[::-1]}, [("spec.c[order]", ["a", "b"], ["b", "a"])]),
        (
            {"c": CONTAINERS}, {"c": [{"name": "new"}, CONTAINERS[0], {"name": "b", "image": "y:2"}]},
            [("spec.c[new]", None, {"name": "new"}), ("spec.c[b].image", "y:1", "y:2")],
        ),
        ({"args": ["a", "b"]}, {"args": ["a", "x", "b"]}, [("spec.args", ["a", "b"], ["a", "x", "b"])]),
        ({"c": [{"x": 1}]}, {"c": [{"x": 2}]}, [("spec.c[0].x", 1, 2)]),
    ],
)  # fmt: skip
def test_fields_by_meaning(before: Any, after: Any, found: list[tuple[str, Any, Any]]) -> None:
    assert [(one.text, one.before, one.after) for one in differences(spec(before), spec(after))] == found


def test_the_name_of_the_object_is_no_difference_but_other_metadata_is() -> None:
    before = {"metadata": {"name": "job-aaa", "labels": {"team": "a"}}}
    after = {"metadata": {"name": "job-bbb", "labels": {"team": "b"}}}
    assert [one.text for one in differences(before, after)] == ["metadata.labels.team"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("abc"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "image", "key", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_objects_differ_exactly_where_a_field_does(before: Any, after: Any) -> None:
    same = repr(before) == repr(after) or (before == after and _typed(before) == _typed(after))
    assert (not differences(spec(before), spec(after))) == same


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    return type(value)
