"""`hydra.lock`: its text, and how it gets its place together with the tree."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from compiler.diagnostics import Staged
from compiler.emission import problems
from compiler.emission.lock import PATIENCE_SECONDS, Locked, exclusive
from compiler.emission.place import Place, locate, make_state, mode_of
from compiler.emission.staging import create
from compiler.emission.yaml_scalars import LONGEST_KEY, comment, scalar
from compiler.layout import LOCK
from compiler.linking.promotion import Promotion, Promotions
from compiler.lock.pins import Pins

VERSION = 1
"""Counted up when an older release could no longer read the file."""

_HEADER = """\
# Written by hydra, and committed: which runs services go on with when a fine-tuning changes.
# `hydra promote` moves a service to another run. In a merge conflict keep the lines of both sides, but one run a service.
"""

_PINS_HEADER = """\
# Written by hydra, and committed: which commits and digests are loaded, and which runs services go on with.
# `hydra lock` pins what is new, `hydra lock --update NAME` what has moved; `hydra promote` moves a service to another run.
# In a merge conflict keep the lines of both sides, but one a name.
"""


class Lock(NamedTuple):
    """What a lock file says."""

    promotions: Mapping[str, Promotions] = {}
    """By cluster, the runs that are served."""

    pins: Pins = Pins()
    """What names that can move mean, on every cluster."""

    def text(self) -> str | None:
        """The file as it is written: a line an entry, sorted. None where there is nothing to say, and so no file."""
        lines = [line for cluster in sorted(self.promotions) for line in _cluster(cluster, self.promotions[cluster])]
        pins = "".join(_pinned(section, names) for section, names in self.pins._asdict().items())
        promotions = f"promotions:\n{''.join(lines)}" if lines else ""
        if not pins and not promotions:
            return None
        return f"{_PINS_HEADER if pins else _HEADER}version: {VERSION}\n{pins}{promotions}"

    def with_clusters(self, fresh: Mapping[str, Promotions], clusters: Collection[str] | None) -> Lock:
        """This lock with what it says of some clusters replaced; None is all of them."""
        kept = {} if clusters is None else {one: said for one, said in self.promotions.items() if one not in clusters}
        return self._replace(promotions={**kept, **{cluster: said for cluster, said in fresh.items() if said}})


class Change(NamedTuple):
    """What becomes of the lock file: its text before and after. None is no file."""

    before: str | None
    after: str | None

    def __bool__(self) -> bool:
        return self.before != self.after

    def diff(self) -> str:
        """Unified, from what stands there to what would be written; empty only where nothing changes."""
        if not self:
            return ""
        from difflib import unified_diff

        old = f"a/{LOCK}" if self.before is not None else "/dev/null"
        new = f"b/{LOCK}" if self.after is not None else "/dev/null"
        lines = [*unified_diff(_lines(self.before), _lines(self.after), old, new, lineterm="")]
        return "".join(f"{line}\n" for line in lines or [f"{LOCK}: differs in what cannot be shown"])


def write(root: Path, output: str, change: Change, *, patience: float = PATIENCE_SECONDS) -> Staged[bool]:
    """Write the lock file by itself, while no other run writes. False with findings, where that cannot be."""
    try:
        place = locate(root, output)
        if place.value is None:
            return Staged(False, place.found)
        make_state(place.value.state)
        with exclusive(f"{place.value.state}/lock", patience), written(place.value, change):
            return Staged(True)
    except Locked:
        return Staged(False, (problems.locked(LOCK, patience),))
    except OSError as error:
        return Staged(False, (problems.not_written(LOCK, LOCK, error),))


@contextmanager
def written(place: Place, change: Change | None) -> Iterator[None]:
    """The lock file gets its new text when the block has done its work, and keeps the old one where that fails.

    The text is on the disk before the block begins, so that little can fail after it. A run that is killed in between
    leaves the new tree, whose list says what is served: the next compile makes the same lock file of it.
    Raises: OSError.
    """
    if not change:
        yield
        return
    target = Path(place.state).parent / LOCK
    staged = Path(place.state, f"{LOCK}.{os.getpid()}")
    if change.after is not None:
        _stage(staged, change.after, mode_of(str(target)))
    try:
        yield
        if change.after is not None:
            staged.replace(target)
        else:
            target.unlink(missing_ok=True)
    finally:
        with suppress(OSError):
            staged.unlink(missing_ok=True)


def _stage(path: Path, text: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    try:
        create(str(path), text.encode(), stat.S_IMODE(mode) if stat.S_ISREG(mode) else None)
    except OSError as error:
        error.filename = str(path.parent.parent / LOCK)
        raise


def _pinned(section: str, names: Mapping[str, str]) -> str:
    lines = [f"{_key(name, 1)} {scalar(names[name])}\n" for name in sorted(names)]
    return f"{section}:\n{''.join(lines)}" if lines else ""


def _cluster(cluster: str, promotions: Promotions) -> Iterator[str]:
    by_consumer: dict[str, list[Promotion]] = {}
    for (consumer, _), promotion in sorted(promotions.items()):
        by_consumer.setdefault(consumer, []).append(promotion)
    if by_consumer:
        yield f"{_key(cluster, 1)}\n"
    for consumer, ones in by_consumer.items():
        yield f"{_key(consumer, 2)}\n"
        yield from (f"{_key(one.of, 3)} {_entry(one)}\n" for one in ones)


def _entry(one: Promotion) -> str:
    given = {name: value for name, value in one._asdict().items() if name != "of" and value}
    return f"{{{', '.join(f'{name}: {_digest(value)}' for name, value in given.items())}}}"


def _key(text: str, level: int) -> str:
    shown, pad = scalar(text), "  " * level
    return f"{pad}{shown}:" if len(shown) <= LONGEST_KEY else f"{pad}? {shown}\n{pad}:"


def _digest(text: str) -> str:
    """A digest as every reader takes it for text: only of digits alone could a number be made."""
    return f'"{text}"' if text.isdigit() else text


def _lines(text: str | None) -> list[str]:
    """Lines as they can be printed: what somebody put there must not steer a terminal."""
    return [comment(line) for line in text.removesuffix("\n").split("\n")] if text else []
