"""Reads sources of tests: no repo, no documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import Diagnostic, Span, Staged
from compiler.sources.base import Source
from compiler.sources.reading import read_source
from compiler.sources.written import Written


class Somewhere:
    """Stands for an origin; its children say what they are children of."""

    def __init__(self, *path: str) -> None:
        self.path = path

    def child(self, *path: str, key: bool = False) -> Somewhere:
        """A place below."""
        return Somewhere(*self.path, *path)

    def span(self) -> Span:
        """The start of a file."""
        return Span("hydra.yaml", 1, 1, 1, 1)


def read(
    uri: str, kind: str | None = None, options: Mapping[str, str] | None = None, *, foreign: bool = False
) -> Staged[Source | None]:
    """A source of a Project, or of a foreign document."""
    at: Any = Somewhere("uri")
    options_at: Any = Somewhere("options")
    return read_source(Written(uri, at, kind, options or {}, options_at, verbatim=foreign))


def good(
    uri: str, kind: str | None = None, options: Mapping[str, str] | None = None, *, foreign: bool = False
) -> Source:
    """A source without errors."""
    staged = read(uri, kind, options, foreign=foreign)
    assert staged.value is not None, staged.found
    return staged.value


def problem(
    uri: str, kind: str | None = None, options: Mapping[str, str] | None = None, *, foreign: bool = False
) -> tuple[str, str]:
    """The one finding of a bad source: its code and where it points."""
    staged = read(uri, kind, options, foreign=foreign)
    (found,) = staged.found
    assert staged.value is None
    return found.code.id, place(found)


def place(found: Diagnostic) -> str:
    """Where a finding points: `uri`, `options/depth`."""
    at: Any = found.at
    return "/".join(at.path)
