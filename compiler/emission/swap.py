"""Putting the new tree in the old one's place, in one step where the system has one."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

Exchange = Callable[[bytes, bytes], int]

_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EPERM, errno.EBUSY}
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_RENAMEAT2 = {"x86_64": 316, "aarch64": 276, "riscv64": 276, "ppc64le": 357, "s390x": 347}
"""Numbers of the system call, for C libraries without a wrapper (musl). Source: Linux, `syscall.tbl`, by machine."""


def exchange(first: str, second: str) -> bool:
    """Exchange two directories, so that at every moment each name has one of them.

    False, where the system or the file system has no such call, or cannot move these directories.
    Raises: OSError for any other failure.
    """
    call = _system_call()
    if call is None:
        return False
    number = call(os.fsencode(first), os.fsencode(second))
    if number and number not in _CANNOT:
        raise OSError(number, os.strerror(number), second)
    return number == 0


def replace(staged: str, output: str, old: str) -> bool:
    """Move `output` to `old` and `staged` to `output`. Killed between the two, the next run moves `old` back.

    False, where the file system cannot move these directories: a mount point, a lower layer of an overlay.
    Raises: OSError for any other failure; `output` is where it was.
    """
    try:
        Path(output).rename(old)
    except OSError as error:
        if error.errno in _CANNOT:
            return False
        raise
    try:
        Path(staged).rename(output)
    except OSError:
        Path(old).rename(output)
        raise
    return True


@cache
def _system_call() -> Exchange | None:
    """The call that exchanges two names and returns an errno, None where there is none."""
    if sys.platform == "darwin":
        return _darwin()
    if sys.platform == "linux":
        return _linux()
    return None


def _linux() -> Exchange | None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    wrapper = getattr(libc, "renameat2", None)
    if wrapper is not None:
        wrapper.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)

        def call(first: bytes, second: bytes) -> int:
            failed = wrapper(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
            return ctypes.get_errno() if failed else 0

        return call
    number = _RENAMEAT2.get(os.uname().machine)
    if number is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    syscall = libc.syscall
    syscall.argtypes = (
        ctypes.c_long, ctypes.c_long, ctypes.c_char_p, ctypes.c_long, ctypes.c_char_p, ctypes.c_ulong
    )  # fmt: skip
    syscall.restype = ctypes.c_long

    def raw(first: bytes, second: bytes) -> int:
        failed = syscall(number, _AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE)
        return ctypes.get_errno() if failed else 0

    return raw


def _darwin() -> Exchange | None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    wrapper = getattr(libc, "renamex_np", None)
    if wrapper is None:
        return None
    wrapper.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint)

    def call(first: bytes, second: bytes) -> int:
        return ctypes.get_errno() if wrapper(first, second, _RENAME_SWAP) else 0

    return call
