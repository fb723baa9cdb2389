# ruff: noqa: PTH101, PTH102, PTH106, PTH108, PTH112, PTH115, PTH116, PTH211
# Thousands of files pass here, and pathlib takes twice the time.
"""The new tree, complete, beside the old one.

What does not change is a hard link to the file of the old tree: same inode, same times, no copying. Changed files are
always new ones, so that nothing is ever written through a link. No fsync: a killed process loses nothing that it has
written, and after a power failure the tree is compiled again or checked out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress

from compiler.emission.paths import parents
from compiler.emission.place import entries, mode_of

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Staging:
    """Builds one tree at `target` from what stands at `present`."""

    def __init__(self, present: str, target: str) -> None:
        self.present = present
        self.target = target
        self.directories: list[tuple[str, os.stat_result]] = []

    def build(self, written: Mapping[str, bytes], removed: Collection[str]) -> None:
        """Make the whole tree: `written` as given, all else as it is, without `removed`.

        A directory that loses its last file goes as well; one that was empty before stays.
        Raises: OSError, with the path in question.
        """
        os.mkdir(self.target)
        needed = {step for path in written for step in parents(path)}
        if os.path.isdir(self.present):
            self._take_over("", written.keys() | set(removed), needed)
        self._write(written, needed)
        for directory, status in reversed(self.directories):
            _dress(directory, status)

    def _take_over(self, path: str, left_out: Collection[str], needed: Collection[str]) -> bool:
        """Link what stays below a directory. Returns whether there is, or will be, anything in it."""
        source = f"{self.present}/{path}"
        self.directories.append((f"{self.target}/{path}", os.stat(source, follow_symlinks=False)))
        found = entries(source, path.count("/"))
        kept = not found or path in needed or not path
        for entry in found:
            below = f"{path}/{entry.name}" if path else entry.name
            if below in left_out:
                continue
            if entry.is_dir(follow_symlinks=False):
                os.mkdir(f"{self.target}/{below}")
                if self._take_over(below, left_out, needed):
                    kept = True
                else:
                    self.directories.pop()
                    os.rmdir(f"{self.target}/{below}")
            else:
                _link(entry, f"{self.target}/{below}")
                kept = True
        return kept

    def _write(self, written: Mapping[str, bytes], needed: Collection[str]) -> None:
        for directory in sorted(needed):
            with suppress(FileExistsError):
                os.mkdir(f"{self.target}/{directory}")
        anew = not mode_of(self.present)
        for path, content in written.items():
            mode = 0 if anew else mode_of(f"{self.present}/{path}")
            create(f"{self.target}/{path}", content, stat.S_IMODE(mode) if stat.S_ISREG(mode) else None)


def _link(entry: os.DirEntry[str], target: str) -> None:
    if entry.is_symlink():
        os.symlink(os.readlink(entry.path), target)
        return
    try:
        os.link(entry.path, target, follow_symlinks=False)
    except OSError:
        # No hard links here, too many of them, or not of files that belong to others.
        if not entry.is_file(follow_symlinks=False):
            raise
        from shutil import copy2

        copy2(entry.path, target, follow_symlinks=False)


def create(path: str, content: bytes, mode: int | None) -> None:
    """Write a new file, with the mode of the one that it replaces."""
    descriptor = os.open(path, _NEW, 0o666)
    try:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        error.filename = error.filename or path
        raise
    finally:
        os.close(descriptor)


def _dress(directory: str, status: os.stat_result) -> None:
    """Give a new directory owner and mode of the old one. Last of all: it may be closed to writing."""
    made = os.stat(directory)
    if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        with suppress(OSError):
            os.chown(directory, status.st_uid, status.st_gid)
    if stat.S_IMODE(made.st_mode) != stat.S_IMODE(status.st_mode):
        os.chmod(directory, stat.S_IMODE(status.st_mode))


def remove_tree(path: str) -> None:
    """Remove a tree without following symbolic links. Hard-linked files live on under their other name.

    Raises: OSError, where something cannot be removed.
    """
    if not stat.S_ISDIR(mode_of(path)):
        os.unlink(path)
        return
    waiting, directories = [path], []
    while waiting:
        directory = waiting.pop()
        directories.append(directory)
        # It may have been closed, even for its owner.
        os.chmod(directory, 0o700)
        with os.scandir(directory) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    os.unlink(entry.path)
    for directory in reversed(directories):
        os.rmdir(directory)
