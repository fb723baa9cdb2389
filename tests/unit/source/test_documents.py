"""Text becomes plain values; each mistake in it becomes a finding at its place."""

from __future__ import annotations

import time
from typing import Any

import pytest

from compiler.source.construction import DEEPEST, MOST_PROBLEMS
from compiler.source.document import SourceFile
from compiler.source.reading import documents
from tests.unit.source.support import findings, marked, value, values

pytestmark = pytest.mark.usefixtures("either_parser")


class TestValues:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("v: a", "a"),
            ("v:", None),
            ("v: 1e-4", 1e-4),
            ('v: "0774"', "0774"),
            ("v: '~'", "~"),
            ('v: "\\u2028\\x07\\U0001F600"', "\u2028\x07😀"),
            ("v: |\n  a\n  b\n", "a\nb\n"),
            ("v: >-\n  a\n  b\n", "a b"),
            ("v: |\n  yes\n", "yes\n"),
            ("v: a\n  b", "a b"),
            ("v: []", []),
            ("v: {}", {}),
            ("v:\n- a\n- - b\n  - c: d\n    e: f\n", ["a", ["b", {"c": "d", "e": "f"}]]),
            ("v: {a, b: c}", {"a": None, "b": "c"}),
            ("v: [a: b]", [{"a": "b"}]),
            ("v: http://a:80/b#c", "http://a:80/b#c"),
            ("v: !!str 0774", "0774"),
            ("v: !!int '3'", 3),
            ("v: ! 12", "12"),
            ("v: !!map {a: !!seq [b]}", {"a": ["b"]}),
            ("v: !!float 1", 1.0),
            ("v: a # comment", "a"),
            ("v: a#b", "a#b"),
            ("? v\n: a", "a"),
        ],
    )
    def test_yaml_is_read_as_version_1_2(self, text: str, expected: Any) -> None:
        found = value(text)
        assert (found, type(found)) == (expected, type(expected))

    def test_json_is_yaml(self) -> None:
        assert values('{"a":1,"b":["x",null,true],"c":{"d\\/e":"\\n"}}') == [
            {"a": 1, "b": ["x", None, True], "c": {"d/e": "\n"}}
        ]

    @pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
    def test_any_line_break_will_do(self, line_break: str) -> None:
        assert values("a: b\nc:\n  - d\n".replace("\n", line_break)) == [{"a": "b", "c": ["d"]}]

    def test_keys_are_in_the_order_of_the_text(self) -> None:
        assert list(values("b: 1\na: 2\nc: 3")[0]) == ["b", "a", "c"]

    def test_aliases_share_what_they_name(self) -> None:
        (found,) = values("a: &x {k: [1]}\nb: *x\nc: [*x, &y text, *y]")
        assert found["b"] is found["a"]
        assert found["c"] == [{"k": [1]}, "text", "text"]

    def test_an_anchor_can_be_set_again(self) -> None:
        assert values("a: &x 1\nb: *x\nc: &x 2\nd: *x") == [{"a": 1, "b": 1, "c": 2, "d": 2}]

    def test_an_alias_to_text_can_be_a_key(self) -> None:
        assert values("a: &x name\n*x : b") == [{"a": "name", "name": "b"}]


class TestDocuments:
    @pytest.mark.parametrize(
        "text", ["", "\n", "# only\n# comments\n", "---\n", "---\n---\n...\n---\n# x\n", "--- # x"]
    )
    def test_nothing_is_no_document(self, text: str) -> None:
        assert values(text) == []

    def test_empty_documents_count_for_the_index(self) -> None:
        staged = documents(SourceFile("f", "---\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\nc: 3\n"))
        assert [(one.index, one.value) for one in staged.value] == [(1, {"a": 1}), (3, {"b": 2}), (4, {"c": 3})]

    def test_a_document_with_a_mistake_is_left_out_and_the_others_stay(self) -> None:
        staged = documents(SourceFile("f", "a: 1\n---\nb: yes\n---\nc: 3\n"))
        assert [one.value for one in staged.value] == [{"a": 1}, {"c": 3}]
        assert [one.code.id for one in staged.found] == ["HYD112"]

    def test_a_syntax_error_ends_the_file(self) -> None:
        staged = documents(SourceFile("f", "a: 1\n---\nb: [\n---\nc: 3\n"))
        assert [one.value for one in staged.value] == [{"a": 1}]
        assert [one.code.id for one in staged.found] == ["HYD101"]

    def test_anchors_end_with_their_document(self) -> None:
        assert marked("a: &x 1\n---\nb: *x\n") == [("HYD120", "*x")]

    @pytest.mark.parametrize(
        ("text", "what"),
        [("- a: 1", "a list"), ("text", "text"), ("12", "a number"), ("~", "empty"), ("''", "text"), ("[]", "a list")],
    )
    def test_the_top_is_a_mapping(self, text: str, what: str) -> None:
        (found,) = findings(text)
        assert (found.code.id, found.wrong) == ("HYD105", f"The document is {what}, not a mapping.")

    def test_one_mistake_is_reported_once(self) -> None:
        assert marked("yes") == [("HYD112", "yes")]


MISTAKES = [
    pytest.param("a: 1\nb: 2\na: 3", [("HYD110", "a")], id="duplicate key"),
    pytest.param("x: {a: 1, 'a': 2, \"a\": 3}", [("HYD110", "'a'"), ("HYD110", '"a"')], id="duplicates in quotes"),
    pytest.param("1: a", [("HYD111", "1")], id="number as key"),
    pytest.param("true: a\n~: b\n1.5: c", [("HYD111", "true"), ("HYD111", "~"), ("HYD111", "1.5")], id="other keys"),
    pytest.param("[a]: b", [("HYD111", "[")], id="list as key"),
    pytest.param("image: {{ name }}", [("HYD111", "{")], id="template"),
    pytest.param("a: &x [1]\n*x : b", [("HYD111", "*x")], id="alias to a list as key"),
    pytest.param("a: yes\nb: No\nc: [ON, oFF]", [("HYD112", w) for w in ("yes", "No", "ON", "oFF")], id="words"),
    pytest.param("on: push\nn: 1", [("HYD112", "on"), ("HYD112", "n")], id="words as keys"),
    pytest.param("mode: 0774", [("HYD113", "0774")], id="octal"),
    pytest.param("a: [0o774, 1_000, 0b11]", [("HYD113", w) for w in ("0o774", "1_000", "0b11")], id="numbers"),
    pytest.param("0774: a", [("HYD113", "0774")], id="number as an ambiguous key"),
    pytest.param("a: .inf\nb: -.INF\nc: .nan", [("HYD114", w) for w in (".inf", "-.INF", ".nan")], id="not finite"),
    pytest.param("a: 1e999", [("HYD114", "1e999")], id="too large"),
    pytest.param("a: !Ref b", [("HYD115", "!Ref")], id="foreign tag"),
    pytest.param("a: &x !Ref {b: c}", [("HYD115", "!Ref")], id="foreign tag on a mapping"),
    pytest.param(
        "a: !!python/object/apply:os.system [id]", [("HYD115", "!!python/object/apply:os.system")], id="python tag"
    ),
    pytest.param("a: !!binary aGk=", [("HYD115", "!!binary")], id="tag of YAML 1.1"),
    pytest.param("a: !<tag:x.org,2024:y> b", [("HYD115", "!<tag:x.org,2024:y>")], id="verbatim tag"),
    pytest.param("a: !!int three", [("HYD116", "three")], id="text tagged as a number"),
    pytest.param("a: !!seq {b: c}", [("HYD116", "!!seq")], id="mapping tagged as a list"),
    pytest.param("a: *x", [("HYD120", "*x")], id="unknown alias"),
    pytest.param("a: &x yes", [("HYD112", "yes")], id="behind an anchor"),
    pytest.param("a: &x {b: *x}", [("HYD121", "*x")], id="recursive mapping"),
    pytest.param("a: &x [[*x]]", [("HYD121", "*x")], id="recursive list"),
    pytest.param("a: &x {<<: *x}", [("HYD121", "*x")], id="recursive merge"),
    pytest.param("a: {<<: b}", [("HYD123", "b")], id="merged text"),
    pytest.param("a: {<<: [{b: c}, 1]}", [("HYD123", "[")], id="merged list of a number"),
    pytest.param("a: {<<: *x}", [("HYD120", "*x")], id="merged unknown alias"),
    pytest.param("a: {<<: {b: c}, <<: {d: e}}", [("HYD110", "<<")], id="merged twice"),
    pytest.param("a: <<", [("HYD112", "<<")], id="merge sign as a value"),
    pytest.param("a: =\n=: b", [("HYD112", "="), ("HYD112", "=")], id="equals sign"),
    pytest.param("a: b\u2028c", [("HYD104", "\u2028")], id="line separator"),
    pytest.param("a: b\n\ufeffc: d", [("HYD104", "\ufeff")], id="byte order mark inside"),
    pytest.param("a: b\x07\nc: \x1b[0m", [("HYD104", "\x07"), ("HYD104", "\x1b")], id="control characters"),
    pytest.param("a: é\x85", [("HYD104", "\x85")], id="next line"),
    pytest.param("a: \udc80", [("HYD104", "\udc80")], id="surrogate"),
    pytest.param(
        "a: yes\nb: 0774\nb: !x 1\n",
        [("HYD112", "yes"), ("HYD113", "0774"), ("HYD115", "!x"), ("HYD110", "b")],
        id="all of a file",
    ),
]


class TestMistakes:
    @pytest.mark.parametrize(("text", "expected"), MISTAKES)
    def test_a_mistake_is_found_at_its_place(self, text: str, expected: list[tuple[str, str]]) -> None:
        assert sorted(marked(text)) == sorted(expected)

    def test_a_duplicate_names_the_line_of_the_first(self) -> None:
        (found,) = findings("x:\n  b: 1\n  c: 2\n  b: 3\n")
        assert found.at.span()[1:3] == (4, 3)
        assert found.notes == ("The first one is in line 2.",)

    @pytest.mark.parametrize(
        ("text", "older", "newer"),
        [
            ("0774", "508", "774"),
            ("-010", "-8", "-10"),
            ("09", "text", "9"),
            ("0o774", "text", "508"),
            ("0b11", "a number", "text"),
            ("-0x1f", "a number", "text"),
        ],
    )
    def test_an_ambiguous_number_says_what_readers_make_of_it(self, text: str, older: str, newer: str) -> None:
        (found,) = findings(f"mode: {text}")
        assert found.wrong == f"`{text}` is {older} for a YAML 1.1 reader and {newer} for a YAML 1.2 reader."

    def test_an_ambiguous_word_says_what_to_write(self) -> None:
        assert [one.do for one in findings("a: no\non: b")] == [
            'Write `false`, or `"no"` if text is meant.',
            'Quote the key: `"on":`.',
        ]

    def test_an_unknown_alias_has_candidates(self) -> None:
        (found,) = findings("a: &default {}\nb: *defaults")
        assert found.candidates == ("default",)

    def test_long_texts_are_cut(self) -> None:
        (found,) = findings("a: 0" + "7" * 100_000)
        assert len(found.wrong + found.do) < 500

    def test_very_many_findings_end_the_file(self) -> None:
        found = findings("a: yes\n---\n" * 2 * MOST_PROBLEMS)
        assert len(found) == MOST_PROBLEMS
        assert found[-1].notes == ("The rest of the file was not read.",)


class TestMerge:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{<<: *x, c: 3}", {"a": 1, "b": 2, "c": 3}),
            ("{a: 0, <<: *x}", {"a": 0, "b": 2}),
            ("{<<: *x, a: 0}", {"a": 0, "b": 2}),
            ("{<<: [*x, {a: 9, d: 4}]}", {"a": 1, "b": 2, "d": 4}),
            ("{<<: []}", {}),
            ("{<<: {<<: *x, b: 5}}", {"a": 1, "b": 5}),
            ('{"<<": *x}', {"<<": {"a": 1, "b": 2}}),
        ],
    )
    def test_own_keys_win_over_merged_ones(self, text: str, expected: dict[str, Any]) -> None:
        (found,) = values(f"x: &x {{a: 1, b: 2}}\nv: {text}")
        assert found["v"] == expected
        assert found["x"] == {"a": 1, "b": 2}

    def test_a_merged_mapping_can_be_merged_again(self) -> None:
        (found,) = values("p: &p {a: 1}\nq: &q {<<: *p, b: 2}\nr: {<<: *q, c: 3}")
        assert found["r"] == {"a": 1, "b": 2, "c": 3}


class TestLimits:
    @pytest.mark.parametrize("text", ["[", "{a: ", "- ", "? ", "a: [", "- - {x: ["], ids=repr)
    def test_endless_nesting_ends_early(self, text: str) -> None:
        start = time.perf_counter()
        found = findings(text * 1_000_000)
        assert time.perf_counter() - start < 10
        assert len(found) == 1

    def test_a_hundred_levels_are_allowed(self) -> None:
        assert values("[".join(["v: "] + [""] * (DEEPEST - 1)) + "]" * (DEEPEST - 1))
        deep = "v: " + "[" * DEEPEST + "]" * DEEPEST
        assert [one.code.id for one in findings(deep)] == ["HYD106"]

    def test_a_billion_laughs_are_not_heard(self) -> None:
        lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
        lines += [
            f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ]
        start = time.perf_counter()
        found = findings("\n".join(lines))
        assert time.perf_counter() - start < 0.5
        assert [one.code.id for one in found] == ["HYD122"]

    def test_long_texts_count_more(self) -> None:
        text = 'a: &a "' + "x" * 400_000 + '"\nb: [' + ", ".join(["*a"] * 20) + "]"
        assert [one.code.id for one in findings(text)] == ["HYD122"]

    def test_ordinary_reuse_is_allowed(self) -> None:
        text = "a: &a {b: [1, 2, 3]}\nc: [" + ", ".join(["*a"] * 1_000) + "]"
        assert len(values(text)[0]["c"]) == 1_000

    def test_many_brackets_side_by_side_are_not_nested(self) -> None:
        assert value("v: [" + "[], {}, " * 500 + "]") == [[], {}] * 500
