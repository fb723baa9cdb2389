"""A patched object in the order in which it was rendered: kustomize sorts fields by name, the house does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.manifest import Body

METADATA = "metadata"
_FIRST = {METADATA: ("name", "namespace", "labels", "annotations")}
"""Fields of which the house has an order that it need not have been possible to see."""


def in_order(patched: Mapping[str, Any], rendered: Mapping[str, Any], called: str = "") -> Body:
    """The patched value with the fields of the rendered one where they were, further ones among them where those are
    sorted, else behind them. What is the same keeps its type: Go writes 1.0 as 1. Nulls of mappings are left out."""
    result: Body = {}
    for key in _keys(patched, rendered, called):
        if patched[key] is not None:
            result[key] = _value(patched[key], rendered.get(key), key)
    return result


def _keys(patched: Mapping[str, Any], rendered: Mapping[str, Any], called: str) -> list[str]:
    if called in _FIRST:
        first = [key for key in _FIRST[called] if key in patched]
        return [*first, *sorted(patched.keys() - {*first})]
    known = [*rendered]
    for order in (_name_first, str):
        if known == sorted(known, key=order):
            return sorted(patched, key=order)
    return [*(key for key in known if key in patched), *sorted(patched.keys() - {*known})]


def _name_first(key: str) -> tuple[bool, str]:
    return key != "name", key


def _value(patched: Any, rendered: Any, called: str) -> Any:
    if isinstance(patched, Mapping):
        return in_order(patched, rendered if isinstance(rendered, Mapping) else {}, called)
    if isinstance(patched, list):
        return _items(patched, rendered if isinstance(rendered, list) else [])
    return rendered if _is_same(patched, rendered) else patched


def _items(patched: list[Any], rendered: list[Any]) -> list[Any]:
    return [_value(item, _counterpart(item, number, patched, rendered), "") for number, item in enumerate(patched)]


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values are one. Go reads numbers as floats, and may write another whole number that is next to it."""
    if _is_number(one) and _is_number(other):
        return float(one) == float(other)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counterpart(item: Any, number: int, patched: list[Any], rendered: list[Any]) -> Any:
    """What an item of a list was: an equal one, the one of its name, or the one at its place."""
    at_its_place = rendered[number : number + 1] if len(patched) == len(rendered) else []
    for one in (*at_its_place, *rendered):
        if _is_same(item, one):
            return one
    name = item.get("name") if isinstance(item, Mapping) else None
    if name is not None:
        return next((one for one in rendered if isinstance(one, Mapping) and one.get("name") == name), None)
    return at_its_place[0] if at_its_place else None


def null_in_a_list(value: Any, way: tuple[str | int, ...] = ()) -> tuple[str | int, ...] | None:
    """The way to a null in a list, which no manifest can have; None where there is none."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, below in pairs:
        if below is None and isinstance(value, list):
            return (*way, step)
        found = null_in_a_list(below, (*way, step))
        if found is not None:
            return found
    return None
