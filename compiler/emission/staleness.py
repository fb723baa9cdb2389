"""What `--check` needs: whether the output is what would be written, and how it differs. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission import present, problems
from compiler.emission.listing import Listing
from compiler.emission.place import Place, locate
from compiler.emission.present import Changes
from compiler.emission.tree import wanted
from compiler.emission.yaml_scalars import comment
from compiler.layout import LIST_NAME

MOST_FILES = 50
"""Files whose difference is printed."""
MOST_LINES = 2000
"""Lines of difference that are printed, over all files."""
_MOST_BYTES = 1 << 20


class Staleness(NamedTuple):
    """How the output differs from what would be written. Paths are below the output directory and sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    """Those of `changed` that are not as the list recorded them: somebody edited them by hand."""
    diff: str = ""
    """Unified, from what stands there to what would be written; shortened, and then says by how much.

    Empty only where nothing differs.
    """

    @property
    def fresh(self) -> bool:
        """Whether a run would change nothing."""
        return not (self.added or self.changed or self.removed)

    def finding(self, output: str) -> Diagnostic:
        """That the output is stale, for reports. The list file counts only where nothing else differs."""
        changes = (self.added, self.changed, self.removed)
        counts = [sum(path != LIST_NAME for path in paths) for paths in changes]
        return problems.stale(output, *(counts if any(counts) else map(len, changes)))


def stale(root: Path, output: str, files: Mapping[str, str], listing: Listing) -> Staged[Staleness | None]:
    """Compare the output with what `write` would make of it. The list file counts as a file.

    None with findings, where the output cannot be compared: it leads out of the repo, or cannot be read.
    A list file that cannot be read is a finding, and counts as changed.
    """
    try:
        located = locate(root, output)
        if located.value is None:
            return Staged(None, located.found)
        return _compare(located.value, wanted(files, listing), listing)
    except OSError as error:
        return Staged(None, (problems.not_written(output, output, error),))


def _compare(place: Place, content: Mapping[str, bytes], listing: Listing) -> Staged[Staleness | None]:
    if present.same(place, content):
        return Staged(Staleness())
    earlier = present.read_list(place)
    changes = present.differences(place, content, earlier.value.files.keys() - listing.files.keys())
    edited = tuple(path for path in changes.changed if _edited(place, path, earlier.value))
    return Staged(Staleness(*changes, edited, "".join(_diff(place, content, changes))), earlier.found)


def _edited(place: Place, path: str, earlier: Listing) -> bool:
    from hashlib import sha256

    recorded = earlier.files.get(path)
    return recorded is not None and sha256(present.read(place.at(path)) or b"").hexdigest() != recorded


def _diff(place: Place, content: Mapping[str, bytes], changes: Changes) -> Iterator[str]:
    # The list file changes with every other file and says nothing that those do not.
    paths = [path for path in sorted({*changes.added, *changes.changed, *changes.removed}) if path != LIST_NAME]
    paths = paths or [LIST_NAME]
    lines = 0
    for number, path in enumerate(paths[:MOST_FILES]):
        for line in _file_diff(place, path, content.get(path)):
            if lines == MOST_LINES:
                yield f"... and more: {MOST_LINES} lines are shown, of {number + 1} files out of {len(paths)}\n"
                return
            lines += 1
            yield line
    if len(paths) > MOST_FILES:
        yield f"... and {len(paths) - MOST_FILES} more files\n"


def _file_diff(place: Place, path: str, content: bytes | None) -> Iterator[str]:
    from difflib import unified_diff

    shown = f"{place.shown}/{path}"
    old = present.read(place.at(path))
    if max(len(old or b""), len(content or b"")) > _MOST_BYTES:
        yield f"{shown}: differs, too large to show\n"
        return
    from_file = f"a/{shown}" if old is not None else "/dev/null"
    to_file = f"b/{shown}" if content is not None else "/dev/null"
    lines = [f"{line}\n" for line in unified_diff(_lines(old), _lines(content), from_file, to_file, lineterm="")]
    # Never nothing for a file that differs: in its last line feed, or in bytes that are not UTF-8.
    yield from lines or [f"{shown}: differs in what cannot be shown\n"]


def _lines(content: bytes | None) -> list[str]:
    """Lines as they can be printed: what somebody put there must not steer a terminal."""
    if not content:
        return []
    return [comment(line) for line in content.decode(errors="replace").removesuffix("\n").split("\n")]
