"""Workloads that answer requests, and those that ask them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from compiler.linking.artifact import Key, Mounted
from compiler.linking.workload import FieldPath, JobNames, OutputClaim, Reference, SecretKey, place_of
from compiler.source.document import Origin

ArgumentValue = str | bool | int | float | list[str | int | float]


class Scale(NamedTuple):
    """How many replicas there are."""

    least: int = 1
    most: int = 1
    metric: str | None = None
    """`concurrency`, `rps`, `cpu` or `memory`; None leaves it to the engine."""

    value: int | None = None
    """How much of the metric one replica is to have: requests, requests a second, or percent."""

    @property
    def fixed(self) -> bool:
        """Whether nothing scales it."""
        return self.least == self.most


class Expose(NamedTuple):
    """How a service is reached from outside."""

    host: str | None
    path: str
    name: str | None = None
    """Of the Ingress or HTTPRoute; None is the service's."""


class Service(NamedTuple):
    """A model that answers requests. What is None is decided by planning."""

    key: Key
    of: str
    """How messages name it: `support-bot/services/chat`."""

    unit: str
    namespace: str
    origin: Origin
    """The entry."""

    names: JobNames
    """`job` is the InferenceService or RayService, `files` the ConfigMap of what it reads."""

    labels: Mapping[str, str]
    references: tuple[Reference, ...]
    """`model`, and `adapter-0`...: an adapter's name is what it is served as. A role with `/` before it is the directory
    that further data is mounted to."""

    project_labels: Mapping[str, str] = {}
    """Of `labels`, those that are the project's own: some controllers copy labels into pods, where a change restarts them."""

    runtime: str | None = None
    engine: str | None = None
    accelerator: str | None = None
    cards: int | None = None
    """Of one replica, over all of its nodes."""

    context: int | None = None
    concurrency: int | None = None
    quantization: str | None = None
    tensor: int | None = None
    pipeline: int | None = None
    scale: Scale = Scale()
    arguments: Mapping[str, ArgumentValue] = {}
    """By the server's own names, without dashes in front."""

    environment: Mapping[str, str | SecretKey | FieldPath] = {}
    file: str | None = None
    image: str | None = None
    command: Sequence[str] = ()
    line: Sequence[str] = ()
    """Arguments behind all others, as a document writes them."""

    port: int | None = None
    cpu: str | None = None
    memory: str | None = None
    resources: Mapping[str, Mapping[str, str]] = {}
    """Requests and limits of a container that a document states, over what is decided."""

    model_path: str | None = None
    """Where the data of the model itself is mounted, and not its claim, for servers that look there."""

    served: str | None = None
    """What requests call the model; None is the service's name."""

    api_key: SecretKey | None = None
    expose: Expose | None = None
    canary: int | None = None
    annotations: Mapping[str, str] = {}
    mount: Mounted = Mounted()
    """User and group of the servers."""

    node_selector: Mapping[str, str] = {}
    """Labels of nodes that a dialect selects by, beside those of the accelerator."""

    places: Mapping[tuple[str, ...], Origin] = {}
    """Ways to fields of the language, and where a document with fields of its own says them."""

    deadline_seconds: int | None = None
    """It never ends."""

    def at(self, *path: str) -> Origin:
        """The place of a field of the language."""
        return place_of(self, path)

    @property
    def component(self) -> str:
        """What it is for those who refer to it."""
        return "service"

    @property
    def held(self) -> bool:
        """Whether it goes on with the run of a fine-tuning that it serves, until another one is promoted."""
        return True


class Predictor(NamedTuple):
    """A model that one of the cluster's own ServingRuntimes serves, which a document chooses by a format."""

    key: Key
    of: str
    unit: str
    namespace: str
    origin: Origin
    names: JobNames
    labels: Mapping[str, str]
    references: tuple[Reference, ...]
    """`model`; none, where KServe loads it from `uri`."""

    model: Mapping[str, Any]
    """`predictor.model`, without the place of the files. Quantities are in canonical form."""

    uri: str | None = None
    """Where the files are, as the document says it."""

    accelerator: str | None = None
    cards: int = 0
    """Of a replica."""

    scale: Scale = Scale()
    expose: Expose | None = None
    canary: int | None = None
    annotations: Mapping[str, str] = {}
    node_selector: Mapping[str, str] = {}
    """Labels of nodes, beside those of the accelerator."""

    mount: Mounted = Mounted()
    environment: Mapping[str, str | SecretKey | FieldPath] = {}
    """Its variables with a value, as they stand in `model`, too."""

    places: Mapping[tuple[str, ...], Origin] = {}
    deadline_seconds: int | None = None

    def at(self, *path: str) -> Origin:
        """The place of a field of the language."""
        return place_of(self, path)

    @property
    def component(self) -> str:
        """What it is for those who refer to it: nothing does."""
        return "predictor"

    @property
    def held(self) -> bool:
        """As for services."""
        return True


class Comparison(NamedTuple):
    """The same questions to several services."""

    key: Key
    of: str
    unit: str
    namespace: str
    origin: Origin
    names: JobNames
    labels: Mapping[str, str]
    references: tuple[Reference, ...]
    """`service-0`...: the services that are asked."""

    questions: str
    """Text of the questions, JSON lines."""

    parameters: Mapping[str, int | float]
    """Of every request, as the API calls them."""

    parallel: int
    timeout_seconds: int
    deadline_seconds: int | None
    outputs: tuple[OutputClaim, ...]
    attempt: int = 1
    keys: Mapping[str, SecretKey] = {}
    """By role of a reference: the API key, where it is not the service's own."""

    annotations: Mapping[str, str] = {}
    mount: Mounted = Mounted()
    environment: Mapping[str, str | SecretKey | FieldPath] = {}
    accelerator: str | None = None
    """It needs no card."""

    places: Mapping[tuple[str, ...], Origin] = {}

    def at(self, *path: str) -> Origin:
        """The place of a field of the language."""
        return place_of(self, path)

    @property
    def component(self) -> str:
        """What it is for those who refer to it: nothing refers to a comparison."""
        return "comparison"
