"""Cards that a cluster's workloads ask for together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from compiler.linking.program import Program
from compiler.planning.pools import pool_of
from compiler.planning.working import cards_of


def demand(program: Program) -> Mapping[str, int]:
    """Cards that all workloads ask for together, by pool, in the order of the pools' names."""
    return program.memo.once(("demand",), lambda: _demand(program))


def _demand(program: Program) -> Mapping[str, int]:
    asked: Counter[str] = Counter()
    at = program.profile.document.at()
    for workload in program.workloads:
        wanted, cards = cards_of(workload, program)
        pool = pool_of(program, wanted, at).value if wanted is not None else None
        if pool is not None and pool.pool.card.resource is not None:
            asked[pool.id] += cards
    return dict(sorted(asked.items()))
