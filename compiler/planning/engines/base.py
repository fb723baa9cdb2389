"""What an engine is: how it is asked whether it can do something, and what a service becomes under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.profile import Profile
from compiler.linking.program import Program
from compiler.linking.serving import ArgumentValue, Scale, Service
from compiler.planning.plans import Plan
from compiler.planning.serving.arguments import Given
from compiler.planning.serving.loaded import Loaded
from compiler.planning.serving.values import ServingPlan
from compiler.planning.summary import PodSummary
from compiler.planning.training.values import Pool

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Runtime
    from compiler.linking.accelerators import Resolved


class Endpoint(NamedTuple):
    """Where a service answers within the cluster."""

    service: str
    """The Kubernetes Service that the engine makes."""

    port: int
    url: str
    """Base of its API: `http://support-bot-chat-predictor.nlp.svc.cluster.local/v1`."""


class Choice(NamedTuple):
    """A service with everything that was decided about how it runs."""

    service: Service
    loaded: Loaded
    runtime: Runtime
    engine: Engine
    resolved: Resolved
    plan: ServingPlan
    given: Given
    concurrency: int
    """Sequences of full length that the cache was planned for."""

    environment: Mapping[str, str] = {}
    """Variables that a ModelSpec gives, under the service's own."""

    listed: bool = False
    """Whether a ModelSpec lists this way."""

    @property
    def arguments(self) -> Mapping[str, ArgumentValue]:
        """Arguments beside those that the runtime's entry writes."""
        return self.given.further

    @property
    def vendor(self) -> str:
        """Who makes the cards."""
        return self.resolved.entry.vendor

    @property
    def processors(self) -> bool:
        """Whether it runs without a card."""
        return self.resolved.pool.card.resource is None

    @property
    def cards(self) -> int:
        """Cards of all replicas together, at most."""
        return 0 if self.processors else self.plan.cards * self.service.scale.most


class Made(NamedTuple):
    """What a service comes to under an engine."""

    plans: tuple[Plan, ...] = ()
    pods: tuple[PodSummary, ...] = ()
    scale: Scale = Scale()
    """With what it is counted by."""


class Engine(NamedTuple):
    """An engine."""

    name: str
    kind: str
    """Kind of the object: `InferenceService`."""

    limit: int
    """Characters of its name."""

    there: Callable[[Profile], bool]
    """Whether a cluster says that it has it."""

    nodes: Callable[[Runtime], bool]
    """Whether a replica may stand on several nodes."""

    adapters: Callable[[Runtime], bool]
    """Whether adapters are loaded beside a model."""

    keys: Callable[[Runtime], bool]
    """Whether callers can be asked for a key."""

    image: Callable[[Runtime, str], str | None]
    """The image for the cards of a vendor; None where there is none."""

    host: Callable[[Pool], int]
    """Main memory that it takes of each pod beside the server, in bytes."""

    check: Callable[[Choice, Program], Iterable[Diagnostic]]
    """What is wrong with a service under it."""

    plan: Callable[[Choice, Program], Staged[Made | None]]
    endpoint: Callable[[Service, Profile, Runtime], Endpoint]
