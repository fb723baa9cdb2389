"""Which repo a command is about, from where it is run and what it is given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.layout import LIST_NAME, OUTPUT, SETTINGS

if TYPE_CHECKING:
    from compiler.diagnostics import Staged
    from compiler.spec.settings import Settings


def root_of(given: Path | None) -> Path:
    """The nearest directory upwards that has settings or a tree, else the directory itself."""
    start = absolute(given or Path())
    return settled_above(start) or start


def root_and_paths(given: Sequence[Path]) -> tuple[Path, tuple[str, ...]]:
    """The repo that the paths are in, and the paths as seen from its root; none, where all of it is meant.

    Raises: click.UsageError, where they are in different repos.
    """
    if not given:
        return root_of(None), ()
    if len(given) == 1 and given[0].is_dir():
        start = absolute(given[0])
        root = settled_above(start) or (Path.cwd() if start.is_relative_to(Path.cwd()) else start)
        return root, () if root == start else (relative(start, root),)
    paths = [absolute(path) for path in given]
    roots = {settled_above(path) or Path.cwd() for path in paths}
    if len(roots) > 1:
        raise click.UsageError(f"The paths are in {len(roots)} repos. Run the command once for each.")
    root = roots.pop()
    return root, tuple(sorted({relative(path, root) for path in paths}))


def settled_above(path: Path) -> Path | None:
    """The nearest directory, from the path upwards, that has settings or a tree. The search ends at a Git repo's top."""
    for directory in (path, *path.parents):
        if (directory / SETTINGS).is_file() or (directory / OUTPUT / LIST_NAME).is_file():
            return directory
        if (directory / ".git").exists():
            return None
    return None


def relative(path: Path, root: Path) -> str:
    """A path as seen from the root.

    Raises: click.UsageError, where it is not below the root.
    """
    if not path.is_relative_to(root):
        raise click.UsageError(f"`{path}` is not below the repo's root, `{root}`.")
    return path.relative_to(root).as_posix()


def output_of(given: Path | None, root: Path) -> str | None:
    """`--out` as seen from the root, as it is where it is elsewhere; None, where the settings decide."""
    if given is None:
        return None
    path = absolute(given)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def settled(root: Path) -> Staged[Settings]:
    """The settings of a repo, with what is wrong with them."""
    from compiler.repo import Repo, settings_of

    return settings_of(Repo(root))


def text_in(root: Path, file: str) -> str | None:
    """The text of a file of the repo, for excerpts."""
    from compiler.source.reading import read_file

    source = read_file(root, file).value
    return None if source is None else source.text


def absolute(path: Path) -> Path:
    """The path from the top. A file that is a link stays one: its place in the repo counts, not its target's."""
    return path.resolve() if path.is_dir() and not path.is_symlink() else path.parent.resolve() / path.name


def prefix_of(root: Path) -> str:
    """What stands before a file of the repo, as seen from the working directory."""
    way = Path(os.path.relpath(root)).as_posix()
    return "" if way == "." else f"{way}/"
