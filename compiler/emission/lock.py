"""One run at a time: the second waits, but not for ever."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 60.0
"""How long a run waits for another one. Writing 20,000 files takes a few seconds."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}
_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK}


class Locked(Exception):  # noqa: N818 - a state, not a fault
    """Another run holds the lock and did not let go in time."""


@contextmanager
def exclusive(path: str, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock file while the block runs. The system lets go of it when the process ends, however it ends.

    On a file system without locks the block runs without one.
    Raises: Locked, where another run holds it longer than `patience` seconds; OSError, where it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        _wait(descriptor, time.monotonic() + patience)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, deadline: float) -> None:
    pause = 0.005
    while not _taken(descriptor):
        if time.monotonic() >= deadline:
            raise Locked
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


def _taken(descriptor: int) -> bool:
    try:
        _try(descriptor)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True


if sys.platform == "win32":
    import msvcrt

    def _try(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
