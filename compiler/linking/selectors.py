"""Label selectors, evaluated as Kubernetes does.

Source: Kubernetes, "Labels and Selectors": `NotIn` and `DoesNotExist` match objects that lack the key; an empty
selector matches everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from compiler.spec.patterns import LABEL_KEY, LABEL_VALUE

_OPERATORS: Mapping[str, Callable[[str | None, list[str]], bool]] = {
    "In": lambda value, values: value is not None and value in values,
    "NotIn": lambda value, values: value is None or value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
}
_KEY, _VALUE = re.compile(LABEL_KEY), re.compile(LABEL_VALUE)
_WITH_VALUES = ("In", "NotIn")


def faults(selector: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """What Kubernetes would refuse in a selector: path, what is wrong, what to do."""
    found: list[tuple[tuple[str | int, ...], str, str]] = []
    for key, value in (selector.get("matchLabels") or {}).items():
        found += _unfit(("matchLabels", key), key, [value])
    for index, one in enumerate(selector.get("matchExpressions") or ()):
        path = ("matchExpressions", index)
        operator, values = one["operator"], one.get("values") or []
        found += _unfit(path, one["key"], values)
        if operator not in _OPERATORS:
            listed = ", ".join(f"`{name}`" for name in _OPERATORS)
            found.append(
                ((*path, "operator"), f"`{operator}` is not an operator of label selectors.", f"Use one of {listed}.")
            )
        elif operator in _WITH_VALUES and not values:
            found.append((path, f"`{operator}` needs values.", "Add `values`."))
        elif operator not in _WITH_VALUES and values:
            found.append(((*path, "values"), f"`{operator}` takes no values.", "Remove them."))
    return found


def _unfit(path: tuple[str | int, ...], key: str, values: list[str]) -> list[tuple[tuple[str | int, ...], str, str]]:
    """A key or values that no label can have."""
    do = "Use letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first and last."
    if not _KEY.fullmatch(key):
        return [(path, f"`{key}` is no key of a label.", do)]
    return [(path, f"`{value}` is no value of a label.", do) for value in values if not _VALUE.fullmatch(value)]


def mismatch(selector: Mapping[str, Any], labels: Mapping[str, str]) -> str | None:
    """The first requirement that labels do not meet, in words; None where they meet all."""
    for key, wanted in sorted((selector.get("matchLabels") or {}).items()):
        if labels.get(key) != wanted:
            return f"label `{key}` is {_spelt(labels.get(key))}, not `{wanted}`"
    for one in selector.get("matchExpressions") or ():
        key, operator, values = one["key"], one["operator"], one.get("values") or []
        if not _OPERATORS[operator](labels.get(key), values):
            tail = f" {operator} {', '.join(values)}" if values else f" {operator}"
            return f"label `{key}` is {_spelt(labels.get(key))}, and the rule is `{key}{tail}`"
    return None


def keys(selector: Mapping[str, Any]) -> set[str]:
    """The labels that a selector looks at."""
    return {*(selector.get("matchLabels") or {}), *(one["key"] for one in selector.get("matchExpressions") or ())}


def _spelt(value: str | None) -> str:
    return "missing" if value is None else f"`{value}`"
