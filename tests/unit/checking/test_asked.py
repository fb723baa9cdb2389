"""Mappings that remember what was asked for."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from compiler.checking.real.asked import Asked

CONTENT: dict[str, Any] = {"read": 1, "unread": 2, "_comment": 3, "part": {"read": 1, "unread": 2}}


def unasked(asked: Asked) -> list[str]:
    """The keys nobody asked for."""
    return [".".join(path) for path in asked.unasked()]


def test_what_nobody_asks_for_is_unasked_but_for_comments() -> None:
    asked = Asked(CONTENT)
    assert asked["read"] == asked.get("part", {}).get("read") == 1
    assert unasked(asked) == ["unread", "part.unread"]


def test_a_part_that_was_handed_on_unseen_is_no_part_with_unread_keys() -> None:
    asked = Asked(CONTENT)
    assert asked["part"]
    assert unasked(asked) == ["read", "unread"]


@pytest.mark.parametrize("take", [dict, lambda part: dict(**part), lambda part: list(part.items())])
def test_who_takes_all_keys_of_a_part_has_asked_for_all(take: Any) -> None:
    asked = Asked(CONTENT)
    take(asked["part"])
    assert unasked(asked) == ["read", "unread"]


def test_to_look_for_a_key_is_to_ask_for_it() -> None:
    asked = Asked(CONTENT)
    assert "read" in asked
    assert "unread" in asked["part"].keys()  # noqa: SIM118 - as readers do
    assert "nothing" not in asked
    assert unasked(asked) == ["unread", "part.read"]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, Asked.copy])
def test_a_copy_remembers_for_the_original(copied: Any) -> None:
    asked = Asked(CONTENT)
    assert copied(asked).pop("unread") == 2
    assert unasked(asked) == ["read", "part"]


def test_to_go_through_the_whole_is_not_to_read_it() -> None:
    asked = Asked(CONTENT)
    assert list(asked.items())
    assert unasked(asked) == []
