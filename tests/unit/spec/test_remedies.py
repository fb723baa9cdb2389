"""Every pattern of the language has a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compiler.spec.remedies import REMEDIES
from compiler.spec.schema_export import language_schemas


def test_every_pattern_has_a_remedy() -> None:
    assert set(patterns(language_schemas())) <= REMEDIES.keys()


def test_every_remedy_is_a_sentence() -> None:
    assert all(text[0].isupper() and text.endswith(".") for text in REMEDIES.values())


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern of a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for below in schema.values():
            yield from patterns(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from patterns(below)
