"""Documents that can say where each of their values stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Span

Path = tuple[str | int, ...]


class SourceFile(NamedTuple):
    """A file that was read: its path from the root (posix, also on Windows) and its text."""

    path: str
    text: str


class Origin(NamedTuple):
    """Where a value stands: a document and the way into it. The line is looked up only when asked for."""

    document: Document
    path: Path = ()
    key: bool = False
    """Point at the key of the last step instead of at its value."""

    def span(self) -> Span:
        """The value's (or key's) place; of the nearest ancestor that exists, where it does not itself."""
        return self.document.locate(self.path, self.key)

    def child(self, *path: str | int, key: bool = False) -> Origin:
        """The place of something below."""
        return Origin(self.document, self.path + path, key)


class Document:
    """One YAML document: plain values, and the file and index that they came from.

    Positions are not kept while reading. `locate` reads the file again, only for reports.
    """

    __slots__ = ("file", "index", "value")

    def __init__(self, file: SourceFile, index: int, value: Mapping[str, Any]) -> None:
        self.file = file
        self.index = index
        self.value = value

    @property
    def api_version(self) -> str:
        """`apiVersion`, or the empty string."""
        found = self.value.get("apiVersion")
        return found if isinstance(found, str) else ""

    @property
    def kind(self) -> str:
        """`kind`, or the empty string."""
        found = self.value.get("kind")
        return found if isinstance(found, str) else ""

    def at(self, *path: str | int, key: bool = False) -> Origin:
        """The place of a value of this document."""
        return Origin(self, path, key)

    def locate(self, path: Path, key: bool = False) -> Span:
        """Line and column of a value. An empty path is the document's first key."""
        from compiler.source.positions import locate

        return locate(self.file, self.index, path, key)
