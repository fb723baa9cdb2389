"""Finds the source types: every module of this package with a `SOURCE`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import compiler.sources as package
from compiler.sources.base import SourceType


@cache
def source_types() -> Mapping[str, SourceType]:
    """Every source type by name, sorted."""
    modules = (import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__))
    found = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


@cache
def short_schemes() -> Mapping[str, SourceType]:
    """Scheme -> type, for URIs that stand alone."""
    types = source_types().values()
    return {scheme: one for one in types for scheme in (one.schemes if one.short is None else one.short)}
