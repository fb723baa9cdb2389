"""Workloads: what runs on accelerators and reads artifacts. Made by a section or a dialect, linked, then planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from compiler.linking.artifact import Artifact, Key, Mounted
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.linking.serving import Comparison, Predictor, Service
    from compiler.spec.training import Freeze, Lora, Output


class Reference(NamedTuple):
    """Something that a workload reads."""

    role: str
    """What it is for the workload; unique in it: `model`, `dataset`, or the directory of a mount."""

    wanted: str
    """Component that may stand there: `model` (a fine-tuning is one too) or `dataset`."""

    name: str
    """As the document writes it."""

    key: Key
    """What it leads to: project and entry, or namespace and name."""

    at: Origin
    remedy: str = ""
    """What to do where it leads nowhere; left out, define an entry."""

    told: bool = False
    """Whether it leads nowhere and that has been said."""


class JobNames(NamedTuple):
    """Names of a workload's objects, without digests."""

    claim: str
    """The claim of its results."""

    job: str
    files: str
    """ConfigMap with the files of a run."""


class SecretKey(NamedTuple):
    """A value that stands in a Secret."""

    secret: str
    key: str


class FieldPath(NamedTuple):
    """A value that the kubelet takes from the pod itself."""

    path: str


Environment = Mapping[str, str | SecretKey | FieldPath]


class Variables(NamedTuple):
    """The environment variables that a workload gives its pods, as policy looks at them."""

    values: Environment
    origin: Origin
    """The entry or document."""

    def place(self, name: str) -> Origin:
        """Where a variable's value was said: in a mapping by names, or in a list as pods have it; else the entry."""
        for at in (self.origin._replace(key=False).child("env"), self.origin.document.at("spec", "env")):
            written = _value(at)
            if isinstance(written, Mapping) and name in written:
                return at.child(name)
            # Of two of one name the last counts.
            listed = [*enumerate(written)] if isinstance(written, list) else []
            for number, one in reversed(listed):
                if isinstance(one, Mapping) and one.get("name") == name:
                    return at.child(number, "value")
        return self.origin


def _value(at: Origin) -> Any:
    value: Any = at.document.value
    for step in at.path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return value


class Upload(NamedTuple):
    """A copy of a result in the bucket that a dialect's settings name."""

    path: str
    """Key below the bucket: `models/team-a/llama-2-7b`."""

    directory: str
    """What is copied: a directory of the pods."""

    at: Origin


class Hyperparameters(NamedTuple):
    """Hyperparameters, complete: every field of the language has its value. Sizes in sequences and tokens."""

    values: Mapping[str, Any]
    """By Python name, as in `compiler.spec.training.Hyperparameters`."""

    places: Mapping[str, Origin]
    """By Python name, where a value was said; what is missing came from a preset."""

    origins: Mapping[str, str]
    """By Python name, who gave the value: `hydra.yaml`, `library hyperparameters/lora`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None


class Finetune(NamedTuple):
    """A model that is trained further by a trainer of the library."""

    key: Key
    of: str
    """How messages and markers name it: `support-bot/finetunes/tickets-lora`."""

    unit: str
    namespace: str
    origin: Origin
    """The entry."""

    names: JobNames
    labels: Mapping[str, str]
    references: tuple[Reference, ...]
    """`model` and `dataset`."""

    stage: str
    method: str
    lora: Lora
    freeze: Freeze
    hyperparameters: Hyperparameters
    accelerator: str
    cards: int
    """Over all nodes."""

    deepspeed: str | Mapping[str, Any]
    trainer: str
    output: Output
    attempt: int = 1
    deadline_seconds: int | None = None
    template: str | None = None
    image: str | None = None
    script: str | None = None
    environment: Mapping[str, str | SecretKey | FieldPath] = {}
    annotations: Mapping[str, str] = {}
    mount: Mounted = Mounted()
    """User and group of the run, and modes of what it writes."""

    arguments: Mapping[str, Any] = {}
    """Further arguments of the trainer, by its own names, which a dialect hands on."""

    upload: Upload | None = None
    places: Mapping[tuple[str, ...], Origin] = {}
    """Ways to fields of the language, and where a document with fields of its own says them. A Project's needs none."""

    formerly: str = ""
    """Its `of` before it was renamed; empty where it was not."""

    def at(self, *path: str) -> Origin:
        """The place of a field of the language."""
        return place_of(self, path)

    @property
    def component(self) -> str:
        """What it is for those who refer to it."""
        return "model"


class OutputClaim(NamedTuple):
    """A claim that a job writes to."""

    claim: str
    path: str
    """Where it is mounted."""

    size: str | None = None
    storage_class: str | None = None
    access_modes: tuple[str, ...] | None = None
    at: Origin | None = None
    per_run: bool = True
    """Whether each run has a directory of its own on it, and a marker."""


class TrainingJob(NamedTuple):
    """Training with the user's own image and command."""

    key: Key
    of: str
    unit: str
    namespace: str
    origin: Origin
    names: JobNames
    labels: Mapping[str, str]
    references: tuple[Reference, ...]
    """What is mounted, where a reference's role is the directory; and services whose addresses it is told."""

    framework: str
    """Module of `compiler.planning.frameworks`."""

    image: str
    command: Sequence[str]
    arguments: Sequence[str]
    environment: Environment
    replicas: Mapping[str, int]
    accelerator: str | None = None
    cards: int = 0
    """Of a replica."""

    cpu: str | None = None
    memory: str | None = None
    outputs: tuple[OutputClaim, ...] = ()
    attempt: int = 1
    retries: int | None = 3
    deadline_seconds: int | None = None
    elastic: tuple[int, int, int | None] | None = None
    """Least and most workers, and restarts."""

    workdir: str | None = None
    annotations: Mapping[str, str] = {}
    mount: Mounted = Mounted()
    addresses: Mapping[str, str] = {}
    """Further environment variables: name -> role of the reference to the service whose address it holds."""

    product: str | None = None
    """Node label `nvidia.com/gpu.product` that a dialect selects by, where the cluster does not list its pools."""

    processes: int | None = None
    """Processes of a node; left out, its cards."""

    read_write: bool = False
    """Whether what is mounted may be written to, as some images ask for."""

    extra_resources: Mapping[str, str] = {}
    capabilities: tuple[str, ...] = ()
    upload: Upload | None = None
    places: Mapping[tuple[str, ...], Origin] = {}
    """Ways to fields of the language, and where a document with fields of its own says them. A Project's needs none."""

    formerly: str = ""
    """Its `of` before it was renamed; empty where it was not."""

    def at(self, *path: str) -> Origin:
        """The place of a field of the language."""
        return place_of(self, path)

    @property
    def component(self) -> str:
        """What it is for those who refer to it: nothing refers to a job."""
        return "job"

    @property
    def mounts(self) -> tuple[Reference, ...]:
        """References to what is mounted."""
        return tuple(one for one in self.references if one.wanted != "service")

    @property
    def held(self) -> bool:
        """Whether it goes on with the run of a fine-tuning that it mounts, until another one is promoted."""
        return True


Workload: TypeAlias = "Finetune | TrainingJob | Service | Predictor | Comparison"


class Placed(Protocol):
    """What has a place in a document."""

    @property
    def origin(self) -> Origin:
        """The entry or document."""

    @property
    def places(self) -> Mapping[tuple[str, ...], Origin]:
        """Ways to fields of the language, and where a document with fields of its own says them."""


def place_of(workload: Placed, path: tuple[str, ...]) -> Origin:
    """Where the document says a field, or the nearest one around it; else where an entry of a Project would."""
    for length in range(len(path), 0, -1):
        known = workload.places.get(path[:length])
        if known is not None:
            return known
    return workload.origin._replace(key=False).child(*path)


Target = Artifact | Finetune
"""What a reference of a workload may lead to."""


def claims_of(workload: Workload) -> list[tuple[str, str]]:
    """Namespace and name of the claims that a workload makes."""
    if isinstance(workload, Finetune):
        return [(workload.namespace, workload.names.claim)]
    return [(workload.namespace, one.claim) for one in getattr(workload, "outputs", ())]
