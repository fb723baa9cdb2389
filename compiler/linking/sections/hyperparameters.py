"""`hyperparameters`: sets are read where fine-tunings name them; here each is checked, whether one does or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.hyperparameters import SECTION, complete
from compiler.linking.scope import Entry, Scope
from compiler.linking.workload import Hyperparameters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.spec.training import HyperparameterSet


def expand(scope: Scope) -> Staged[list[Entry]]:
    """No entries: what is wrong with the sets."""
    written: Mapping[str, HyperparameterSet] = getattr(scope.project, SECTION, None) or {}
    found: list[Diagnostic] = []
    for name in written:
        found += complete(scope, Hyperparameters({}, {}, {}), name, scope.at(SECTION, name)).found
    return Staged([], found)
