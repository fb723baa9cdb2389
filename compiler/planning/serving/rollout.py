"""How the pods of a service are replaced by those of a new revision."""

from __future__ import annotations

from compiler.linking.accelerators import Resolved
from compiler.linking.program import Program
from compiler.planning.demand import demand
from compiler.planning.engines.base import Choice
from compiler.planning.serving.plans import Rollout

WITH_SPARE = Rollout(1, 0)
"""A new pod serves before an old one goes."""

WITHOUT_SPARE = Rollout(0, 1)
"""An old pod goes first: a new one would wait for its cards for ever."""


def rollout_of(choice: Choice, program: Program) -> Rollout:
    """How pods are replaced: with one more where the cluster has cards to spare, else one after the other."""
    return rollout_on(choice.resolved, choice.plan.per_node, program)


def rollout_on(resolved: Resolved, cards: int, program: Program) -> Rollout:
    """How pods with that many cards of a pool are replaced."""
    pool = resolved.pool
    if pool.card.resource is None:
        return WITH_SPARE
    spare = pool.cards - demand(program).get(resolved.id, 0)
    return WITH_SPARE if spare >= cards else WITHOUT_SPARE
