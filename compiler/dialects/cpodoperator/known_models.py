"""What the library knows of the models that cpodoperator's documents name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.library.behaviour import MissingFact
from compiler.linking.artifact import ModelInfo
from compiler.planning.weights import weights_bytes

if TYPE_CHECKING:
    from compiler.library.entries.cpod_model import CpodModel
    from compiler.library.entries.model import Model
    from compiler.library.library import Library

TABLE = "cpod-model"


class Row(NamedTuple):
    """A base model of FineTunes, under the names that they may say."""

    entry: CpodModel
    names: tuple[str, ...]


def table(library: Library) -> list[Row]:
    """The base models, in the order of their files. Entries with mistakes are left out: the library reports them."""
    entries = (library.find(TABLE, name).value for name in library.names(TABLE))
    return [Row(one, (one.repository, *one.aliases)) for one in entries if one is not None]


def row_of(library: Library, name: str) -> CpodModel | None:
    """The base model of that name: a repository of the table, or an alias. Upper and lower case count, as there."""
    return next((row.entry for row in table(library) if name in row.names), None)


def known_model(library: Library, repository: str) -> Model | None:
    """The library's model of a repository: as the table says it, else as either hub has it."""
    if not repository:
        return None
    row = row_of(library, repository)
    if row is not None:
        found: Model | None = library.find("model", row.model).value
        return found
    return library.find_by_repository("huggingface", repository) or library.find_by_repository("modelscope", repository)


def facts_of(entry: Model | None, template: str | None) -> ModelInfo:
    """What planning needs to know of a model. Weights of an unknown one are taken for 16-bit numbers."""
    if entry is None:
        return ModelInfo(None, "bfloat16", template)
    return ModelInfo(entry.facts, entry.dtype or "bfloat16", template or entry.template, entry.task, entry.remote_code)


def weights_of(entry: Model) -> int | None:
    """Bytes of a model's weights, where its facts say so."""
    if entry.facts is None or entry.facts.parameters is None:
        return None
    try:
        return weights_bytes(entry.facts, entry.dtype or "bfloat16")
    except MissingFact:
        return None
