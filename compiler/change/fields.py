"""What differs between two objects, by meaning: maps by key, lists of named things by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compiler.change.values import Field, Path

KEYS = ("name", "mountPath", "containerPort", "key", "groupName", "type")
"""What the items of a list are told apart by, the first that all of them have, each its own."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields in which two objects differ, in the order of their paths in the second one.

    The object's own name is left out: where it differs, the digest in it does, because something else does.
    """
    return tuple(one for one in _maps(before, after, ()) if one.path != ("metadata", "name"))


def _any(before: Any, after: Any, path: Path) -> Iterator[Field]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _maps(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield Field(path, before, after)


def _maps(before: Mapping[str, Any], after: Mapping[str, Any], path: Path) -> Iterator[Field]:
    for key in [*after, *(key for key in before if key not in after)]:
        if key not in before or key not in after:
            yield Field((*path, key), before.get(key), after.get(key))
        else:
            yield from _any(before[key], after[key], (*path, key))


def _lists(before: Sequence[Any], after: Sequence[Any], path: Path) -> Iterator[Field]:
    if before == after:
        return
    key = _key(before, after)
    if key is None:
        yield from _by_place(before, after, path)
        return
    old = {str(one[key]): one for one in before}
    new = {str(one[key]): one for one in after}
    moved = [name for name in old if name in new] != [name for name in new if name in old]
    for name in [*new, *(name for name in old if name not in new)]:
        step = f"[{name}]"
        if name in old and name in new:
            yield from _any(old[name], new[name], (*path, step))
        else:
            yield Field((*path, step), old.get(name), new.get(name))
    if moved:
        yield Field((*path, "[order]"), [*old], [*new])


def _by_place(before: Sequence[Any], after: Sequence[Any], path: Path) -> Iterator[Field]:
    """Plain values as a whole: what was put in the middle of a command line is no change of all that follows."""
    if len(before) != len(after) or not all(isinstance(one, Mapping) for one in (*before, *after)):
        yield Field(path, [*before], [*after])
        return
    for index, (old, new) in enumerate(zip(before, after, strict=True)):
        yield from _any(old, new, (*path, index))


def _key(before: Sequence[Any], after: Sequence[Any]) -> str | None:
    for key in KEYS:
        if all(_told_apart(side, key) for side in (before, after)):
            return key
    return None


def _told_apart(side: Sequence[Any], key: str) -> bool:
    if not all(isinstance(one, Mapping) and isinstance(one.get(key), str | int) for one in side):
        return False
    return len({str(one[key]) for one in side}) == len(side)
