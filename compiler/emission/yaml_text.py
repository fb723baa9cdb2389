"""Objects as block-style YAML: no anchors, no folding, two blanks a level, line feeds only.

Our own, because PyYAML's C dumper is ten times slower, folds, makes anchors, and leaves text unquoted that Go reads
as a number or a truth value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from compiler.emission.yaml_scalars import LONGEST_KEY, literal, scalar

_Write = Callable[[str], None]

_MEMO_ENTRIES = 1 << 15
_MEMO_LENGTH = 128
_scalars: dict[str, str] = {}


def dump(body: Mapping[str, Any]) -> str:
    """The text of one object, maps in the order they have, with a final line feed.

    Takes dict, list, str, int, float and bool and reads back as the same values by YAML 1.1, YAML 1.2 and Go.

    Raises: TypeError for anything else (the compiler never emits a null, which some controllers would rewrite);
    ValueError for text that is not Unicode and for floats that are not finite.

    >>> print(dump({"args": ["--port=8080", "1e3", {"on": True}], "emptyDir": {}}), end="")
    args:
      - --port=8080
      - "1e3"
      - "on": true
    emptyDir: {}
    """
    if not body:
        return "{}\n"
    parts: list[str] = []
    _mapping(body, "", parts.append, "")
    return "".join(parts)


def _mapping(body: Mapping[str, Any], pad: str, write: _Write, lead: str) -> None:
    """Write the pairs below `pad`. `lead` stands before the first key instead: the dash of a list's item."""
    inner = pad + "  "
    known = _scalars.get
    for key, value in body.items():
        name = known(key) or _key(key, pad)
        kind = type(value)
        if kind is str:
            write(f"{lead}{name}: {known(value) or _text(value, inner)}\n")
        elif kind is dict and value:
            write(f"{lead}{name}:\n")
            _mapping(value, inner, write, inner)
        elif kind is list and value:
            write(f"{lead}{name}:\n")
            _sequence(value, inner, write, inner)
        else:
            write(f"{lead}{name}: {_other(value)}\n")
        lead = pad


def _sequence(items: list[Any], pad: str, write: _Write, lead: str) -> None:
    inner = pad + "  "
    for item in items:
        kind = type(item)
        if kind is str:
            write(f"{lead}- {_scalars.get(item) or _text(item, inner)}\n")
        elif kind is dict and item:
            _mapping(item, inner, write, lead + "- ")
        elif kind is list and item:
            _sequence(item, inner, write, lead + "- ")
        else:
            write(f"{lead}- {_other(item)}\n")
        lead = pad


def _text(text: str, pad: str) -> str:
    """A string that the memo does not know. Only what fits on a short line is worth remembering."""
    if "\n" in text:
        return literal(text, pad)
    shown = scalar(text)
    if len(text) <= _MEMO_LENGTH:
        if len(_scalars) >= _MEMO_ENTRIES:
            _scalars.clear()
        _scalars[text] = shown
    return shown


def _key(key: Any, pad: str) -> str:
    if type(key) is not str:
        raise TypeError(f"a manifest's keys are text, not {type(key).__name__}")
    shown = scalar(key) if "\n" in key else _text(key, pad)
    return shown if len(shown) <= LONGEST_KEY else f"? {shown}\n{pad}"


def _other(value: Any) -> str:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        return _float(value)
    if kind is dict:
        return "{}"
    if kind is list:
        return "[]"
    raise TypeError(f"a manifest cannot hold {kind.__name__}")


def _float(value: float) -> str:
    """Always with a point: without one, YAML 1.1 reads `1e-05` as text."""
    shown = repr(value)
    if value - value != 0:
        raise ValueError(f"{shown} is not a number that Kubernetes reads")
    if "e" in shown and "." not in shown:
        return shown.replace("e", ".0e")
    return shown
