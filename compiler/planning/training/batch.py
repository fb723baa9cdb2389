"""The global batch: micro batch x accumulation x cards, exactly."""

from __future__ import annotations

from functools import lru_cache
from math import isqrt


@lru_cache(maxsize=256)
def micro_batches(global_batch: int, world: int) -> tuple[int, ...]:
    """Every micro batch that reaches a global batch, the largest first; none where cards do not divide it.

    >>> micro_batches(96, 8)
    (12, 6, 4, 3, 2, 1)
    """
    of_card, rest = divmod(global_batch, max(1, world))
    if rest or of_card < 1:
        return ()
    low = [one for one in range(1, isqrt(of_card) + 1) if of_card % one == 0]
    return tuple(sorted({*low, *(of_card // one for one in low)}, reverse=True))


LARGEST = 2**31 - 1
"""The largest batch size of a spec."""


def nearest_batches(global_batch: int, multiple: int) -> tuple[int, ...]:
    """The multiples next to a global batch that a spec may say, the smaller first.

    >>> nearest_batches(100, 24)
    (96, 120)
    """
    lower = global_batch // multiple * multiple
    return tuple(one for one in (lower, lower + multiple) if 0 < one <= LARGEST)
