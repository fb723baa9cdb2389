"""Finds the dialects: every module of this package with `DIALECTS`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import compiler.dialects as package
from compiler.dialects.base import Dialect


@cache
def dialects() -> Mapping[tuple[str, str], Dialect]:
    """Every dialect by apiVersion and kind."""
    found: dict[tuple[str, str], Dialect] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
        for dialect in getattr(import_module(f"{package.__name__}.{module}"), "DIALECTS", ()):
            key = (dialect.api_version, dialect.kind)
            if key in found:
                raise ValueError(f"two dialects read {key}")
            found[key] = dialect
    return found
