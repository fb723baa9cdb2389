"""Runs a function over several values in as many processes, where the system can fork."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_work: Callable[[int], Any] | None = None
"""What the forked processes do. They inherit it: nothing that goes in has to be copied, only what comes out."""


def side_by_side(function: Callable[[T], Any], values: Sequence[T], jobs: int) -> list[Any]:
    """The function's results, in the order of the values. With one job, one value or no fork, one after the other.

    A process that is killed, by a limit of memory say, is no reason to fail: the work is then done here.
    """
    global _work  # noqa: PLW0603
    if min(jobs, len(values)) < 2 or not hasattr(os, "fork"):
        return [function(value) for value in values]
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    _work = lambda index: function(values[index])  # noqa: E731
    forked = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(min(jobs, len(values)), mp_context=forked, initializer=_leave_signals) as pool:
            return list(pool.map(_at, range(len(values))))
    except BrokenProcessPool:
        return [function(value) for value in values]
    finally:
        _work = None


def _leave_signals() -> None:
    """An interrupt is for the process that the user sees: it ends the others, and they say nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _at(index: int) -> Any:
    if _work is None:
        raise RuntimeError("a process was started without work")
    return _work(index)
