"""How workloads are told of: one module a kind of workload, found by looking into this package."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from compiler.report.plan.view import View

if TYPE_CHECKING:
    from compiler.linking.workload import Workload


@cache
def views() -> Mapping[type, View]:
    """Type of workload -> its view, in the order of the modules' names."""
    modules = (import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    return {workload: module.VIEW for module in modules for workload in module.VIEW.workloads}


def view_of(workload: Workload) -> View:
    """How a workload is told of."""
    return views()[type(workload)]
