"""Finds the frameworks: every module of this package with a `FRAMEWORK`, under the module's name."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

import compiler.lowering.frameworks as package
from compiler.lowering.frameworks.base import Framework


@cache
def frameworks() -> Mapping[str, Framework]:
    """Every framework by its name."""
    modules = sorted(one.name for one in pkgutil.iter_modules(package.__path__))
    found = {name: getattr(import_module(f"{package.__name__}.{name}"), "FRAMEWORK", None) for name in modules}
    return {name: framework for name, framework in found.items() if framework is not None}
