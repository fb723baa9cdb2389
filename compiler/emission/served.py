"""What the list file keeps about runs that are served, so that a later compile goes on with them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from compiler.emission.digests import is_digest
from compiler.linking.promotion import RESULTS, Promotion

_ENCODER = json.JSONEncoder(separators=(", ", ": "))
_REQUIRED = ("cluster", "consumer", "of", "run", "result")
_KNOWN = frozenset({"cluster", "consumer", *Promotion._fields})


class Served(NamedTuple):
    """A run of a fine-tuning that the tree serves."""

    cluster: str
    consumer: str
    """Who serves it: `support-bot/services/chat`."""

    promotion: Promotion


def to_json(record: Served) -> str:
    """One line of JSON; fields that are not given are left out. ASCII, so that no character can end the line."""
    given = {name: value for name, value in record.promotion._asdict().items() if value}
    return _ENCODER.encode({"cluster": record.cluster, "consumer": record.consumer, **given})


def from_json(line: str) -> Served:
    """The record of a line.

    Raises: ValueError, where the line is no such record.
    """
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("not a record of a served run") from error
    if not _fits(given):
        raise ValueError("not a record of a served run")
    return Served(given.pop("cluster"), given.pop("consumer"), Promotion(**given))


def _fits(given: Any) -> bool:
    if not isinstance(given, dict) or not given.keys() <= _KNOWN or not all(given.get(name) for name in _REQUIRED):
        return False
    if not all(isinstance(value, str) for value in given.values()) or given["result"] not in RESULTS:
        return False
    return all(is_digest(given[name]) for name in ("run", "base") if name in given)
