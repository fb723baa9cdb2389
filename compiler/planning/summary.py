"""What is told of a workload's plan: for `hydra plan`, `hydra explain` and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from compiler.planning.training.values import Reason, TrainingPlan
from compiler.planning.work import Replicas
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.linking.serving import Scale
    from compiler.planning.serving.values import Reason as ServingReason
    from compiler.planning.serving.values import ServingPlan


class PodSummary(NamedTuple):
    """The pods of one role, and what each of them asks for."""

    role: str
    """As the field of the object spells it: `Worker`."""

    number: int
    """Of what is scaled, those of the most replicas."""

    cards: int
    cpu: str | None
    """Cores, as Kubernetes writes them."""

    memory: str | None
    """Main memory, as Kubernetes writes it."""

    shm: str | None
    """Shared memory, which is a part of the main memory."""


class Summary(NamedTuple):
    """A workload and what was decided about it."""

    workload: str
    """`support-bot/finetunes/tickets-lora`."""

    kind: str
    """Kind of the object that runs it: `PyTorchJob`."""

    namespace: str
    origin: Origin
    accelerator: str | None
    """Id in the library; for a job that says none, the product, or the resource that its pods ask for."""

    pods: tuple[PodSummary, ...]
    """By role, the leading one first."""

    storage: tuple[tuple[str, str], ...] = ()
    """Claims that it makes, and their sizes."""

    plan: TrainingPlan | None = None
    """The decisions about training; None where the user's own program decides."""

    reasons: tuple[Reason | ServingReason, ...] = ()
    serving: ServingPlan | None = None
    """The decisions about serving."""

    scale: Scale | None = None
    """Replicas of what serves, and what they are counted by."""

    runtime: str | None = None
    """The server, as the library calls it."""

    endpoints: tuple[str, ...] = ()
    """Addresses: within the cluster first, then from outside."""

    asks: tuple[str, ...] = ()
    """The services that it sends requests to: `support-bot/services/chat`."""

    writes: str | None = None
    """Claim and directory of its result, where the directory is new for each run: `support-bot-both/runs/6h8828fk56`."""

    @property
    def cards(self) -> int:
        """Over all pods; of what is scaled, those of the most replicas."""
        return sum(one.number * one.cards for one in self.pods)

    @property
    def nodes(self) -> int:
        """Pods that get cards; all pods, where none does."""
        return sum(one.number for one in self.pods if one.cards or not self.cards)


def pod_summary(replicas: Replicas, cards: int) -> PodSummary:
    """The pods of a role as they are rendered; each has that many cards."""
    asked = replicas.pod.resources.get("requests", {})
    shared = (one.size for one in replicas.pod.volumes if one.in_memory)
    return PodSummary(replicas.role, replicas.number, cards, asked.get("cpu"), asked.get("memory"), next(shared, None))
