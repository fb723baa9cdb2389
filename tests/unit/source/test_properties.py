"""Laws of reading that hold for any text."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.source.document import SourceFile
from compiler.source.plain_parser import PlainParser
from compiler.source.positions import locate, text_at
from compiler.source.reading import documents, read_file
from tests import strategies
from tests.unit.source.support import values


@given(strategies.documents(), st.sampled_from((None, 2)))
@example({"": "", "a": {"<<": 1, "yes": "~"}}, None)
@example({"a": [1e-7, 1e22, 2**64 - 1, -(2**63), "\x7f\x85\u2028\ufeff😀"]}, 2)
def test_json_is_read_as_json(value: dict[str, Any], indent: int | None) -> None:
    (found,) = values(strategies.as_json(value, indent))
    assert found == value
    assert json.dumps(found) == json.dumps(value)


@given(strategies.documents(), st.sampled_from((None, 2)), st.booleans())
def test_every_value_is_found_again(value: dict[str, Any], indent: int | None, windows: bool) -> None:
    text = strategies.as_json(value, indent)
    file = SourceFile("f", text.replace("\n", "\r\n") if windows else text)
    lines = text.split("\n")
    for path in strategies.paths(value):
        span = locate(file, 0, path, key=False)
        rest = "\n".join([lines[span.line - 1][span.column - 1 :], *lines[span.line :]])
        expected = strategies.value_at(value, path)
        found, _ = json.JSONDecoder().raw_decode(rest)
        assert (found, type(found)) == (expected, type(expected))
        if not isinstance(expected, dict | list):
            assert text_at(file, 0, path) == strategies.as_json(expected)
            assert (span.end_line, span.end_column) == (span.line, span.column + len(strategies.as_json(expected)))


@given(st.dictionaries(strategies.texts(), strategies.plain_values(), min_size=1))
def test_every_key_is_found_again(value: dict[str, Any]) -> None:
    file = SourceFile("f", text := strategies.as_json(value))
    for key in value:
        assert text[locate(file, 0, (key,), key=True).column - 1 :].startswith(strategies.as_json(key))


@given(strategies.documents())
def test_block_style_has_the_same_places(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, allow_unicode=False, width=10**9, sort_keys=False, default_flow_style=False)
    file = SourceFile("f", text)
    staged = documents(file)
    for document in staged.value:
        for path in strategies.paths(document.value):
            written = text_at(file, 0, path)
            span = locate(file, 0, path, key=False)
            inner = strategies.value_at(document.value, path)
            if written:
                assert text.split("\n")[span.line - 1][span.column - 1 :].startswith(written.split("\n")[0])
                assert isinstance(inner, str) or values(f"v: {written}") == [{"v": inner}]


@given(st.binary(max_size=200) | strategies.yaml_like().map(lambda text: text.encode("utf-8", "replace")))
@example(b"\xff\xfea\x00")
@example(b"a: \xed\xa0\x80")
@example(b"\x00")
def test_no_file_is_too_strange(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "f.yaml").write_bytes(data)
        staged = read_file(Path(folder), "f.yaml")
    assert (staged.value is None) == bool(staged.found)
    for problem in staged.found:
        assert problem.at.span().line >= 1
    if staged.value:
        check_findings(staged.value)


@given(strategies.yaml_like())
@example("? *b")
@example("&a ")
@example("*a : b")
@example("!!str ")
@example("<<: *a")
@example("<<: &a {<<: *a}")
def test_no_text_is_too_strange(text: str) -> None:
    check_findings(SourceFile("f", text))


def check_findings(file: SourceFile) -> None:
    """Each finding has a place inside of the file and words; each value of what is left has a place."""
    staged = documents(file)
    breaks = file.text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    for problem in staged.found:
        span = problem.at.span()
        assert 1 <= span.line <= span.end_line <= breaks + 1
        assert (span.line, span.column) <= (span.end_line, span.end_column)
        assert problem.wrong
        assert problem.do
    for document in staged.value:
        for path in [(), *strategies.paths(document.value)]:
            assert locate(file, document.index, path, key=False).line <= breaks + 1


@given(strategies.yaml_like())
def test_the_structure_is_that_of_pyyaml(text: str) -> None:
    staged = documents(SourceFile("f", text))
    # PyYAML refuses an anchor that is set again, which YAML allows.
    if staged.found or "<<" in text or text.count("&a") > 1:
        return
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    theirs = [one for one in yaml.load_all(text, loader) if isinstance(one, dict)]
    assert [shape(one.value) for one in staged.value] == [shape(one) for one in theirs]


@given(strategies.yaml_like())
def test_both_parsers_read_the_same(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        mine = documents(SourceFile("f", text))
        patch.setattr("compiler.source.events._parser", PlainParser)
        plain = documents(SourceFile("f", text))
    if not mine.found and not plain.found:
        assert [(one.index, one.value) for one in mine.value] == [(one.index, one.value) for one in plain.value]


def shape(value: Any) -> Any:
    """Lists and mappings without what scalars are."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else None
