"""The kinds of entries: one module each in `entries/`, found by looking there, imported only when one is read.

A module defines `ENTRY`, the entry's model, a `SpecModel`; for kinds that carry their name elsewhere than in `name`,
`NAME`, the way to it. The module's name gives the rest: `data_plugin.py` reads `library/data-plugins/` with
`kind: DataPlugin`. A name that ends in `s` is its own plural: `hyperparameters.py` reads `library/hyperparameters/`.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.source.document import Path

if TYPE_CHECKING:
    from compiler.spec.base import SpecModel

PACKAGE = "compiler.library.entries"


class EntryKind(NamedTuple):
    """A kind of entry, without its model."""

    id: str
    """What commands and lookups call it: `model`, `data-plugin`."""

    kind: str
    """What its files say under `kind`: `Model`, `DataPlugin`."""

    directory: str
    """Where its files are: `models`, `data-plugins`."""

    module: str

    @property
    def model(self) -> type[SpecModel]:
        """The entry's model."""
        model: type[SpecModel] = import_module(self.module).ENTRY
        return model

    @property
    def name_path(self) -> Path:
        """The way to the entry's name in its file."""
        path: Path = getattr(import_module(self.module), "NAME", ("name",))
        return path

    @property
    def templates(self) -> tuple[str, ...]:
        """Fields whose values hold templates."""
        fields: tuple[str, ...] = getattr(self.model, "TEMPLATES", ())
        return fields

    def name_of(self, value: Any) -> Any:
        """The name that a file's value states; None where it states none."""
        for step in self.name_path:
            value = value.get(step) if isinstance(value, dict) else None
        return value


@cache
def kinds() -> dict[str, EntryKind]:
    """Every kind by its id, in order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(import_module(PACKAGE).__path__))
    return {kind.id: kind for kind in map(_kind, modules)}


def _kind(module: str) -> EntryKind:
    identifier = module.replace("_", "-")
    kind = "".join(part.capitalize() for part in module.split("_"))
    directory = identifier if identifier.endswith("s") else f"{identifier}s"
    return EntryKind(identifier, kind, directory, f"{PACKAGE}.{module}")
