"""`dialects`: what the systems are told whose documents are read. One module of `compiler.spec.dialects` each."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import Field, create_model

from compiler.spec.base import SpecModel
from compiler.spec.sections import section_names

PACKAGE = "compiler.spec.dialects"


class Dialects(SpecModel):
    """What the systems are told whose documents are read, by system."""


def _fields() -> dict[str, Any]:
    """A field for each system. What it means is said by its module's first line."""
    modules = {name: import_module(module) for name, module in section_names(PACKAGE).items()}
    meanings = {name: (module.__doc__ or "").partition(": ")[2].partition("\n")[0] for name, module in modules.items()}
    return {
        name: (module.SECTION | None, Field(default=None, description=meanings[name].capitalize()))
        for name, module in sorted(modules.items())
    }


SECTION: type[SpecModel] = create_model("Dialects", __base__=Dialects, __doc__=Dialects.__doc__, **_fields())
