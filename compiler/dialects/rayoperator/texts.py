"""YAML that stands as text in a field of a document, with the places of what is in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Span
from compiler.source.document import Document, Origin, SourceFile

_BLOCK = re.compile(r"\|[-+0-9]*[ \t]*(#.*)?")


class Inside(NamedTuple):
    """A place in a text that is a value of a document."""

    outer: Origin
    inner: Origin

    def span(self) -> Span:
        """The line of the file, where the text is written as a block (`|`); else the whole value."""
        outer, inner = self.outer.span(), self.inner.span()
        lines = self.outer.document.file.text.splitlines()
        written = lines[outer.line : outer.line + inner.line]
        said = self.inner.document.file.text.splitlines()[: inner.line]
        if not _BLOCK.fullmatch(lines[outer.line - 1][outer.column - 1 :]) or len(written) != len(said):
            return outer
        if written[-1].lstrip(" ") != said[-1].lstrip(" "):
            return outer
        shift = len(written[-1]) - len(said[-1])
        line, end = outer.line + inner.line, outer.line + inner.end_line
        return Span(outer.file, line, inner.column + shift, end, inner.end_column + shift)


class Text(NamedTuple):
    """A text that is a mapping, and the value that it is."""

    outer: Origin
    document: Document

    @property
    def value(self) -> Mapping[str, Any]:
        """What it says."""
        return self.document.value

    def at(self, *path: str | int, key: bool = False) -> Inside:
        """The place of something in it."""
        return Inside(self.outer, self.document.at(*path, key=key))


def loaded(text: str, outer: Origin) -> Text | str:
    """The mapping that a text is, or what it is instead, to complete "`field` ..."."""
    from compiler.source.reading import documents

    read = documents(SourceFile(outer.document.file.path, text))
    if read.found:
        return f"is no YAML ({read.found[0].wrong.rstrip('.')})"
    if not read.value:
        return "is empty"
    if len(read.value) > 1 or not isinstance(read.value[0].value, dict):
        return "is no mapping"
    return Text(outer, read.value[0])
