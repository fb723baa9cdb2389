"""Values and texts for property tests, in one place."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def texts(max_size: int = 12) -> st.SearchStrategy[str]:
    """Any text that UTF-8 can hold, also what is not seen or looks like a number, a date or a boolean."""
    odd = st.sampled_from(
        ("yes", "No", "~", "null", "1e3", "0774", "1_000", "2024-01-01", "12:30", "<<", "=", "- a", "#")
    )
    return st.text(st.characters(codec="utf-8"), max_size=max_size) | odd


def numbers() -> st.SearchStrategy[int | float]:
    """Numbers that every reader keeps: 64-bit integers and finite floats."""
    return st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)


def plain_values(max_leaves: int = 12) -> st.SearchStrategy[Any]:
    """What JSON can hold."""
    leaves = st.none() | st.booleans() | numbers() | texts()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(), inner, max_size=4),
        max_leaves=max_leaves,
    )


def documents(max_leaves: int = 12) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with text as keys, as every document is."""
    return st.dictionaries(texts(), plain_values(max_leaves), max_size=5)


def yaml_like() -> st.SearchStrategy[str]:
    """Text made of what means something in YAML, so that much of it is nearly YAML."""
    words = ("a", "b", "key", "0", "1.5", "yes", "x y", '"q"', "'s'", "é", "😀", "\u2028", "\ufeff", "\x07", "{{", "<<")
    marks = (": ", ":", "- ", "-", "? ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n ", "\r\n", "\t", " ", "#", " #")
    signs = (
        "&a ",
        "*a",
        "*b",
        "!!str ",
        "!!int ",
        "!x ",
        "|",
        ">",
        "|-\n",
        "---\n",
        "...\n",
        "%",
        "@",
        "`",
        '"',
        "'",
        "\\",
    )
    return st.lists(st.sampled_from((*words, *marks, *signs)), max_size=25).map("".join)


def as_json(value: Any, indent: int | None = None) -> str:
    """JSON that YAML 1.2 reads as the same value: characters that are not seen are escaped, others are not."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def paths(value: Any) -> list[tuple[str | int, ...]]:
    """The way to every value inside of a value, its own (empty) way left out."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(step, *rest) for step, inner in below for rest in ((), *paths(inner))]


def value_at(value: Any, path: tuple[str | int, ...]) -> Any:
    """What lies at the end of a way."""
    for step in path:
        value = value[step]
    return value
