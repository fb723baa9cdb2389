"""Places in a text that was read: offsets that become lines and columns when a report asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from compiler.diagnostics import Span
from compiler.source.document import SourceFile

_LINE_BREAK = re.compile(r"\r\n?|\n")
_TAG = re.compile(r"!<[^>]*>|![^\s,\[\]{}]*")

# An anchor, a tag, and what may stand between them and the value that they belong to.
_PROPERTIES = re.compile(r"(?:(?:!<[^>]*>|[&!][^\s,\[\]{}]*)(?:\s+(?:#.*\s+)*|(?=[,\]}]|\Z)))+")


class Stretch(NamedTuple):
    """A stretch of a file's text by offset in characters; the end is exclusive."""

    file: SourceFile
    start: int
    end: int

    def span(self) -> Span:
        """The stretch in lines and columns."""
        return span_of(self.file, self.start, self.end)


@lru_cache(maxsize=32)
def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in _LINE_BREAK.finditer(text))]


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1, in characters; `\\r\\n` is one line break."""
    starts = _line_starts(text)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def span_of(file: SourceFile, start: int, end: int) -> Span:
    """The span between two offsets."""
    return Span(file.path, *position(file.text, start), *position(file.text, max(start, end)))


def without_properties(text: str, start: int) -> int:
    """Where a value itself begins: behind the anchor and the tag that stand before it."""
    found = _PROPERTIES.match(text, start)
    return found.end() if found else start


def tag_bounds(text: str, start: int) -> tuple[int, int]:
    """Start and end of the tag that stands at or behind an offset, an anchor before it left out."""
    found = _TAG.search(text, start)
    return found.span() if found else (start, start)


def bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of a value without the anchor and the tag before it; an empty value has no width."""
    return min(without_properties(text, start), end), end
