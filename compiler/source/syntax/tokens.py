"""Mistakes inside of a value: quotes, escapes, and characters that mean something at its start."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic
from compiler.source.events import BAD_ESCAPE
from compiler.source.problems.text import syntax
from compiler.source.problems.values import shown
from compiler.source.syntax.broken import Broken

_ESCAPE_PROBLEMS = ("found unknown escape character", "did not find expected hex", "expected escape sequence")


def behind_a_quote(text: Broken) -> Diagnostic | None:
    """`"a" b`, or an apostrophe inside of single quotes."""
    if text.first_in_line or text.before.rstrip()[-1:] not in ("'", '"') or "did not find" not in _in_c(text.problem):
        return None
    return syntax(
        text.at(text.offset),
        "The text goes on behind the closing quote.",
        "Quote the whole value; inside of single quotes an apostrophe is written twice (`''`).",
    )


def open_quote(text: Broken) -> Diagnostic | None:
    """A quote without its partner."""
    if not text.problem.startswith(("found unexpected end of stream", "found unexpected document")):
        return None
    return syntax(
        text.at(text.opened, 1),
        "The quote that opens here is not closed before the document ends.",
        "Close it; an apostrophe at the start of a text needs double quotes around the text.",
    )


def escape(text: Broken) -> Diagnostic | None:
    """A backslash in double quotes that begins no escape."""
    if not text.problem.startswith(_ESCAPE_PROBLEMS):
        return None
    start = text.file.text.rfind("\\", text.opened, text.offset + 1)
    return syntax(
        text.at(start, 2),
        f"`{text.file.text[start : start + 2]}` begins no escape that YAML knows in double quotes.",
        "Write `\\\\` for a backslash, or use single quotes, in which a backslash is text.",
    )


def half_a_character(text: Broken) -> Diagnostic | None:
    """`\\ud83d`, half of a pair that JSON writes for a character such as an emoji."""
    if text.problem != BAD_ESCAPE:
        return None
    return syntax(
        text.at(max(text.file.text.find("\\u", text.opened), text.opened), 6),
        "The escape stands for half of a character, as JSON writes emojis.",
        "Write the character itself, or as `\\U` with eight hexadecimal digits.",
    )


def first_character(text: Broken) -> Diagnostic | None:
    """A value that starts with `@`, a backtick or `%`."""
    if "cannot start any token" not in text.problem:
        return None
    return syntax(
        text.at(text.offset, 1),
        f"A value without quotes cannot start with {'a backtick' if text.character == '`' else f'`{text.character}`'}.",
        "Quote the value.",
    )


def reference(text: Broken) -> Diagnostic | None:
    """A value that starts with `*` or `&` and is no alias or anchor."""
    if not text.context.endswith((" alias", " anchor")):
        return None
    mark = text.file.text[text.opened : text.opened + 1]
    return syntax(
        text.at(text.opened),
        f"A value without quotes that starts with `{mark}` is {'an alias' if mark == '*' else 'an anchor'}, "
        "and no name of letters, digits, `-` and `_` follows.",
        "Quote the value if text is meant.",
    )


def tag(text: Broken) -> Diagnostic | None:
    """A value that starts with `!` and is no tag."""
    if not text.context.endswith(" tag") and "tag handle" not in text.problem:
        return None
    return syntax(
        text.at(text.opened),
        f"{shown(text.word(text.opened))} is no tag, which a value without quotes that starts with `!` has to be.",
        "Quote the value if text is meant.",
    )


def block_header(text: Broken) -> Diagnostic | None:
    """Text right behind `|` or `>`."""
    if "block scalar" not in text.context:
        return None
    return syntax(
        text.at(text.offset),
        "Behind `|` or `>` only `+`, `-`, a digit from 1 to 9 or a comment may stand.",
        "Begin the text on the next line and indent it; quote the value if the sign is part of it.",
    )


def directive(text: Broken) -> Diagnostic | None:
    """A line with `%` at its start."""
    if "directive" not in text.problem + text.context and "incompatible YAML" not in text.problem:
        return None
    return syntax(
        text.at(text.opened),
        "A line that starts with `%` is a directive to the reader, and this one is not known.",
        "Remove the line. Specs are read as YAML 1.2.",
    )


def _in_c(problem: str) -> str:
    return problem.replace("expected <block end>", "did not find")
