"""Finds the imports: every module of this package with `IMPORTS`, by group and kind."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import compiler.importing as package

if TYPE_CHECKING:
    from compiler.importing.base import Import
    from compiler.source.document import Document


@cache
def imports() -> Mapping[str, Import]:
    """How kinds become entries, by `group/Kind`; the group is empty for Kubernetes' own.

    Raises: ValueError, where two modules have one kind.
    """
    found: dict[str, Import] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
        for kind, function in getattr(import_module(f"{package.__name__}.{module}"), "IMPORTS", {}).items():
            if kind in found:
                raise ValueError(f"two modules import {kind}")
            found[kind] = function
    return found


def import_of(document: Document) -> Import | None:
    """How a document becomes entries; None for a kind that stays as it is."""
    group, slash, _ = document.api_version.rpartition("/")
    return imports().get(f"{group if slash else ''}/{document.kind}")
