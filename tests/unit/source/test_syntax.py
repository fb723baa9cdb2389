"""A parser's error is explained as the mistake that it was."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from compiler.source.document import SourceFile
from compiler.source.reading import documents
from tests.unit.source.support import findings, marked, slice_of

pytestmark = pytest.mark.usefixtures("either_parser")

MISTAKES = [
    (
        "spec:\n  source:\n    uri: x\n secretRef: y\n",
        "HYD103",
        "secretRef",
        r"column 2;.*column 3 \(`source`, line 2\)",
    ),
    ("c:\n  - name: a\n   image: b\n", "HYD103", "image", r"column 4;.*column 5 \(`name`, line 2\).*column 1 \(`c`"),
    ("a:\n    b: 1\n  c: 2\n", "HYD103", "c", r"column 3;.*column 5 \(`b`, line 2\).*column 1 \(`a`, line 1\)"),
    ("a: b\n  c: d\n", "HYD103", "c", "below `a`, line 1, which has a value already"),
    ('a: "b"\n  c: d\n', "HYD103", "c", "below `a`, line 1"),
    ("- name: a\n    image: b\n", "HYD103", "image", "below `name`, line 1"),
    ("a:\n\tb: c\n", "HYD102", "\t", "tab"),
    ("a:\n  b: 1\n\tc: c\n", "HYD102", "\t", "tab"),
    ("a: |\n\tfoo\n", "HYD102", "\t", "tab"),
    ("a:\n-\t- b\n", "HYD102", "\t", "tab"),
    ("a: b: c # d\n", "HYD101", "b: c", "holds a `:`"),
    ("- a: b: c\n", "HYD101", "b: c", "holds a `:`"),
    ("a:1\nb: 2\n", "HYD101", "a:", "No space"),
    ("b: 2\na:1\n", "HYD101", "a:", "No space"),
    ("a: 1\nfoo bar\nb: 2\n", "HYD101", "foo bar", "neither a key nor part of a value"),
    ("a: - b\n", "HYD101", "-", "list cannot begin"),
    ("a:\n  b: 1\n  - c\n", "HYD101", "-", r"among the keys of a mapping \(`b`, line 2\)"),
    ("a:\n  -b: 1\n  - c: 2\n", "HYD101", "-", "among the keys"),
    ("- a\nb: c\n", "HYD101", "b", "among the items of the list that begins in line 1"),
    ("a: [1, 2\n", "HYD101", "[", "never closed"),
    ("a: [1, 2\nb: 3\n", "HYD101", "b", r"`\[` of line 1 is neither closed nor continued"),
    ('{\n  "a": 1\n  "b": 2\n}\n', "HYD101", '"b"', r"`\{` of line 1 is neither closed nor continued"),
    ("a: [1]]\n", "HYD101", "]", "closes nothing"),
    ("a: [1, {b: 1]}\n", "HYD101", "]", r"does not close the `\{`"),
    ("a: [1,,2]\n", "HYD101", ",", "where a value has to stand"),
    ("a: [1,\n", "HYD101", ",", "file ends"),
    ('a: "foo\nb: 3\n', "HYD101", '"', "not closed"),
    ('a: "x\n---\nb: 1\n', "HYD101", '"', "not closed"),
    ("a: 'it's'\n", "HYD101", "s'", "behind the closing quote"),
    ('a: "foo" bar\n', "HYD101", "bar", "behind the closing quote"),
    ('a: "C:\\path"\n', "HYD101", "\\p", "begins no escape"),
    ('a: "\\xzz"\n', "HYD101", "\\x", "begins no escape"),
    ('a: "\\ud83d\\ude00"\n', "HYD101", "\\ud83d", "half of a character"),
    ("a: @foo\n", "HYD101", "@", "cannot start with `@`"),
    ("a: `x`\n", "HYD101", "`", "cannot start with a backtick"),
    ("a: %foo\n", "HYD101", "%", "cannot start with `%`"),
    ("a: *.x.io\n", "HYD101", "*.x.io", "is an alias"),
    ("a: & b\n", "HYD101", "&", "is an anchor"),
    ("a: !foo!bar x\n", "HYD101", "!foo!bar", "is no tag"),
    ("a: |foo\n", "HYD101", "foo", "Behind"),
    ("a: {{ x }}:tag\n", "HYD101", "{{", "template"),
    ("{{- if x }}\na: b\n{{- end }}\n", "HYD101", "{{", "template"),
    ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> x\n", "HYD101", "<<<<<<<", "merge conflict"),
    ('{"a": 1}\n{"b": 2}\n', "HYD101", "{", "document ended"),
    ("%YAML 2.0\n---\na: 1\n", "HYD101", "%YAML", "directive"),
    ("a: ? x\n", "HYD101", "?", "marks a key"),
    ('"a\nb": c\n', "HYD101", ":", "marks a key"),
    ("k" * 1100 + ": 1\n", "HYD101", "k", "1,024"),
    ("a: &x &y b\n", "HYD101", "&y", "cannot be read as YAML"),
]


@pytest.mark.parametrize(("text", "code", "place", "words"), MISTAKES, ids=[repr(case[0][:30]) for case in MISTAKES])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_mistake_is_named(text: str, code: str, place: str, words: str, line_break: str) -> None:
    text = text.replace("\n", line_break)
    (found,) = findings(text)
    assert (found.code.id, slice_of(text, found)) == (code, place)
    assert re.search(words, found.wrong)
    assert found.do


def test_a_dash_without_a_space_is_suspected() -> None:
    (found,) = findings("a:\n  -b: 1\n  - c: 2\n")
    assert found.do == "Put a space behind the dash of `-b`."


def test_a_wrong_column_comes_with_the_right_ones() -> None:
    (found,) = findings("spec:\n  source:\n    uri: x\n secretRef: y\n")
    assert found.do == "Write it in column 3 to stand beside `source`, or in column 1 to stand beside `spec`."


def test_findings_before_the_error_are_kept() -> None:
    assert marked("a: yes\nb: [\n") == [("HYD112", "yes"), ("HYD101", "[")]


def test_an_error_speaks_alone_on_its_line() -> None:
    assert [code for code, _ in marked("image: {{ name }}:{{ tag }}\n")] == ["HYD101"]


def test_a_heading_in_a_text_is_no_conflict() -> None:
    assert "conflict" not in findings("a: |\n  Title\n  =======\nb: [\n")[0].wrong


@pytest.mark.upstream
def test_the_published_example_with_the_stray_space() -> None:
    upstream = os.environ.get("HYDRA_UPSTREAM")
    if not upstream:
        pytest.skip("HYDRA_UPSTREAM is not set")
    path = Path(upstream, "cases/baizeai/seed-doc/doc-09-reference-block.INVALID.yaml")
    text = path.read_text(encoding="utf-8")
    (found,) = documents(SourceFile("doc.yaml", text)).found
    assert (found.code.id, slice_of(text, found), found.at.span().line) == ("HYD103", "secretRef", 53)
