"""Templates of an entry, compiled before anyone needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.library import problems
from compiler.library.plain import TemplateFault
from compiler.library.templates import check_expression, check_text
from compiler.source.document import Document, Path

_EXPRESSIONS = frozenset({"if", "in"})
_PLAIN = frozenset({"for"})


def check_templates(document: Document, value: Mapping[str, Any], fields: tuple[str, ...]) -> list[Diagnostic]:
    """Every template below the fields that does not compile."""
    found = []
    for path, text in _texts(value, fields):
        check = check_expression if path[-1] in _EXPRESSIONS else check_text
        try:
            check(text)
        except TemplateFault as fault:
            found.append(problems.template_refused(document.at(*path), fault))
    return found


def _texts(value: Mapping[str, Any], fields: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for field in fields:
        if field in value:
            yield from _below((field,), value[field])


def _below(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if path[-1] not in _PLAIN:
            yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _below((*path, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _below((*path, index), inner)
