"""A changed field as lines of a diff, short enough to read, and without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from compiler.change.kinds.wording import argument
from compiler.change.values import Field, Outcome
from compiler.report.change.page import plain
from compiler.report.printable import printable
from compiler.spec.credentials import holds_one

MOST_FIELDS = 12
MOST_LINES = 12
WIDEST = 160
HIDDEN = "(not shown)"
SECRETS = ("Secret", "SealedSecret")
"""Kinds of which no value is shown."""


def lines_of(outcome: Outcome, fields: int = MOST_FIELDS) -> Iterator[str]:
    """The changed fields of an object: `~` before, or `-` and `+` lines under a path."""
    shown = outcome.fields[:fields]
    for field in shown:
        yield from _field(field, hidden=outcome.subject.body.get("kind") in SECRETS)
    if len(outcome.fields) > len(shown):
        yield f"  ... and {len(outcome.fields) - len(shown)} more fields"


def shown_values(outcome: Outcome, field: Field) -> tuple[Any, Any]:
    """Both values of a field for a report, with what may be a credential taken out."""
    hidden = outcome.subject.body.get("kind") in SECRETS
    return _clean(field, field.before, hidden), _clean(field, field.after, hidden)


def _field(field: Field, *, hidden: bool) -> Iterator[str]:
    path = printable(field.text)
    before, after = _clean(field, field.before, hidden), _clean(field, field.after, hidden)
    if isinstance(before, list) and isinstance(after, list):
        yield f"  {path}:"
        yield from _diff([_short(one) for one in before], [_short(one) for one in after])
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield f"  {path}:"
        yield from _diff(before.splitlines(), after.splitlines())
    elif before is None:
        yield f"+ {path}: {_short(after)}"
    elif after is None:
        yield f"- {path}: {_short(before)}"
    else:
        yield f"~ {path}: {_short(before)} -> {_short(after)}"


def _diff(before: list[str], after: list[str]) -> Iterator[str]:
    changed = [line for line in [*unified_diff(before, after, n=0, lineterm="")][2:] if not line.startswith("@@")]
    for line in changed[:MOST_LINES]:
        yield f"{line[0]}   {_cut(printable(line[1:]))}"
    if len(changed) > MOST_LINES:
        yield f"    ... and {len(changed) - MOST_LINES} more lines"


def _short(value: Any) -> str:
    return _cut(printable(value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)))


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}..."


def _clean(field: Field, value: Any, hidden: bool) -> Any:
    if value is None or (hidden and field.path[0] in ("data", "stringData", "spec")):
        return value if value is None else HIDDEN
    name = str(field.path[-2]).strip("[]") if len(field.path) > 1 and field.path[-1] == "value" else ""
    return _masked(value, name)


def _masked(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        named = str(value.get("name", ""))
        return {key: _masked(one, named if key == "value" else str(key)) for key, one in value.items()}
    if isinstance(value, list):
        before = ["", *value]
        return [
            argument(str(flag), one) if isinstance(one, str) else _masked(one, "")
            for flag, one in zip(before, value, strict=False)
        ]
    if isinstance(value, str) and holds_one(name, value):
        return HIDDEN
    return value
