"""What is told of a workload's plan: for `hydra plan`, `hydra explain` and reports."""

from __future__ import annotations

from typing import NamedTuple

from compiler.planning.training.values import Reason, TrainingPlan
from compiler.source.document import Origin


class Summary(NamedTuple):
    """A workload and what was decided about it."""

    workload: str
    """`support-bot/finetunes/tickets-lora`."""

    kind: str
    """Kind of the object that runs it: `PyTorchJob`."""

    namespace: str
    origin: Origin
    accelerator: str | None
    cards: int
    """Over all nodes."""

    nodes: int
    cpu: str | None
    """Cores of each pod."""

    memory: str | None
    """Main memory of each pod."""

    storage: tuple[tuple[str, str], ...] = ()
    """Claims that it makes, and their sizes."""

    plan: TrainingPlan | None = None
    """The decisions about training; None where the user's own program decides."""

    reasons: tuple[Reason, ...] = ()
