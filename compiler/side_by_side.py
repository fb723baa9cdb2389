"""Runs a function over several values in as many processes, where the system can fork."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_work: Callable[[int], Any] | None = None
"""What the forked processes do. They inherit it: nothing that goes in has to be copied, only what comes out."""


def side_by_side(function: Callable[[T], Any], values: Sequence[T], jobs: int) -> list[Any]:
    """The function's results, in the order of the values. With one job, one value or no fork, one after the other."""
    global _work  # noqa: PLW0603
    if min(jobs, len(values)) < 2 or not hasattr(os, "fork"):
        return [function(value) for value in values]
    import multiprocessing

    _work = lambda index: function(values[index])  # noqa: E731
    try:
        with multiprocessing.get_context("fork").Pool(min(jobs, len(values))) as pool:
            return pool.map(_at, range(len(values)), chunksize=1)
    finally:
        _work = None


def _at(index: int) -> Any:
    if _work is None:
        raise RuntimeError("a process was started without work")
    return _work(index)
