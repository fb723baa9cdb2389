"""What fields mean: the strings below them in the source, read when a schema is made and never in a compile.

pydantic can read them too, while a class is made: that costs every run the parsing of its source.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.spec.sections import section_names

if TYPE_CHECKING:
    from pydantic import BaseModel


def meaning(model: type[BaseModel], field: str, packages: tuple[str, ...] = ()) -> str:
    """The docstring of a field: of the first class that has one for it, else of the section module of that name.

    Empty, where there is none.
    """
    for owner in model.__mro__:
        found = _attributes(owner.__module__).get(f"{owner.__qualname__}.{field}")
        if found:
            return found
    for package in packages:
        module = f"{package}.{field}"
        if module in section_names(package).values():
            return _of_section(module)
    return ""


def _of_section(module: str) -> str:
    """What a section module says of itself, without the name that it begins with, as a sentence."""
    text = (import_module(module).__doc__ or "").partition("\n\n")[0]
    sentence = text.partition(": ")[2] or text
    return sentence[:1].upper() + sentence[1:]


@cache
def _attributes(module: str) -> dict[str, str]:
    """Class and field -> docstring, of a module."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return {}
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for field, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    found[f"{node.name}.{field.target.id}"] = _text(text)
    return found


def _text(node: ast.stmt) -> str:
    """The text of a statement that is nothing but one; empty for others."""
    constant = node.value if isinstance(node, ast.Expr) else None
    value = constant.value if isinstance(constant, ast.Constant) else None
    return cleandoc(value) if isinstance(value, str) else ""
