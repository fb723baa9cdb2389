"""Mistakes of brackets and commas."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostic
from compiler.source.problems.text import syntax
from compiler.source.syntax.broken import Broken

_LAST_KEY = re.compile(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"'\[{,]+)\s*\Z")
_PARTNERS = {"[": "]", "{": "}"}


def closes_nothing(text: Broken) -> Diagnostic | None:
    """A `]` or `}` too many, or one of the wrong kind."""
    if text.character not in ("]", "}") or "node content" in text.problem:
        return None
    opener = text.file.text[text.opened : text.opened + 1]
    if opener in _PARTNERS:
        return syntax(
            text.at(text.offset, 1),
            f"`{text.character}` does not close the `{opener}` of line {text.line(text.opened)}.",
            f"Write `{_PARTNERS[opener]}` here, or close the inner bracket first.",
        )
    return syntax(
        text.at(text.offset, 1), f"`{text.character}` closes nothing.", "Remove it, or open a bracket before."
    )


def never_closed(text: Broken) -> Diagnostic | None:
    """A bracket that is still open at the end of the file."""
    opener = text.file.text[text.opened : text.opened + 1]
    if opener not in _PARTNERS or text.file.text[text.offset :].strip():
        return None
    return syntax(
        text.at(text.opened, 1),
        f"The `{opener}` that opens here is never closed.",
        f"Close it with `{_PARTNERS[opener]}`.",
    )


def neither_closed_nor_continued(text: Broken) -> Diagnostic | None:
    """A missing comma, or a missing bracket further up."""
    opener = text.file.text[text.opened : text.opened + 1]
    if "',' or" not in text.problem or opener not in _PARTNERS:
        return None
    closer = _PARTNERS[opener]
    start = text.offset
    if text.character == ":":
        # The parser stops behind the key that should not have followed.
        found = _LAST_KEY.search(text.before)
        start -= len(text.before) - found.start() if found else 0
    return syntax(
        text.at(start, None if text.file.text[start] not in "\"'" else text.offset - start),
        f"The `{opener}` of line {text.line(text.opened)} is neither closed nor continued with a comma before this.",
        f"Close it with `{closer}`, or put a comma behind the value before.",
    )


def no_value(text: Broken) -> Diagnostic | None:
    """`[1,,2]`, or a bracket that the file ends in."""
    if "node content" not in text.problem:
        return None
    if not text.character.strip():
        return syntax(text.at(text.offset, 1), "The file ends where a value has to stand.", "Close the open brackets.")
    return syntax(
        text.at(text.offset, 1),
        f"`{text.character}` stands where a value has to stand.",
        "Remove it, or write a value before it; quote the value if the sign is part of it.",
    )
