"""`models`: weights that are loaded onto volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from compiler.library.facts import Dtype, ModelFacts
from compiler.spec.base import Name
from compiler.spec.storage import Loaded, Source, text_or_mapping

if TYPE_CHECKING:
    from pydantic.config import JsonDict


def _given(field: str) -> JsonDict:
    """A schema that asks for a field, and for something in it."""
    return {"required": [field], "properties": {field: {"not": {"type": "null"}}}}


class Model(Loaded):
    """Weights of a model, from a source or from the library."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_given("source"), _given("from")]})

    from_: str | None = Field(default=None, alias="from")
    """An entry of the library, whose source and facts this one takes over."""

    source: Source | None = None
    """Where the weights come from."""

    facts: ModelFacts | None = None
    """Numbers that planning needs. What is left out comes from the library entry of the same repository."""

    dtype: Dtype | None = None
    """What the weights are stored in."""

    template: str | None = None
    """Chat template, as the trainers name it."""

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Model:
        if self.from_ is None and self.source is None:
            raise ValueError(
                "A model needs a `source` or a `from`. | Add `source:` with a URI, or `from:` with a library entry."
            )
        return self


Entry = Annotated[
    Annotated[str, Tag("text")] | Annotated[Model, Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""The name of a library entry, or a description."""

SECTION = dict[Name, Entry]
