"""Words for what differs: concrete values, a few of them, for a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from compiler.change.values import Field
from compiler.spec.credentials import holds_one, looks_like_one

LONGEST = 100
"""Characters of a value that are shown."""

BY_DIGEST = "what it reads is another run, or other files"
MOST = 3
"""Differences that are told before it says how many more there are."""

GIB = 1 << 30
_DIGEST = re.compile(r"(?<![A-Za-z0-9])[2456789bcdfghkmt]{10}(?![A-Za-z0-9])")
_TELLS_NOTHING = frozenset({"name", "value", "key", "valueFrom", "[order]"})
"""Steps of a path that say less than the one before them."""


def gpus(count: int) -> str:
    """So many accelerators.

    >>> gpus(1), gpus(8)
    ('1 GPU', '8 GPUs')
    """
    return f"{count} GPU{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Bytes as people say them.

    >>> size(15231233024)
    '14.2 GiB'
    """
    return f"{count / GIB:.1f} GiB"


def masked(text: str) -> str:
    """Text without the digests in it, which differ wherever anything does.

    >>> masked("/mnt/model/bgg8h5cct2/data")
    '/mnt/model/*/data'
    """
    return _DIGEST.sub("*", text)


def shown(value: Any) -> str:
    """A value in a sentence."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def arrow(name: str, before: Any, after: Any) -> str:
    """A difference. Of what may be a credential only the name is told.

    >>> arrow("size", "50Gi", "20Gi"), arrow("HF_TOKEN", "0123456789abcdef", "fedcba9876543210")
    ('size 50Gi -> 20Gi', 'HF_TOKEN changed')
    """
    if holds_one(name, str(before)) or holds_one(name, str(after)):
        return f"{name} changed"
    return f"{name} {shown(before)} -> {shown(after)}"


def some(told: Iterable[str], most: int = MOST) -> str:
    """The first few of some phrases, each once.

    >>> some(["a", "b", "a", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    each = list(dict.fromkeys(told))
    if len(each) <= most:
        return ", ".join(each)
    return f"{', '.join(each[:most])} and {len(each) - most} more"


def told(fields: Iterable[Field]) -> list[str]:
    """The fields as phrases, what matters most first. What differs by a digest only says nothing, and is left out."""
    ordered = sorted(fields, key=lambda one: not tells_most(one))
    return [phrase for one in ordered for phrase in _phrases(one)]


def tells_most(field: Field) -> bool:
    """Whether a field says by itself what a change is about: an image, accelerators."""
    from compiler.change.gpus import is_accelerator

    name = field_name(field.path)
    return name == "image" or is_accelerator(name)


def telling(fields: Iterable[Field]) -> str:
    """The first few fields, with a colon before them; empty where there are none."""
    listed = list(fields)
    phrases = some(told(listed)) or (BY_DIGEST if listed else "")
    return f": {phrases}" if phrases else ""


def _phrases(field: Field) -> Iterator[str]:
    before, after = field.before, field.after
    if masked(str(before)) == masked(str(after)):
        return
    name = field_name(field.path)
    if isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(name, before, after)
    elif isinstance(before, dict | list) or isinstance(after, dict | list):
        yield _whole(field, name)
    elif "\n" in str(before) or "\n" in str(after):
        yield f"{name} changed"
    else:
        yield arrow(name, before, after)


def _whole(field: Field, name: str) -> str:
    """What came or went as a whole: an item of a list, or a map."""
    is_item = len(field.path) > 1 and str(field.path[-1])[:1] == "["
    where = f"{field_name(field.path[:-1])} " if is_item else ""
    return f"{where}{name} {'added' if field.before is None else 'removed' if field.after is None else 'changed'}"


def _of_lists(name: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    old = _missing(before, after)
    new = _missing(after, before)
    if not (old or new) or any(isinstance(one, dict | list) for one in (*before, *after)):
        yield f"{name} changed"
    elif len(old) == len(new) == 1:
        yield f"{shown(old[0])} -> {shown(new[0])}"
    else:
        yield from (f"{shown(one)} removed" for one in old)
        yield from (f"{shown(one)} added" for one in new)


def _missing(items: Sequence[Any], others: Sequence[Any]) -> list[str]:
    """Items that the other list lacks, and not just by a digest."""
    known = {masked(str(one)) for one in others}
    named = [("", items[0]), *pairwise(items)] if items else []
    return [argument(str(before), str(one)) for before, one in named if masked(str(one)) not in known]


def argument(before: str, text: str) -> str:
    """An argument of a command line, less its value where that may be a credential.

    >>> argument("", "--api-key=0123456789abcdef"), argument("--api-key", "0123456789abcdef"), argument("", "--seed=17")
    ('--api-key=...', 'value of --api-key', '--seed=17')
    """
    flag, given, held = text.partition("=")
    if given and holds_one(flag.lstrip("-"), held):
        return f"{flag}=..."
    if before.startswith("-") and holds_one(before.lstrip("-"), text):
        return f"value of {before}"
    return "an argument" if looks_like_one(text) else text


def field_name(path: Sequence[str | int]) -> str:
    """What people call a field.

    >>> field_name(("spec", "containers", "[vllm]", "image")), field_name(("env", "[LEVEL]", "value"))
    ('image', 'LEVEL')
    """
    steps = [str(step) for step in path]
    while len(steps) > 1 and (steps[-1] in _TELLS_NOTHING or steps[-1].isdigit()):
        steps.pop()
    return steps[-1].strip("[]")
