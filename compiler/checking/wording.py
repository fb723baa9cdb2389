"""Values, paths and lists of names as messages show them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from compiler.source.document import Path

_LONGEST = 60
_PLAIN = re.compile(r"[A-Za-z_][-A-Za-z0-9_]*")

_TYPES = {
    "array": "a list",
    "boolean": "`true` or `false`",
    "integer": "a whole number",
    "null": "`null`",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}


def path_in_words(path: Path) -> str:
    """The way into an object, as people write it.

    >>> path_in_words(("metadata", "labels", "app.kubernetes.io/name")), path_in_words(("containers", 0, "image"))
    ('metadata.labels["app.kubernetes.io/name"]', 'containers[0].image')
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}"
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """A value in a few words; of a list or a mapping only what it is."""
    if isinstance(value, str):
        return f"`{value}`" if len(value) <= _LONGEST else f"`{value[:_LONGEST]}` and more"
    if isinstance(value, list | dict):
        return ("an empty " if not value else "a ") + ("list" if isinstance(value, list) else "mapping")
    return f"`{json.dumps(value)}`" if isinstance(value, bool | None) else f"the number {value}"


def types_in_words(types: Iterable[str]) -> str:
    """JSON Schema's names of types as nouns, each once: `a string or a whole number`."""
    return " or ".join(dict.fromkeys(_TYPES.get(name, name) for name in types))


def listed(names: Iterable[str]) -> str:
    """Names in backticks, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def joined(values: Iterable[Any]) -> str:
    """Values of any type in backticks, as alternatives; text as it is, `""` where it is empty.

    >>> joined(["Retain", "Delete", ""])
    '`Retain`, `Delete` or `""`'
    """
    names = [f"`{value if isinstance(value, str) and value else json.dumps(value)}`" for value in values]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
