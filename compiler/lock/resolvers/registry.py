"""Finds the resolvers: every module of this package with a `RESOLVER`, by its name."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import compiler.lock.resolvers as package
from compiler.lock.resolvers.base import Resolver


@cache
def resolvers() -> Mapping[str, Resolver]:
    """Every resolver by the system that it asks, sorted."""
    names = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    modules = {name: import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module.RESOLVER for name, module in modules.items() if hasattr(module, "RESOLVER")}
