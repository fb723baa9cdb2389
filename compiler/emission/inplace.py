"""The last resort, where the file system cannot move directories: file by file, from a journal.

The journal stands before the first file moves. A run that is killed on the way is carried to its end by the next one,
so that the tree becomes the new one, whole. Overlays of containers and mount points need this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from compiler.emission.paths import is_safe, parents
from compiler.emission.present import read

JOURNAL = "pending"
"""The journal's name in the state directory."""


class Journal(NamedTuple):
    """What is still to be done: files to take from the staged tree, and files to remove."""

    staged: str
    """Name of the staged tree in the state directory."""
    written: Sequence[str]
    removed: Sequence[str]

    def text(self) -> str:
        """As it is kept."""
        lines = [self.staged, *(f"write {path}" for path in self.written), *(f"remove {path}" for path in self.removed)]
        return "".join(f"{line}\n" for line in (*lines, "end"))


def update(state: Path, output: Path, journal: Journal) -> None:
    """Bring the output up to date with the staged tree. Raises: OSError; the next run then goes on."""
    partial = state / f"{JOURNAL}.partial"
    partial.write_text(journal.text(), encoding="utf-8", newline="\n")
    partial.replace(state / JOURNAL)
    _carry_out(state, output, journal)


def resume(state: Path, output: Path) -> None:
    """Finish what a killed run began; do nothing where there is no journal. Raises: OSError."""
    content = read(str(state / JOURNAL))
    if content is None:
        return
    journal = _parse(content.decode(errors="replace"))
    if journal is not None and output.is_dir():
        _carry_out(state, output, journal)
    else:
        (state / JOURNAL).unlink()


def _carry_out(state: Path, output: Path, journal: Journal) -> None:
    for path in journal.removed:
        if _real(output, path):
            with suppress(FileNotFoundError):
                (output / path).unlink()
    _drop_empty(output, journal.removed)
    for path in journal.written:
        staged = state / journal.staged / path
        if _real(state / journal.staged, path) and _is_file(staged) and _real(output, path, make=True):
            _put(staged, output / path)
    (state / JOURNAL).unlink()


def _parse(text: str) -> Journal | None:
    """The journal, None where it is not whole. It lies in the repo, so nothing in it is trusted."""
    first, *lines = text.split("\n")
    if lines[-2:] != ["end", ""] or not first.startswith("staging-") or "/" in first or not is_safe(first):
        return None
    steps = [line.partition(" ") for line in lines[:-2]]
    if not all(is_safe(path) for _, _, path in steps):
        return None
    return Journal(
        first,
        [path for verb, _, path in steps if verb == "write"],
        [path for verb, _, path in steps if verb == "remove"],
    )


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _real(top: Path, path: str, *, make: bool = False) -> bool:
    """Whether all directories above a path are real ones; missing ones are made if asked for."""
    for directory in (top, *(top / step for step in parents(path))):
        if directory.is_symlink():
            return False
        if not directory.is_dir():
            if not make:
                return False
            directory.mkdir()
    return True


def _put(staged: Path, target: Path) -> None:
    """By way of the target's directory, since the output may be another file system than the staged tree."""
    from shutil import copy2

    if target.is_dir() and not target.is_symlink():
        target.rmdir()
    partial = target.with_name(f"{target.name}.hydra-partial")
    partial.unlink(missing_ok=True)
    copy2(staged, partial)
    partial.replace(target)


def _drop_empty(output: Path, removed: Iterable[str]) -> None:
    """Remove the directories that lost their last file, the innermost first."""
    for directory in sorted({step for path in removed for step in parents(path)}, key=len, reverse=True):
        if _real(output, directory):
            with suppress(OSError):
                (output / directory).rmdir()
