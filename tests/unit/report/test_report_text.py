"""The text that people read, letter by letter."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.diagnostics import Code, Diagnostic, InFile, Placed, Severity, Span
from compiler.report import write
from compiler.report.excerpt import excerpt
from compiler.report.printable import printable, width

UNKNOWN = Code("HYD301", Severity.ERROR, "A reference names nothing.", "Nothing could be mounted.")


def diagnostic(
    line: int, column: int, end_column: int, *, end_line: int | None = None, wrong: str = "Wrong.", secret: bool = False
) -> Diagnostic:
    place = Placed(Span("a/hydra.yaml", line, column, line if end_line is None else end_line, end_column), False)
    return Diagnostic(UNKNOWN, place, wrong, "Right it.", secret=secret)


def text_of(found: Sequence[Diagnostic], source: str | None, *, colour: bool = False, prefix: str = "") -> str:
    stream = io.StringIO()
    write(found, "text", stream, read=lambda _: source, colour=colour, prefix=prefix)
    return stream.getvalue()


MISSPELT = Diagnostic(
    UNKNOWN,
    Placed(Span("a/hydra.yaml", 12, 12, 12, 31), False),
    "No model is called `qwen2.5-7b-instuct`.",
    "Define it under `models`, or use a name that exists.",
    candidates=("qwen2.5-7b-instruct", "qwen2.5-7b"),
    notes=("The library has 141 models.",),
)
SOURCE = "\n" * 11 + "    model: qwen2.5-7b-instuct\n"


def test_a_finding_has_the_line_the_remedy_and_what_was_meant() -> None:
    assert text_of([MISSPELT], SOURCE, prefix="repo/") == (
        "HYD301 error: No model is called `qwen2.5-7b-instuct`.\n"
        "  --> repo/a/hydra.yaml:12:12\n"
        "   |\n"
        "12 |     model: qwen2.5-7b-instuct\n"
        "   |            ^^^^^^^^^^^^^^^^^^\n"
        "   = help: Define it under `models`, or use a name that exists.\n"
        "   = help: Did you mean `qwen2.5-7b-instruct` or `qwen2.5-7b`?\n"
        "   = note: The library has 141 models.\n"
        "\n"
    )


def test_colour_changes_no_letter() -> None:
    coloured = text_of([MISSPELT], SOURCE, colour=True)
    assert coloured.startswith(
        "\x1b[1;31mHYD301 error\x1b[0m\x1b[1m: No model is called `qwen2.5-7b-instuct`.\x1b[0m\n"
    )
    assert "\x1b[1;31m^^^^^^^^^^^^^^^^^^\x1b[0m\n" in coloured
    for style in ("0", "1", "1;31", "1;34", "1;36"):
        coloured = coloured.replace(f"\x1b[{style}m", "")
    assert coloured == text_of([MISSPELT], SOURCE)


def test_a_level_from_the_settings_is_the_one_that_is_told() -> None:
    told = text_of([MISSPELT._replace(severity=Severity.INFO)], SOURCE)
    assert told.startswith("HYD301 info: ")


@pytest.mark.parametrize(
    ("source", "place", "line", "underline"),
    [
        ("\tkey:\tvalue", (1, 7, 12), "    key:    value", "            ^^^^^"),
        ("名字: 值 # x", (1, 5, 6), "名字: 值 # x", "      ^^"),
        ("e\u0301: x", (1, 5, 6), "e\u0301: x", "   ^"),
        ("k: \x1b[2Jv", (1, 8, 9), "k: \\x1b[2Jv", "          ^"),
        ("k: \u202ev", (1, 5, 6), "k: \\u202ev", "         ^"),
        ("k:", (1, 3, 3), "k:", "  ^"),
        ("k: v\r\nj: w\r", (2, 4, 5), "j: w", "   ^"),
        ("k: |\n  a\n  b\n", (1, 4, 1, 4), "k: |", "   ^"),
        ("a:   \n  - b\n", (1, 1, 6, 2), "a:", "^^"),
    ],
    ids=["tabs", "wide", "combining", "escape", "bidirectional", "end-of-line", "crlf", "block", "trailing-space"],
)
def test_the_underline_stands_under_the_span(source: str, place: Sequence[int], line: str, underline: str) -> None:
    number, column, end_column, *end_line = place
    found = diagnostic(number, column, end_column, end_line=end_line[0] if end_line else None)
    shown = text_of([found], source).splitlines()
    assert shown[3:5] == [f"{number} | {line}", f"  | {underline}"]


def test_a_long_line_is_cut_around_the_span() -> None:
    line = "x" * 1000 + "BAD" + "y" * 1000
    shown = text_of([diagnostic(1, 1001, 1004)], line).splitlines()
    assert shown[3] == "1 | …" + "x" * 40 + "BAD" + "y" * 77 + "…"
    assert shown[4] == "  | " + " " * 41 + "^^^"


def test_a_long_span_ends_with_the_line_that_is_shown() -> None:
    shown = text_of([diagnostic(1, 1, 5001)], "x" * 5000).splitlines()
    assert shown[3:5] == ["1 | " + "x" * 120 + "…", "  | " + "^" * 120]


def test_a_whole_file_has_no_line() -> None:
    found = Diagnostic(UNKNOWN, InFile("a/hydra.yaml"), "It cannot be read.", "Change its mode.")
    assert text_of([found], "secret: line") == (
        "HYD301 error: It cannot be read.\n --> a/hydra.yaml\n  = help: Change its mode.\n\n"
    )


@pytest.mark.parametrize(("prefix", "shown"), [("", "."), ("../", ".."), ("repo/", "repo")])
def test_the_repo_itself_is_a_place(prefix: str, shown: str) -> None:
    found = Diagnostic(UNKNOWN, InFile("."), "It is empty.", "Fill it.")
    assert text_of([found], None, prefix=prefix).splitlines()[1] == f" --> {shown}"


@pytest.mark.parametrize("source", [None, "one line"], ids=["no-file", "no-line"])
def test_without_the_line_there_is_no_excerpt(source: str | None) -> None:
    assert text_of([diagnostic(7, 3, 4)], source) == (
        "HYD301 error: Wrong.\n --> a/hydra.yaml:7:3\n  = help: Right it.\n\n"
    )


def test_a_message_stays_on_its_line() -> None:
    told = text_of([diagnostic(1, 1, 2, wrong="`a\n::error::b\x1b]0;c\x07` is wrong.")], "a")
    assert told.splitlines()[0] == "HYD301 error: `a\\n::error::b\\x1b]0;c\\x07` is wrong."


def test_a_half_character_can_be_written() -> None:
    told = text_of([diagnostic(1, 1, 2, wrong="`\udcff` is wrong.")], "\ud800")
    assert told.encode("utf-8").startswith(b"HYD301 error: `\\udcff` is wrong.")


@pytest.mark.parametrize(
    ("source", "column", "line", "underline"),
    [
        ("  password: hunter2", 13, "  password: ***", "            ^^^"),
        ("  password: hunter2", 3, "  password: ***", "  ^^^^^^^^"),
        ('  - "access key": hunter2', 19, '  - "access key": ***', "                  ^^^"),
        ("stringData: {user: joe, password: hunter2}", 35, "stringData: ***", "            ^^^"),
        ("    hunter2", 5, "    ***", "    ^^^"),
        ("- s3://key:hunter2@bucket/", 3, "***", "^^^"),
        ("hunter2", 1, "***", "^^^"),
    ],
    ids=["value", "key", "quoted-key", "flow", "block", "item", "bare"],
)
def test_a_secret_is_not_shown(source: str, column: int, line: str, underline: str) -> None:
    told = text_of([diagnostic(1, column, len(source) + 1, secret=True)], source)
    assert "hunter2" not in told
    assert told.splitlines()[3:5] == [f"1 | {line}", f"  | {underline}"]


def test_a_secret_is_not_shown_by_another_finding_on_its_lines() -> None:
    source = "data:\n  key: |\n    hunter2\n    hunter2\n"
    secret = diagnostic(2, 8, 1, end_line=5, secret=True)
    told = text_of([secret, diagnostic(4, 5, 12, wrong="Trailing.")], source)
    assert "hunter2" not in told
    assert "4 |     ***\n" in told


@given(st.text(max_size=400), st.integers(1, 500), st.integers(0, 500), st.booleans())
@example("a\u2028b", 1, 3, False)
def test_nothing_in_a_source_can_steer_a_terminal(line: str, column: int, length: int, secret: bool) -> None:
    span = Span("f", 1, column, 1, column + length)
    shown = excerpt(line, span, secret=secret)
    assert all(unicodedata.category(one) not in ("Cc", "Cs", "Zl", "Zp") for one in shown.line)
    assert not set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(shown.line)
    assert shown.underline.strip(" ").strip("^") == ""
    assert shown.underline.endswith("^")


SHOWN = st.characters(codec="utf-8").filter(lambda one: printable(one) == one)


@given(st.text(SHOWN, min_size=1, max_size=100), st.data())
def test_the_underline_is_as_wide_as_the_span(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start, len(line)))
    shown = excerpt(line, Span("f", 1, start + 1, 1, end + 1), secret=False)
    assert shown.underline.index("^") == sum(map(width, line[:start]))
    assert shown.underline.count("^") == max(1, sum(map(width, line[start:end])))
