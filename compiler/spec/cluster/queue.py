"""`queue`: what admits workloads that ask for accelerators."""

from __future__ import annotations

from typing import Literal

from compiler.spec.base import Duration, ObjectName, SpecModel


class Queue(SpecModel):
    """The queue that workloads are put into."""

    kind: Literal["kueue", "volcano"]
    """Which system queues."""

    name: ObjectName
    """Name of the queue: a LocalQueue of Kueue, a Queue of Volcano."""

    pods_ready_timeout: Duration | None = None
    """How long the queue waits for all pods of a workload before it evicts it."""


SECTION = Queue
