"""Where cards stand: nodes and cards of a node; cores, shared memory and main memory of a pod."""

from __future__ import annotations

from typing import NamedTuple

from compiler.planning.training import problems
from compiler.planning.training.values import Fault, Pool

GIB = 1 << 30

PCIE_GB_S = 64
"""Bandwidth of the widest PCIe slot in use, in GB/s and one direction. Faster links join the cards of a node to one another."""

CORES_OF_CARD = 8
"""Cores that feed a card: data loading, and the launch of kernels."""

CORES_WITHOUT_CARD = 2
"""Cores of a process that computes on them itself: such trainings are trials."""

USABLE = 90
"""Percent of a node's cores and memory that pods can have; the rest is the system's and the kubelet's."""

SHARED_OF_CARD = 4 * GIB
"""Shared memory of a card's process, for data loading and for the communication within a node; twice that over several nodes."""

LEAST_OF_NODE = 2
"""A spread takes at least one card in so many of a node."""


class Placement(NamedTuple):
    """Where cards stand."""

    nodes: int
    per_node: int

    @property
    def world(self) -> int:
        """Processes over all nodes."""
        return self.nodes * self.per_node


def place(cards: int, pool: Pool) -> tuple[Placement | None, tuple[Fault, ...]]:
    """Full nodes, a part of one node, or an even spread."""
    if cards > pool.cards or cards < 1:
        return None, (problems.too_many_cards(cards, pool, nearest(cards, pool)),)
    per_node = max(1, pool.per_node)
    if cards <= per_node:
        partial = 1 < cards < per_node and (pool.card.link_gb_s or 0) > PCIE_GB_S
        return Placement(1, cards), (problems.part_of_node(cards, pool),) if partial else ()
    if cards % per_node == 0:
        return Placement(cards // per_node, per_node), ()
    used = _even(cards, pool)
    if not used:
        return None, (problems.uneven(cards, pool, nearest(cards, pool)),)
    return Placement(cards // used, used), (problems.spread(cards, cards // used, used, pool),)


def nearest(cards: int, pool: Pool) -> tuple[int, ...]:
    """The next smaller and the next larger number of cards that can be placed."""
    lower = (one for one in range(min(cards - 1, pool.cards), 0, -1) if _places(one, pool))
    higher = (one for one in range(cards + 1, min(pool.cards, cards + 2 * pool.per_node) + 1) if _places(one, pool))
    return tuple(one for one in (next(lower, 0), next(higher, 0)) if one)


def _places(cards: int, pool: Pool) -> bool:
    per_node = max(1, pool.per_node)
    return cards <= per_node or cards % per_node == 0 or _even(cards, pool) > 0


def _even(cards: int, pool: Pool) -> int:
    """The most cards of a node with which all nodes have the same; 0 where that is less than half of a node."""
    nodes = -(-pool.cards // max(1, pool.per_node))
    for used in range(pool.per_node - 1, 1, -1):
        if used * LEAST_OF_NODE < pool.per_node:
            return 0
        if cards % used == 0 and cards // used <= nodes:
            return used
    return 0


def usable(pool: Pool) -> int | None:
    """Main memory of a node that pods can have, whole GiB; None where the cluster does not say what a node has."""
    if pool.node_memory is None:
        return None
    size = pool.node_memory * USABLE // 100
    return size // GIB * GIB if size >= GIB else size


def cores(pool: Pool, per_node: int, *, offload: bool) -> int:
    """Cores of a pod: eight a card, two a process without one; with an optimizer on the processors, the share of the node.

    Never more than the share of the node that the pod's cards have.
    """
    wanted = per_node * (CORES_OF_CARD if pool.card.memory else CORES_WITHOUT_CARD)
    if pool.node_cpu is None:
        return wanted
    share = max(1, pool.node_cpu * USABLE * per_node // (100 * max(per_node, pool.per_node)))
    return share if offload else min(wanted, share)


def shared_memory(pool: Pool, placement: Placement) -> int:
    """Shared memory of a pod in bytes: 4 GiB a card, 8 over several nodes, at most an eighth of the node; none for
    processes without a card, whose communication goes over sockets."""
    if not pool.card.memory:
        return 0
    size = placement.per_node * SHARED_OF_CARD * (2 if placement.nodes > 1 else 1)
    if pool.node_memory is None:
        return size
    return min(size, max(GIB, pool.node_memory // 8 // GIB * GIB))
