"""Main memory of a node: what a training cannot do without, and what a pod asks for."""

from __future__ import annotations

from typing import NamedTuple

from compiler.planning.training.coefficients import HOST_PROCESS
from compiler.planning.training.placement import Placement, usable
from compiler.planning.training.ranges import NOTHING
from compiler.planning.training.values import Pool, Range


class Host(NamedTuple):
    """Main memory of a node, in bytes."""

    needed: Range
    """What training cannot do without."""

    asked: int
    """What a pod asks for: room for loading all weights in each process, rounded, as far as the node has it."""

    limit: int | None
    """What a node has for pods; None where the cluster does not say."""

    @property
    def impossible(self) -> bool:
        """Whether even the low estimate is more than the node has."""
        return self.limit is not None and self.needed.low > self.limit

    @property
    def certain(self) -> bool:
        """Whether the high estimate is within what the node has."""
        return self.limit is not None and self.needed.high <= self.limit


def host_of(
    pool: Pool, placement: Placement, *, weights: int, shared: int, offloaded: Range, process: Range,
) -> Host:  # fmt: skip
    """Main memory of a node.

    `weights`: bytes of the weight files, `shared`: of the pod's shared memory, `offloaded`: over all nodes,
    `process`: of a process that has no card, in which case it is all that counts.
    """
    limit = usable(pool)
    per_node = placement.per_node
    if not pool.card.memory:
        needed = Range(*(per_node * bound for bound in process))
        return Host(needed, _asked(needed.high, limit), limit)
    away = Range(*(-(-bound // placement.nodes) for bound in offloaded))
    bounds = zip(HOST_PROCESS, away, (0, shared, shared), strict=True)
    needed = Range(*(per_node * process + part + more for process, part, more in bounds))
    # With offload, weights are loaded by parts into the memory that is counted already.
    loading = 0 if away != NOTHING else per_node * weights
    return Host(needed, _asked(needed.high + loading, limit), limit)


def _asked(wanted: int, limit: int | None) -> int:
    size = rounded(wanted)
    return size if limit is None else min(size, limit)


def rounded(size: int) -> int:
    """The next of 1, 1.5, 2, 3, 4, 6, 8... times a power of 1024: the steps in which nodes and quotas are sized.

    >>> rounded(210 << 30) >> 30
    256
    """
    step = 1 << max(0, size.bit_length() - 2)
    return -(-size // step) * step
