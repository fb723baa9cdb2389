"""What a pod asks of its node: main memory, cores, shared memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.serving.splits import Split
from compiler.planning.training.placement import Placement, cores, shared_memory, usable

if TYPE_CHECKING:
    from compiler.planning.serving.values import Ask
    from compiler.planning.training.values import Range

GIB = 1 << 30

SERVER = 8 * GIB
"""The front end: tokenizer, requests, answers, libraries."""

PROCESS = 2 * GIB
"""The process of a card, with the pinned buffers that its weights pass."""

COPIES = 2
"""Of a card's weights, while they are loaded: the files' pages, and tensors that are cast or put together."""

STEP = 8 * GIB
"""Main memory is asked for by so much."""

CORES_OF_SERVER = 8
"""Cores of a server that computes on them, where its part of the node has as many."""


class Host(NamedTuple):
    """What one pod asks for."""

    memory: int
    cpu: int
    shm: int


def host_of(ask: Ask, split: Split, weights: Range, total: Range) -> Host:
    """What one pod asks for; `weights` and `total` are of one card."""
    pool = ask.pool
    if not pool.card.memory:
        return Host(min(_up(total.high, GIB), _share(ask, split) or total.high), _processors(ask), 0)
    shm = shared_memory(pool, Placement(split.nodes, split.per_node))
    wanted = _up(SERVER + PROCESS * split.per_node + shm + COPIES * weights.high, STEP)
    share = _share(ask, split)
    if share is not None and wanted > share:
        wanted = share // STEP * STEP or share
    return Host(wanted, cores(pool, split.per_node, offload=False), shm)


def _share(ask: Ask, split: Split) -> int | None:
    """The pod's part of its node, whole GiB where it has one; None where the cluster does not say what a node has."""
    limit = usable(ask.pool)
    if limit is None:
        return None
    size = limit * split.per_node // max(1, ask.pool.per_node)
    return size // GIB * GIB or size


def _processors(ask: Ask) -> int:
    if ask.pool.node_cpu is None:
        return CORES_OF_SERVER
    return min(CORES_OF_SERVER, cores(ask.pool, 1, offload=True))


def _up(size: int, step: int) -> int:
    return -(-size // step) * step
