"""Checks documents: by the generated JSON Schema first, by the pydantic model where something is wrong.

Importing pydantic and building models takes longer than everything else in a small run. The schemas are generated from
the models, so a document that passes is right; one that does not is given to the model, which says what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from compiler.data import data_root
from compiler.diagnostics import Staged
from compiler.source.document import Document, Path
from compiler.spec.records import Records

if TYPE_CHECKING:
    import jsonschema_rs
    from pydantic import BaseModel

    M = TypeVar("M", bound=BaseModel)

_WHOLE = object()


class Language(NamedTuple):
    """A generated schema: whether a value is valid, and the records of valid ones."""

    is_valid: Callable[[Any], bool]
    records: Records


@cache
def language(name: str) -> Language:
    """The schema of a kind: `Project`, `library/model`.

    Raises: OSError, where the schema was not generated.
    """
    document = _document(name)

    def is_valid(value: Any) -> bool:
        return _validator(name).is_valid(value)

    return Language(is_valid, Records(document, _behaviours(name)))


@cache
def _document(name: str) -> Any:
    return json.loads((data_root() / "schemas" / "language" / f"{name.replace('/', '-').lower()}.json").read_bytes())


@cache
def _validator(name: str) -> jsonschema_rs.Validator:
    import jsonschema_rs

    return jsonschema_rs.validator_for(_document(name))


def _behaviours(name: str) -> dict[str, type]:
    """Methods that models of a document have besides their fields."""
    from compiler.library.behaviour import EntryBehaviour, FactsBehaviour

    title = _document(name).get("title", "")
    return {"ModelFacts": FactsBehaviour} | ({title: EntryBehaviour} if name.startswith("library/") else {})


def checked(
    name: str, model: Callable[[], type[M]], document: Document, path: Path = (), value: Any = _WHOLE
) -> Staged[M | None]:
    """A document, or the value at a place of one, as what the language calls `name`.

    `model` gives the pydantic model, and is called only where the schema finds something wrong.
    """
    if value is _WHOLE:
        value = document.value
        for step in path:
            value = value[step]
    known = language(name)
    if known.is_valid(value) and not _has_whole_float(value):
        return Staged(known.records.build(value))
    from compiler.spec.validation import validate

    return validate(model(), document, path, value)


def trusted(name: str, value: Any) -> Any:
    """A value of a file that is shipped with the compiler, and checked by its tests."""
    return language(name).records.build(value)


def trusted_part(name: str, definition: str, value: Any) -> Any:
    """A value of one of a kind's definitions, made by the compiler itself: `trusted_part("Project", "Model", {...})`."""
    return language(name).records.definition(definition)(value)


def _has_whole_float(value: Any) -> bool:
    """JSON Schema takes 2.0 for an integer, the language does not."""
    if isinstance(value, dict):
        return any(map(_has_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(_has_whole_float, value))
    return isinstance(value, float) and value.is_integer()
