"""Writing the output: all of it or nothing, and nothing at all where nothing changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Severity, Staged
from compiler.emission import inplace, present, problems, swap
from compiler.emission.listing import EMPTY, Listing
from compiler.emission.lock import PATIENCE_SECONDS, Locked, exclusive
from compiler.emission.lock_file import Change, written
from compiler.emission.paths import is_safe
from compiler.emission.place import STATE, Place, locate, make_state, mode_of
from compiler.emission.present import Changes
from compiler.emission.staging import Staging, remove_tree
from compiler.layout import LIST_NAME

_STAGED, _OLD = "staging-", "old-"


class Written(NamedTuple):
    """What a run did to the output. Paths are below the output directory and sorted; the list file is not counted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int

    @property
    def written(self) -> int:
        """How many files were written."""
        return len(self.added) + len(self.changed)


def previous(root: Path, output: str) -> Staged[Listing]:
    """The list of what earlier runs wrote, for comparing storage. Touches nothing."""
    try:
        place = locate(root, output)
        if place.value is None:
            return Staged(EMPTY, place.found)
        return present.read_list(place.value)
    except OSError as error:
        return Staged(EMPTY, (problems.not_written(output, output, error),))


def write(
    root: Path,
    output: str,
    files: Mapping[str, str],
    listing: Listing,
    *,
    lock: Change | None = None,
    patience: float = PATIENCE_SECONDS,
) -> Staged[Written | None]:
    """Make the output directory hold these files and the list, and no others that an earlier list names.

    `files` are the files of this run (path below the output directory -> text). `listing` is the whole list: it may
    name files that this run does not compile, which stay as they are (`Listing.with_clusters`).

    Nothing changed: nothing is touched. Else a whole new tree takes the place of the old one in one step; killed at any
    moment, the output is either the old tree or the new one. Files that no list names stay, by the same inode.
    The lock file changes together with the tree.
    None with findings, where nothing was written: something is in the way, or the system refused.

    Raises: ValueError, where a path is not safe or not listed, which is the caller's fault.
    """
    content = wanted(files, listing)
    try:
        located = locate(root, output)
        if located.value is None:
            return Staged(None, located.found)
        return _write(located.value, content, listing, lock, patience)
    except Locked:
        return Staged(None, (problems.locked(output, patience),))
    except OSError as error:
        half = os.path.lexists(f"{root}/{STATE}/{inplace.JOURNAL}")
        return Staged(None, (problems.not_written(output, _shown(root, output, error), error, half=half),))


def wanted(files: Mapping[str, str], listing: Listing) -> dict[str, bytes]:
    """All that should stand in the output after a run, as bytes; the list file among it. Raises as `write`."""
    for path in files:
        if path not in listing.files or not is_safe(path) or path == LIST_NAME:
            raise ValueError(f"{path!r} is not a listed path below the output directory")
    return {path: text.encode() for path, text in files.items()} | {LIST_NAME: listing.text().encode()}


def _write(
    place: Place, content: Mapping[str, bytes], listing: Listing, lock: Change | None, patience: float
) -> Staged[Written | None]:
    # The list is compared with the rest: an equal one names no file that has to go.
    if not lock and not _left_over(place) and present.same(place, content):
        return Staged(_summary(Changes((), (), ()), content))
    make_state(place.state)
    with exclusive(f"{place.state}/lock", patience):
        _recover(place)
        earlier = present.read_list(place)
        if any(problem.level is Severity.ERROR for problem in earlier.found):
            return Staged(None, earlier.found)
        changes = present.differences(place, content, earlier.value.files.keys() - listing.files.keys())
        found = present.obstacles(place, changes, earlier.value.files.keys())
        if found:
            return Staged(None, (*earlier.found, *found))
        with written(place, lock):
            if changes:
                _carry_out(place, content, changes)
    return Staged(_summary(changes, content), earlier.found)


def _carry_out(place: Place, content: Mapping[str, bytes], changes: Changes) -> None:
    name = os.urandom(6).hex()
    staged = f"{place.state}/{_STAGED}{name}"
    written = (*changes.added, *changes.changed)
    try:
        Staging(place.output, staged).build({path: content[path] for path in written}, changes.removed)
        if not mode_of(place.output):
            Path(place.output).parent.mkdir(parents=True, exist_ok=True)
            Path(staged).rename(place.output)
        elif not swap.exchange(staged, place.output) and not swap.replace(
            staged, place.output, f"{place.state}/{_OLD}{name}"
        ):
            journal = inplace.Journal(f"{_STAGED}{name}", written, changes.removed)
            inplace.update(Path(place.state), Path(place.output), journal)
    finally:
        _clean(place)


def _left_over(place: Place) -> list[str]:
    """Names that a killed run left in the state directory."""
    try:
        with os.scandir(place.state) as entries:
            names = [entry.name for entry in entries]
    except FileNotFoundError:
        return []
    return [name for name in sorted(names) if name.startswith((_STAGED, _OLD, inplace.JOURNAL))]


def _recover(place: Place) -> None:
    """Repair what a killed run left half done. Only the holder of the lock may."""
    names = _left_over(place)
    if not names:
        return
    inplace.resume(Path(place.state), Path(place.output))
    for name in names:
        staged = f"{_STAGED}{name.removeprefix(_OLD)}"
        # The only moment without an output: after the first of two renames, when the new tree still lies beside.
        if name.startswith(_OLD) and staged in names and not mode_of(place.output):
            Path(place.state, name).rename(place.output)
    _clean(place)


def _clean(place: Place) -> None:
    """Remove what is left over, unless a journal still needs it. What cannot be removed now, the next run tries again."""
    names = _left_over(place)
    if inplace.JOURNAL in names:
        return
    for name in names:
        with suppress(OSError):
            remove_tree(f"{place.state}/{name}")


def _summary(changes: Changes, content: Mapping[str, bytes]) -> Written:
    added = tuple(path for path in changes.added if path != LIST_NAME)
    changed = tuple(path for path in changes.changed if path != LIST_NAME)
    return Written(added, changed, changes.removed, len(content) - 1 - len(added) - len(changed))


def _shown(root: Path, output: str, error: OSError) -> str:
    """The path that an error is about, as the user knows it: a staged file by the name that it would have had."""
    path = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    top = os.path.realpath(root) + "/"
    if not path.startswith(top):
        return output
    below = path.removeprefix(top)
    state, _, rest = below.partition("/")
    if state == STATE and rest.startswith(_STAGED):
        return "/".join((output, *rest.split("/")[1:]))
    return below
