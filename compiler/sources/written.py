"""A source as a document gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from compiler.source.document import Origin


class Written(NamedTuple):
    """A source as a document gives it, and where."""

    uri: str
    at: Origin
    type: str | None = None
    options: Mapping[str, str] = {}
    options_at: Origin | None = None
    verbatim: bool = False
    """Whether it stands in a foreign document, which keeps its own system's meaning."""
