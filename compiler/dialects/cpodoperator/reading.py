"""What reading a document of cpodoperator begins with, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from compiler.diagnostics import Staged
from compiler.linking.problems import no_namespace
from compiler.source.document import Document
from compiler.spec.checked import checked

if TYPE_CHECKING:
    from pydantic import BaseModel

    from compiler.source.document import Origin

    M = TypeVar("M", bound=BaseModel)


def shaped(kind: str, model: Callable[[], type[M]], document: Document) -> Staged[M | None]:
    """The document as what the language calls `kind`; None with everything that is wrong with its shape."""
    read = checked(kind, model, document)
    value: Any = read.value
    if value is not None and value.metadata.namespace is None:
        return Staged(None, [*read.found, no_namespace(document.at("metadata", key=True), document.kind)])
    return read


def places_of(document: Document, fields: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], Origin]:
    """Where the document says what the language has under another name: `fields` of its spec, by their ways in the
    language. What it leaves out is left out."""
    given = {field: value for field, value in document.value["spec"].items() if value is not None}
    return {
        way: document.at("spec", field, key=isinstance(given[field], Mapping))
        for way, field in fields.items()
        if field in given
    }
