"""Finds the engines: every module of this package with an `ENGINE`."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import compiler.planning.engines as package
from compiler.planning.engines.base import Engine


@cache
def engines() -> Mapping[str, Engine]:
    """Engines by name."""
    modules = [import_module(f"{package.__name__}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
    return {module.ENGINE.name: module.ENGINE for module in modules if hasattr(module, "ENGINE")}
