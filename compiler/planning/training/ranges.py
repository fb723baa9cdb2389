"""Amounts of memory that are known within bounds: their sums and how they are written."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.planning.training.values import Range

GIB = 1 << 30
NOTHING = Range(0, 0, 0)


def sure(count: int) -> Range:
    """An amount that is known exactly, in bytes."""
    return Range(count, count, count)


def total(parts: Iterable[Range]) -> Range:
    """The sum, bound by bound."""
    low = expected = high = 0
    for part in parts:
        low += part[0]
        expected += part[1]
        high += part[2]
    return Range(low, expected, high)


def scaled(count: int, percents: tuple[int, int, int]) -> Range:
    """So many percent of an amount, rounded up."""
    low, expected, high = percents
    return Range(-(-count * low // 100), -(-count * expected // 100), -(-count * high // 100))


def gib(count: int) -> str:
    """GiB with one digit, rounded to the nearest.

    >>> gib(85_899_345_920)
    '80.0'
    """
    return f"{count / GIB:.1f}"
