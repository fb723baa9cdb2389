"""Amounts of memory that are known within bounds: their sums and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def reaching(parts: Mapping[str, Range], name: str, least: Range) -> dict[str, Range]:
    """The parts, and a part `name` for what they lack of `least`: together the larger of the two at each bound.

    What is lacking at a lower bound and not at a higher one is room that the other parts come to use: it is shown as
    theirs. So no part is larger at a lower bound than at a higher one.

    >>> reaching({"logits": Range(1, 3, 5)}, "step", Range(0, 6, 6))
    {'logits': Range(low=1, expected=5, high=5), 'step': Range(low=0, expected=1, high=1)}
    """
    shown = {part: list(bounds) for part, bounds in parts.items()}
    lacking = [max(0, one - sum(of[bound] for of in shown.values())) for bound, one in enumerate(least)]
    for bound in (1, 0):
        left = lacking[bound] - lacking[bound + 1]
        lacking[bound] = min(lacking[bound], lacking[bound + 1])
        for of in shown.values():
            more = max(0, min(left, of[bound + 1] - of[bound]))
            of[bound] += more
            left -= more
    return {part: Range(*of) for part, of in {**shown, name: lacking}.items()}


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
