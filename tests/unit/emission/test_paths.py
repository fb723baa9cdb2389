"""Paths of the list file are never trusted."""

from __future__ import annotations

import pytest

from compiler.emission.paths import is_safe, parents

UNSAFE = [
    "", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/.", "a/..", "a/../b", "a/./b", "\\a", "a\\b", "..\\a", "C:/a",
    "C:a", "a\nb", "a\x00b", "a\x7fb", "a\ud800b",
]  # fmt: skip


@pytest.mark.parametrize("path", UNSAFE, ids=ascii)
def test_a_path_that_could_lead_elsewhere_is_not_safe(path: str) -> None:
    assert not is_safe(path)


@pytest.mark.parametrize(
    "path", ["a", "a/b.yaml", ".a", "..a", "a..", "...", "a/...b", "a b/c", "é/ü", "role-system:a.yaml"]
)
def test_any_other_is(path: str) -> None:
    assert is_safe(path)


def test_the_directories_above_a_path() -> None:
    assert parents("a/b/c.yaml") == ("a", "a/b")
    assert parents("c.yaml") == ()
