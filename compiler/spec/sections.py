"""Sections of a document: one module each, found in a package.

A section module defines `SECTION`, the type of the field. The module's name is the field's name in snake_case.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from pydantic import create_model

from compiler.spec.base import SpecModel
from compiler.spec.names import camel

M = TypeVar("M", bound=SpecModel)


@cache
def section_names(package: str) -> dict[str, str]:
    """Field name as users write it -> module, of every section in a package."""
    parent = import_module(package)
    modules = sorted(module.name for module in pkgutil.iter_modules(parent.__path__))
    return {camel(module): f"{package}.{module}" for module in modules}


def with_sections(base: type[M], package: str) -> type[M]:
    """`base` with a field for each section of a package."""
    modules = section_names(package)
    fields: dict[str, Any] = {}
    for name in sorted(modules):
        section = import_module(modules[name])
        fields[modules[name].rpartition(".")[2]] = (section.SECTION | None, None)
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)
