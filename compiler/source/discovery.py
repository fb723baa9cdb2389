"""Which files of a repo are specs and clusters."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from posixpath import normpath
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.layout import CLUSTERS, SETTINGS
from compiler.source.reading import inside, reason

_SPEC = "hydra.yaml"
_SPEC_SUFFIX = ".hydra.yaml"
_EDITOR_LOCK = ".#"
"""Emacs keeps a dangling link of this prefix beside a file that is being edited."""


class Discovered(NamedTuple):
    """The files to read: posix paths from the root, sorted."""

    specs: tuple[str, ...]
    clusters: tuple[str, ...]


def discover(root: Path, *, output: str, library: Sequence[str]) -> Staged[Discovered]:
    """The spec files and clusters of a repo.

    Specs are `hydra.yaml` and `*.hydra.yaml` anywhere below the root, but not in the output, in the
    directories of the team's library, in hidden directories, and in another repo inside of this one.
    Clusters are `clusters/*.yaml`, and nothing there is also a spec. Links to directories are not
    followed; a link to a file outside of the root is left out and reported.
    """
    base = str(root)
    left_out = frozenset(_from_root(base, path) for path in (output, *library))
    search = _Search(base, left_out)
    search.run()
    specs = [path for path in search.files if _is_spec(path)]
    clusters = [path for path in search.files if _is_cluster(path)]
    return Staged(Discovered(tuple(sorted(specs)), tuple(sorted(clusters))), search.problems)


class _Search:
    """A walk over the directories of a repo."""

    def __init__(self, base: str, left_out: frozenset[str]) -> None:
        self.base = base
        self.left_out = left_out
        self.files: list[str] = []
        self.problems: list[Diagnostic] = []

    def run(self) -> None:
        """Visit every directory that belongs to the repo."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            waiting.extend(self.visit(folder))

    def visit(self, folder: str) -> Iterator[str]:
        """Note the files of a directory that are read; the directories in it that are visited."""
        try:
            with os.scandir(f"{self.base}/{folder}") as opened:
                entries = list(opened)
        except OSError as error:
            self.unreadable(folder.rstrip("/") or ".", reason(error))
            return
        if folder and any(entry.name == SETTINGS for entry in entries):
            return
        for entry in entries:
            path = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name[0] != "." and path not in self.left_out:
                    yield f"{path}/"
            elif path.endswith(".yaml") and (_is_spec(path) or _is_cluster(path)):
                self.note(path, entry)

    def note(self, path: str, entry: os.DirEntry[str]) -> None:
        """Keep a file, or report why it is not read."""
        if entry.is_symlink() and not self.follows(path, entry):
            return
        if path.isascii() or _is_unicode(path):
            self.files.append(path)
        else:
            shown = path.encode("utf-8", "backslashreplace").decode()
            self.unreadable(shown, "has a name that is not UTF-8")

    def follows(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Whether a link leads to a file of the repo. A dangling one counts: reading reports it."""
        if entry.is_dir() or entry.name.startswith(_EDITOR_LOCK):
            return False
        if inside(self.base, entry.path):
            return True
        from compiler.source.problems.files import leads_outside

        self.problems.append(leads_outside(path))
        return False

    def unreadable(self, path: str, why: str) -> None:
        """Report what the system does not hand out."""
        from compiler.source.problems.files import unreadable

        self.problems.append(unreadable(path, why))


def _is_cluster(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == CLUSTERS and name.endswith(".yaml") and name != SETTINGS


def _is_spec(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder != CLUSTERS and name != SETTINGS and (name == _SPEC or name.endswith(_SPEC_SUFFIX))


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _from_root(base: str, path: str) -> str:
    """A directory of the settings or the command line as a path from the root."""
    if Path(path).is_absolute():
        path = os.path.relpath(os.path.realpath(path), os.path.realpath(base))
    return normpath(path.replace(os.sep, "/"))
