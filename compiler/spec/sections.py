"""Sections of a document: one module each, found in a package, imported only where a document uses them.

A section module defines `SECTION`, the type of the field. The module's name is the field's name in
snake_case. Building a pydantic model costs milliseconds, and a run pays only for what its specs say.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from pydantic import create_model

from compiler.spec.base import SpecModel, camel

M = TypeVar("M", bound=SpecModel)


@cache
def section_names(package: str) -> dict[str, str]:
    """Field name as users write it -> module, of every section in a package."""
    parent = import_module(package)
    modules = sorted(module.name for module in pkgutil.iter_modules(parent.__path__))
    return {camel(module): f"{package}.{module}" for module in modules}


def with_sections(base: type[M], package: str, used: frozenset[str] | None) -> type[M]:
    """`base` with a field for each of the sections that are used; None is all of them."""
    modules = section_names(package)
    fields: dict[str, Any] = {}
    for name in sorted(modules if used is None else used):
        section = import_module(modules[name])
        fields[modules[name].rpartition(".")[2]] = (section.SECTION | None, None)
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)
