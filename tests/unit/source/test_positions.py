"""Every value can be found again in its text."""

from __future__ import annotations

import time
from typing import Any

import pytest

from compiler.source.document import Document, Path, SourceFile
from compiler.source.positions import locate, text_at
from compiler.source.reading import documents

pytestmark = pytest.mark.usefixtures("either_parser")

TEXT = """\
# a comment
apiVersion: v1
metadata:   # here
  name: "support-bot"
  labels: {team: support, "tier": &t gold}
items:
- plain
- name: first
  size: 1.10
-   - deep
- {flow: [a, b]}
-
empty:
text: |
  line one
  line two

last: &anchored
  inner: *t
copy: *anchored
merged:
  <<: [*anchored, {other: 0x1f}]
  own: !!str 12
"""

PLACES: list[tuple[Path, bool, tuple[int, int], str]] = [
    ((), False, (2, 1), "apiVersion"),
    ((), True, (2, 1), "apiVersion"),
    (("apiVersion",), False, (2, 13), "v1"),
    (("apiVersion",), True, (2, 1), "apiVersion"),
    (("metadata",), True, (3, 1), "metadata"),
    (("metadata",), False, (4, 3), "name"),
    (("metadata", "name"), False, (4, 9), '"support-bot"'),
    (("metadata", "labels"), False, (5, 11), '{team: support, "tier": &t gold}'),
    (("metadata", "labels", "tier"), True, (5, 27), '"tier"'),
    (("metadata", "labels", "tier"), False, (5, 38), "gold"),
    (("items", 0), False, (7, 3), "plain"),
    (("items", 0), True, (7, 3), "plain"),
    (("items", 1), False, (8, 3), "name: first"),
    (("items", 1, "size"), False, (9, 9), "1.10"),
    (("items", 2, 0), False, (10, 7), "deep"),
    (("items", 3, "flow", 1), False, (11, 14), "b"),
    (("empty",), False, (13, 1), "empty"),
    (("text",), False, (14, 7), "|"),
    (("last",), False, (19, 3), "inner"),
    (("last", "inner"), False, (19, 10), "*t"),
    (("copy",), False, (20, 7), "*anchored"),
    (("copy", "inner"), True, (19, 3), "inner"),
    (("copy", "inner"), False, (19, 10), "*t"),
    (("merged", "own"), False, (23, 14), "12"),
    (("merged", "other"), False, (22, 27), "0x1f"),
    (("merged", "inner"), True, (19, 3), "inner"),
    (("metadata", "missing"), False, (3, 1), "metadata"),
    (("metadata", "missing", "below"), True, (3, 1), "metadata"),
    (("metadata", "name", "below"), False, (4, 3), "name"),
    (("items", 1, "missing"), False, (8, 3), "name"),
    (("items", 0, "missing"), False, (7, 3), "plain"),
    (("items", 9), False, (6, 1), "items"),
    (("items", "name"), False, (6, 1), "items"),
    (("merged", "missing"), False, (21, 1), "merged"),
    (("missing",), False, (2, 1), "apiVersion"),
    ((0,), False, (2, 1), "apiVersion"),
]


@pytest.mark.parametrize(("path", "key", "place", "begin"), PLACES)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_value_is_found(path: Path, key: bool, place: tuple[int, int], begin: str, line_break: str) -> None:
    file = SourceFile("hydra.yaml", TEXT.replace("\n", line_break))
    span = locate(file, 0, path, key)
    assert (span.file, span.line, span.column) == ("hydra.yaml", *place)
    assert TEXT.split("\n")[span.line - 1][span.column - 1 :].startswith(begin)


@pytest.mark.parametrize(
    ("path", "end"),
    [
        (("apiVersion",), (2, 15)),
        (("metadata",), (5, 43)),
        (("items", 1), (9, 13)),
        (("text",), (16, 11)),
        (("metadata", "labels"), (5, 43)),
        (("items", 3), (11, 17)),
    ],
)
def test_a_place_ends_where_the_value_ends(path: Path, end: tuple[int, int]) -> None:
    span = locate(SourceFile("hydra.yaml", TEXT), 0, path, key=False)
    assert (span.end_line, span.end_column) == end


def test_columns_count_characters() -> None:
    file = SourceFile("f", 'é: {😀😀: "ä", k: \U0001d4b3}\n')
    assert locate(file, 0, ("é", "k"), key=True)[1:3] == (1, 14)
    assert locate(file, 0, ("é", "k"), key=False) == ("f", 1, 17, 1, 18)


def test_each_document_has_its_own_places() -> None:
    file = SourceFile("f", "---\n---\na: 1\n---\na: 2\n")
    assert [locate(file, index, ("a",), key=False).line for index in (1, 2)] == [3, 5]


@pytest.mark.parametrize("text", ["", "a: [", "# nothing"])
@pytest.mark.parametrize("index", [-1, 0, 7])
def test_without_a_document_the_file_is_the_place(text: str, index: int) -> None:
    assert locate(SourceFile("f", text), index, ("a",), key=False) == ("f", 1, 1, 1, 1)


def test_a_document_before_a_syntax_error_keeps_its_places() -> None:
    assert locate(SourceFile("f", "a: b\n---\nc: [\n"), 0, ("a",), key=False) == ("f", 1, 4, 1, 5)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("items", 1, "size"), "1.10"),
        (("metadata", "name"), '"support-bot"'),
        (("copy", "inner"), "gold"),
        (("merged", "other"), "0x1f"),
        (("merged", "own"), "12"),
        (("text",), "|\n  line one\n  line two"),
        (("empty",), ""),
        (("items",), ""),
        (("missing",), ""),
    ],
)
def test_a_scalar_is_given_as_it_is_written(path: Path, text: str) -> None:
    assert text_at(SourceFile("f", TEXT), 0, path) == text


def test_text_of_no_document_is_empty() -> None:
    assert text_at(SourceFile("f", ""), 0, ("a",)) == ""


def test_a_document_and_its_origins_know_their_places() -> None:
    (document,) = documents(SourceFile("f", "a:\n  b: [c]\n")).value
    assert document.at("a").child("b", 0).span() == ("f", 2, 7, 2, 8)
    assert document.at("a", "b", key=True).span() == ("f", 2, 3, 2, 4)


@pytest.mark.parametrize(
    "text", ["a: &x {b: *x}", "a: &x {<<: *x}", "a: &x [*x]", "a: *x\n", "? [k]\n: v\na: 1\na: 2\n"]
)
@pytest.mark.parametrize("path", [("a", "b", "b"), ("a", "c"), ("a", 0, 0), ("a",), ()])
def test_broken_documents_have_places_too(text: str, path: Path) -> None:
    assert locate(SourceFile("f", text), 0, path, key=False).line >= 1


def test_long_chains_of_merges_are_followed() -> None:
    chain = "".join(f"m{n}: &m{n} {{<<: *m{n - 1}}}\n" for n in range(1, 3000))
    file = SourceFile("f", "m0: &m0 {k: 1}\n" + chain)
    assert locate(file, 0, ("m2999", "k"), key=False).line == 1


def test_a_thousand_findings_in_one_file_are_fast() -> None:
    names = [f"key-{number}" for number in range(5_000)]
    file = SourceFile("f", "".join(f"{name}: {{a: 1}}\n" for name in names))
    locate(file, 0, (), key=False)
    start = time.perf_counter()
    lines: list[Any] = [locate(file, 0, (name, "a"), key=False).line for name in names]
    assert time.perf_counter() - start < 1
    assert lines == list(range(1, 5_001))


def test_a_document_made_elsewhere_can_be_located() -> None:
    assert Document(SourceFile("f", "a: 1"), 0, {"a": 1}).locate(("a",)).column == 4
