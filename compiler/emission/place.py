"""Where the output lies: checked once, so that nothing after it leaves the repo."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission import problems
from compiler.emission.paths import is_text, parents
from compiler.layout import LIST_NAME

STATE = ".hydra"
"""Directory in the root for staging trees and the lock. It ignores itself for git."""


class Place(NamedTuple):
    """An output directory below a root, both without symbolic links."""

    shown: str
    """The output directory as the user names it, for findings."""
    output: str
    """Its absolute path. It need not exist."""
    state: str
    """Absolute path of the directory for staging. It need not exist."""

    def at(self, path: str) -> str:
        """The absolute path of a file of the output."""
        return f"{self.output}/{path}"

    @property
    def list_file(self) -> str:
        """Absolute path of the list file."""
        return self.at(LIST_NAME)

    @property
    def shown_list(self) -> str:
        """The list file's path for findings."""
        return f"{self.shown}/{LIST_NAME}"


def locate(root: Path, output: str) -> Staged[Place | None]:
    """The place of an output directory, None where it does not lie below the root or something is in its way.

    A symbolic link in `output` is followed, as long as it stays below the root.
    Raises: OSError, where the system does not let us look.
    """
    top = os.path.realpath(root)
    if not is_text(output):
        return Staged(None, (problems.outside(ascii(output)[1:-1]),))
    real = os.path.realpath(Path(top, output))
    shown = output.rstrip("/") or output
    if not real.startswith(top.rstrip(os.sep) + os.sep):
        return Staged(None, (problems.outside(shown),))
    below = real[len(top.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
    found = [
        problem for step in (*parents(below), below, STATE) if (problem := _blocked(f"{top}/{step}", step)) is not None
    ]
    if found:
        return Staged(None, tuple(found))
    return Staged(Place(shown, f"{top.rstrip('/')}/{below}", f"{top.rstrip('/')}/{STATE}"))


MOST_LEVELS = 200
"""Directories within directories. Nobody's output has as many; what has more would exhaust the stack."""


def entries(directory: str, level: int) -> list[os.DirEntry[str]]:
    """What stands in a directory that is so many levels down.

    Raises: OSError, where it cannot be read or lies too deep.
    """
    if level > MOST_LEVELS:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), directory)
    with os.scandir(directory) as found:
        return list(found)


def mode_of(path: str) -> int:
    """The mode of what stands at a path, symbolic links not followed; 0 for nothing.

    Raises: OSError, where the system does not let us look.
    """
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def make_state(path: str) -> None:
    """The directory for staging, which git ignores by a file of its own."""
    state = Path(path)
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not mode_of(str(ignore)):
        with suppress(FileExistsError), ignore.open("x", encoding="utf-8", newline="\n") as file:
            file.write("*\n")


def _blocked(path: str, shown: str) -> Diagnostic | None:
    mode = mode_of(path)
    if not mode or stat.S_ISDIR(mode):
        return None
    return problems.not_a_directory(shown, link=stat.S_ISLNK(mode))
