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


AT_ONCE = Rollout(0, 1, at_once=True)
"""The pods of a replica on several nodes go together, as those of the new one need each other."""


def rollout_of(choice: Choice, program: Program) -> Rollout | None:
    """How pods are replaced: with one more where the cluster has cards to spare, else one after the other. None for a
    replica on several nodes with another such number of cards to spare: KServe then makes all new pods first."""
    if choice.plan.nodes > 1:
        return None if has_spare(choice.resolved, choice.plan.cards, program) else AT_ONCE
    return rollout_on(choice.resolved, choice.plan.per_node, program)


def rollout_on(resolved: Resolved, cards: int, program: Program) -> Rollout:
    """How pods with that many cards of a pool are replaced."""
    return WITH_SPARE if has_spare(resolved, cards, program) else WITHOUT_SPARE


def has_spare(resolved: Resolved, cards: int, program: Program) -> bool:
    """Whether a pool has so many cards that nothing asks for."""
    pool = resolved.pool
    return pool.card.resource is None or pool.cards - demand(program).get(resolved.id, 0) >= cards
