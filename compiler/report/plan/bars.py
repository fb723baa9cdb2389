"""Memory as bars: each part begins where the one before ended, and all of it ends before or behind the card's edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compiler.planning.training.values import Memory, Range


class Ink(NamedTuple):
    """Characters of a bar."""

    low: str
    expected: str
    high: str
    free: str
    edge: str
    """Where the card's memory ends."""

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


def legend(drawn: Ink) -> str:
    """What the characters mean."""
    return f"{drawn.low} low  {drawn.expected} expected  {drawn.high} high  {drawn.free} free  {drawn.edge} end of the card"


def bars(memory: Memory, room: int, drawn: Ink) -> Iterator[str]:
    """A bar for each part by its expected size, then one for all of it; empty ones where there is no room.

    `room` is in cells, the edge included.
    """
    cells = min(MOST, room - 1)
    scale = max(memory.card, memory.total.high, 1)
    at = 0
    for part in memory.parts.values():
        begin, end = (round(size * cells / scale) for size in (at, at + part.expected))
        at += part.expected
        text = " " * begin + (drawn.low * (end - begin) or drawn.thin)
        yield text if cells >= LEAST else ""
    yield _whole(memory.total, memory.card, cells, scale, drawn) if cells >= LEAST else ""


def _whole(total: Range, card: int, cells: int, scale: int, drawn: Ink) -> str:
    low, expected, high, edge = (round(size * cells / scale) for size in (*total, card))
    filled = drawn.low * low + drawn.expected * (expected - low) + drawn.high * (high - expected)
    text = filled.ljust(cells, drawn.free)
    return f"{text[:edge]}{drawn.edge}{text[edge:]}".rstrip(drawn.free)
