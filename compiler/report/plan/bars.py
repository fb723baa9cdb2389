"""Memory as bars: each part begins where the one before ended, and all of it ends before or behind the card's edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compiler.planning.training.values import Range
    from compiler.report.plan.view import Table


class Ink(NamedTuple):
    """Characters of a bar."""

    low: str
    expected: str
    high: str
    free: str
    edge: str
    """Where the memory ends that may be used."""

    thin: str
    """A part that is too small for a cell."""


BLOCKS = Ink("█", "▓", "░", "·", "│", "▏")
ASCII = Ink("#", "=", "-", ".", "|", "'")
LEAST = 10
"""Fewer cells say nothing."""

MOST = 60


def ink(*, ascii_only: bool) -> Ink:
    """The characters that can be shown."""
    return ASCII if ascii_only else BLOCKS


def legend(drawn: Ink, ends: Iterable[str]) -> str:
    """What the characters mean; `ends` is what ends at the edges of the bars."""
    sizes = f"{drawn.low} low  {drawn.expected} expected  {drawn.high} high  {drawn.free} free"
    return f"{sizes}  {drawn.edge} end of {' or of '.join(dict.fromkeys(ends))}"


def bars(table: Table, room: int, drawn: Ink) -> Iterator[str]:
    """A bar for each part by its expected size, then one for all of it; empty ones where there is no room.

    All of a card is as wide as the room; `room` is in cells, the edge included.
    """
    memory = table.memory
    cells = min(MOST, room - 1)
    scale = max(memory.card, memory.total.high, 1)
    at = 0
    for part in memory.parts.values():
        begin, end = (round(size * cells / scale) for size in (at, at + part.expected))
        at += part.expected
        text = " " * begin + (drawn.low * (end - begin) or drawn.thin)
        yield text if cells >= LEAST else ""
    yield _whole(memory.total, table.edge, cells, scale, drawn) if cells >= LEAST else ""


def _whole(total: Range, limit: int, cells: int, scale: int, drawn: Ink) -> str:
    low, expected, high, edge = (round(size * cells / scale) for size in (*total, limit))
    filled = drawn.low * low + drawn.expected * (expected - low) + drawn.high * (high - expected)
    text = filled.ljust(cells, drawn.free)
    return f"{text[:edge]}{drawn.edge}{text[edge:]}".rstrip(drawn.free)
