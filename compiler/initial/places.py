"""Where the files of a new repo go, and why they may not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from compiler.layout import CLUSTERS, LIST_NAME, LOCK, OUTPUT, SETTINGS

LIBRARY = "library"


class RefusedError(Exception):
    """No repo can begin here: what is wrong, and what to do."""


def top_of(root: Path) -> Path:
    """The top of the Git repo that a directory is in; the directory itself, where it is in none."""
    return next((one for one in (root, *root.parents) if (one / ".git").exists()), root)


def check_root(root: Path) -> None:
    """Whether a repo can begin in a directory, which need not exist yet.

    Raises: RefusedError, where it is a file, or inside of another repo.
    """
    standing = next(one for one in (root, *root.parents) if os.path.lexists(one))
    if not standing.is_dir():
        raise RefusedError(f"`{standing}` is no directory. Name another place.")
    if any((one / LIST_NAME).is_file() for one in (root, *root.parents)):
        raise RefusedError(f"`{root}` is in the output of a repo, which belongs to its compiles. Begin elsewhere.")
    outer = repo_around(root)
    if outer is not None:
        raise RefusedError(
            f"`{root}` is inside of the repo `{outer}`. Write a `hydra.yaml` there to add a project, or begin elsewhere."
        )


def repo_around(root: Path) -> Path | None:
    """The repo that a directory is inside of. The search ends at the top of a Git repo."""
    for inner, outer in pairwise((root, *root.parents)):
        if (inner / ".git").exists():
            return None
        if (outer / SETTINGS).is_file() or (outer / OUTPUT / LIST_NAME).is_file():
            return outer
    return None


def has_specs(root: Path) -> bool:
    """Whether something there is compiled already, or was. A new cluster or library beside it would change that."""
    taken = (SETTINGS, LOCK, CLUSTERS, LIBRARY, OUTPUT)
    if any(os.path.lexists(root / name) for name in taken):
        return True
    if not root.is_dir():
        return False
    from compiler.source.discovery import discover

    return any(discover(root, output=OUTPUT, library=(LIBRARY,)).value)


def check_ways(base: Path, paths: Iterable[str]) -> None:
    """Whether files can be written to their places.

    Raises: RefusedError, where a file or a link stands in the way of a directory, or nothing may be written.
    """
    for directory in sorted({one for path in paths for one in directories(base, path)}):
        if directory.is_symlink() and directory != base:
            raise RefusedError(f"`{directory}` is a symbolic link. Nothing is written through one: move it away.")
        if os.path.lexists(directory) and not directory.is_dir():
            raise RefusedError(f"`{directory}` is no directory, and one is needed there: move it away.")
        if directory.is_dir() and not os.access(directory, os.W_OK | os.X_OK):
            raise RefusedError(f"`{directory}` cannot be written to. Get the permission, or begin elsewhere.")


def directories(base: Path, path: str) -> Iterator[Path]:
    """The directories of a file, from the base down; and the one that stands, where the base does not yet."""
    yield next(one for one in (base, *base.parents) if one.exists())
    yield base
    for parent in reversed(Path(path).parents):
        yield base / parent
