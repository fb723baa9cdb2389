"""The line of the source that a finding is about, with its span underlined."""

from __future__ import annotations

import re
from typing import NamedTuple

from compiler.diagnostics import Span
from compiler.report.printable import cells

LONGEST = 120
"""Characters of a line that are shown."""
BEFORE = 40
"""Characters that are shown before the span, where the line is cut."""

LINE_END = re.compile(r"\r\n?|\n")
"""What ends a line, as for spans. `str.splitlines` knows more of them."""
LEADING_KEY = re.compile(r"""\s*(?:-\s+)*(?:[\w.\-/]+|"[^"]*"|'[^']*')\s*:(?=\s|$)""")
MASK = "***"


class Excerpt(NamedTuple):
    """A shown line and the line below it, which underlines the span."""

    line: str
    underline: str


def lines_of(text: str) -> list[str]:
    """The lines of a file, as its spans count them."""
    return LINE_END.split(text)


def excerpt(line: str, span: Span, *, secret: bool) -> Excerpt:
    """What to show of the span's first line: all of it, or what is around the span of a long one."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    if secret:
        line, start, end = masked(line, start)
    return drawn(line, start, max(min(end, len(line)), start))


def masked(line: str, start: int) -> tuple[str, int, int]:
    """The line without any value, and the span on it: on the key where it was there, else on the mask.

    The rest of the line may hold another secret, and the mask's length must not tell the secret's.
    """
    key = LEADING_KEY.match(line)
    if key is None:
        indent = line[: len(line) - len(line.lstrip())]
        return indent + MASK, len(indent), len(indent) + len(MASK)
    if start < key.end():
        return f"{key[0]} {MASK}", start, key.end() - 1
    return f"{key[0]} {MASK}", key.end() + 1, key.end() + 1 + len(MASK)


def drawn(line: str, start: int, end: int) -> Excerpt:
    """Cut the line, make it safe and underline `start` up to `end`."""
    left = 0 if len(line) <= LONGEST else max(0, min(start - BEFORE, len(line) - LONGEST))
    right = min(len(line), left + LONGEST)
    end = min(end, right)
    before, indent = cells(line[left:start])
    marked, length = cells(line[start:end])
    after, _ = cells(line[end:right])
    opening = "…" if left else ""
    closing = "…" if right < len(line) else ""
    shown = f"{opening}{before}{marked}{after}{closing}".rstrip()
    return Excerpt(shown, " " * (len(opening) + indent) + "^" * max(1, length))
