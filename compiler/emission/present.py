"""What stands in the output now, and how it differs from what should."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission import problems
from compiler.emission.listing import EMPTY, Listing, parse
from compiler.emission.paths import parents
from compiler.emission.place import Place, entries, mode_of
from compiler.emission.rendering import MARK
from compiler.layout import LIST_NAME

# A symbolic link is never read through, and opening a named pipe must not wait for a writer.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MARK = MARK.encode()


class Changes(NamedTuple):
    """What writing would do to an output directory. Paths are sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def read(path: str, size: int = 0) -> bytes | None:
    """The content of a regular file, None where there is none. `size` is a guess that saves a call.

    Raises: OSError, where the file cannot be read.
    """
    try:
        descriptor = os.open(path, _READ)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        if stat.S_ISREG(mode_of(path)):
            raise
        return None
    try:
        content = os.read(descriptor, size + 1)
        if len(content) == size or not content:
            return content
        chunks = [content]
        while chunk := os.read(descriptor, 1 << 20):
            chunks.append(chunk)
        return b"".join(chunks)
    except IsADirectoryError:
        return None
    finally:
        os.close(descriptor)


def same(place: Place, wanted: Mapping[str, bytes]) -> bool:
    """Whether every wanted file stands there with the wanted content."""
    return all(read(place.at(path), len(content)) == content for path, content in wanted.items())


def read_list(place: Place) -> Staged[Listing]:
    """The list file of the output directory; an empty list where there is none.

    Raises: OSError, where it cannot be read.
    """
    content = read(place.list_file)
    if content is None:
        return Staged(EMPTY)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Staged(EMPTY, (problems.unreadable_line(place.shown_list, line, "is not UTF-8"),))
    return parse(text, place.shown_list)


def differences(place: Place, wanted: Mapping[str, bytes], listed: Iterable[str]) -> Changes:
    """What would have to be written, and which of the listed files would have to go.

    A listed file below something that is no directory of the output, such as a symbolic link, is not one of ours.
    """
    if not mode_of(place.output):
        return Changes(tuple(sorted(wanted)), (), ())
    added: list[str] = []
    changed: list[str] = []
    for path, content in sorted(wanted.items()):
        present = read(place.at(path), len(content))
        if present != content:
            (added if not mode_of(place.at(path)) else changed).append(path)
    real = _Directories(place)
    removed = [path for path in sorted(listed) if path not in wanted and real.hold(path)]
    return Changes(tuple(added), tuple(changed), tuple(removed))


def obstacles(place: Place, changes: Changes, ours: Collection[str]) -> list[Diagnostic]:
    """What stands in the way of writing: links and files for directories, and files that are not ours."""
    removed = frozenset(changes.removed)
    needed = sorted({step for path in (*changes.added, *changes.changed) for step in parents(path)} - removed)
    found = [
        problems.not_a_directory(f"{place.shown}/{directory}", link=stat.S_ISLNK(mode))
        for directory in needed
        if (mode := mode_of(place.at(directory))) and not stat.S_ISDIR(mode)
    ]
    found += [
        problems.in_the_way(f"{place.shown}/{path}", what)
        for path in changes.changed
        if (what := _foreign(place, path, ours, removed))
    ]
    return found


def _foreign(place: Place, path: str, ours: Collection[str], removed: Collection[str]) -> str:
    """What stands at the path, if it is not ours; else the empty string."""
    mode = mode_of(place.at(path))
    if stat.S_ISDIR(mode):
        return "" if _only(place.at(path), path, removed) else "directory with files"
    if path in ours:
        return ""
    if stat.S_ISLNK(mode):
        return "symbolic link"
    if stat.S_ISREG(mode):
        # A list with the marks of a merge has lost its header, but was read as a list.
        return "" if path == LIST_NAME or (read(place.at(path)) or b"").startswith(_MARK) else "file"
    return "special file"


def _only(directory: str, path: str, removed: Collection[str]) -> bool:
    """Whether a directory holds nothing but files that are going to be removed."""
    for entry in entries(directory, path.count("/")):
        below = f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if not _only(entry.path, below, removed):
                return False
        elif below not in removed:
            return False
    return True


class _Directories:
    """Which directories of the output are real ones all the way down. Each is looked at once."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.known: dict[str, bool] = {"": True}

    def hold(self, path: str) -> bool:
        """Whether something other than a directory stands at the path, with real directories above it."""
        if not self._real(path.rpartition("/")[0]):
            return False
        mode = mode_of(self.place.at(path))
        return bool(mode) and not stat.S_ISDIR(mode)

    def _real(self, directory: str) -> bool:
        if directory not in self.known:
            above = self._real(directory.rpartition("/")[0])
            self.known[directory] = above and stat.S_ISDIR(mode_of(self.place.at(directory)))
        return self.known[directory]
