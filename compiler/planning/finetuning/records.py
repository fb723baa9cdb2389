"""The first records of a file of the repo, as a trainer would read them."""

from __future__ import annotations

import csv
import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

MOST_RECORDS = 200
"""Records that are looked at."""


def records_of(file: str, text: str) -> list[Mapping[str, Any]]:
    """The first records of a file, by its ending: a table, plain text, and JSON for all others.

    Raises: ValueError, which says why it has none.
    """
    ending = posixpath.splitext(file)[1].lower()
    if ending == ".csv":
        found = list(_table(text))
    elif ending == ".txt":
        found = [{"text": line} for line in text.splitlines()[:MOST_RECORDS]]
    else:
        found = list(_json(text))
    if not found:
        raise ValueError("it has no records")
    return found


def _table(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        for number, record in enumerate(csv.DictReader(text.splitlines(keepends=True)), 1):
            if number > MOST_RECORDS:
                return
            yield record
    except csv.Error as error:
        raise ValueError(str(error)) from None


def _json(text: str) -> Iterator[Mapping[str, Any]]:
    """Records of JSON Lines, or of a JSON list."""
    if text.lstrip().startswith("["):
        found = [(f"record {number}", one) for number, one in enumerate(_value(text, "it"), 1)]
    else:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        found = [(f"line {number}", _value(line, f"line {number}")) for number, line in lines[:MOST_RECORDS]]
    for name, record in found[:MOST_RECORDS]:
        if not isinstance(record, dict):
            raise ValueError(f"{name} is not an object")  # noqa: TRY004
        yield record


def _value(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(f"{name} nests too deep") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}" if name == "it" else name
        raise ValueError(f"{place} is not JSON at column {error.colno}") from None
    except ValueError:
        raise ValueError(f"{name} holds a number that is too long") from None
