"""Memory of one card as a table with bars, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.report.plan.bars import Ink, bars
from compiler.report.plan.base import gib, memory_rows

if TYPE_CHECKING:
    from compiler.report.plan.view import Table

INDENT = "  "
LABEL = 14
"""Columns of a row's label."""

FIGURES = ("low", "expected", "high")
COLUMN = 10


def memory(table: Table, width: int, drawn: Ink) -> Iterator[str]:
    """Memory of one card by part, in GiB, each with its bar; then what it is held against."""
    room = width - len(INDENT) - LABEL - len(FIGURES) * COLUMN - len(INDENT)
    yield _row("GiB a card", *FIGURES)
    for (part, size), bar in zip(memory_rows(table.memory), bars(table, room, drawn), strict=True):
        yield f"{_row(part, *(gib(one) for one in size))}{INDENT}{bar}".rstrip()
    for limit in table.limits:
        yield f"{_row(limit.label, gib(limit.size))}{INDENT}{limit.note}".rstrip()


def _row(label: str, *cells: str) -> str:
    return f"{INDENT}{label:<{LABEL}}" + "".join(f"{cell:>{COLUMN}}" for cell in cells)
