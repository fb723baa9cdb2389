"""Objects that a test makes by hand, and what a change of them does."""

from __future__ import annotations

from typing import Any

import yaml

from compiler.change.fields import differences
from compiler.change.kinds.registry import judged
from compiler.change.values import Around, Judged, Subject

ALONE = Around(None, None, {}, {})


def subject(text: str, *, run: str = "", download: int = 0, data: str = "", target: str = "") -> Subject:
    """The object of a YAML text, by its own name unless a target is given."""
    body: dict[str, Any] = yaml.safe_load(text)
    names = body["metadata"]
    target = target or f"{body['kind']}/{names.get('namespace', '-')}/{names['name']}"
    return Subject("prod", target, "file.yaml", "unit", body, None, run, download, data)


def changed(before: Subject, after: Subject, around: Around = ALONE) -> Judged:
    """What happens to an object that is on both sides."""
    return judged(before, after, differences(before.body, after.body), around)


def edited(text: str, was: str, now: str, around: Around = ALONE) -> Judged:
    """What happens to an object with a text in it replaced.

    Raises: ValueError, where that text is not there just once.
    """
    if text.count(was) != 1:
        raise ValueError(f"{was!r} is there {text.count(was)} times")
    return changed(subject(text), subject(text.replace(was, now)), around)
