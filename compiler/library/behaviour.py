"""Methods of entries and facts: shared by the pydantic models and by records, which are made without them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from compiler.source.document import Document, Origin

Hub = Literal["huggingface", "modelscope"]

_SHORT = re.compile(r"([0-9]+)(?:\.([0-9]+))?([KMBT])")
_POWERS = {"K": 3, "M": 6, "B": 9, "T": 12}


class MissingFact(ValueError):  # noqa: N818
    """A number was asked for that the model's facts do not state."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"The model's facts do not state `{fact}`.")
        self.fact = fact
        """The fact as the language spells it, e.g. `kvHeads`."""


def exact(value: Any) -> Any:
    """A count in its short form as a whole number; anything else as it is.

    >>> exact("7.6B")
    7600000000
    """
    found = _SHORT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    whole, fraction, unit = found.groups(default="")
    count, rest = divmod(int(whole + fraction) * 10 ** _POWERS[unit], 10 ** len(fraction))
    return value if rest else count


class FactsBehaviour:
    """What can be asked of a model's facts."""

    @classmethod
    def read(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Counts in their short form as whole numbers."""
        return {name: exact(value) for name, value in given.items()}

    def need(self, fact: str) -> int:
        """A fact that is a number, by its Python name.

        Raises: MissingFact, where it is not stated.
        """
        value = getattr(self, fact)
        if value is None:
            head, *tail = fact.split("_")
            raise MissingFact(head + "".join(part.capitalize() for part in tail))
        return int(value)

    def over(self, base: Self) -> Self:
        """These facts, and what they leave out from another model's."""
        given: Any = self
        other: Any = base
        result: Self = other.model_copy(update={name: getattr(given, name) for name in given.model_fields_set})
        return result


class EntryBehaviour:
    """What can be asked of an entry of the library."""

    _document: Document | None

    @property
    def origin(self) -> Origin:
        """Where the entry stands.

        Raises: LookupError, where it was not read from a file.
        """
        document: Document | None = getattr(self, "_document", None)
        if document is None:
            raise LookupError("the entry was not read from a file")
        return Origin(document)

    def read_from(self, document: Document) -> None:
        """Remember the document that the entry was read from."""
        self._document = document

    def repositories(self, hub: Hub) -> tuple[str, ...]:
        """Every name of a model's repository on a hub."""
        first: str | None = getattr(self, hub, None)
        aliases: Mapping[str, list[str]] = getattr(self, "aliases", {})
        return (*(() if first is None else (first,)), *aliases.get(hub, ()))
