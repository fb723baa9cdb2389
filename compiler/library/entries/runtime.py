"""`library/runtimes/`: servers of models, and how they want to be told what to do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from compiler.library.arguments import Argument, Value
from compiler.library.entries.loader import EnvironmentName
from compiler.library.entries.model import Task
from compiler.library.entries.trainer import Settings, Vendor
from compiler.library.entry import Entry, Text
from compiler.library.facts import Dtype
from compiler.spec.base import Quantity, SpecModel

ArgumentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][-A-Za-z0-9_.]*$")]
"""Name of an argument of the server, without the dashes before it."""

Capability = Annotated[str, StringConstraints(pattern=r"^([0-9]+\.[0-9]+|any)$")]
"""Least compute capability of NVIDIA's cards, `8.0`; `any` card of the vendor."""

UrlPath = Annotated[str, StringConstraints(pattern=r"^/[-A-Za-z0-9._/]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]


class Health(SpecModel):
    """Paths that answer 200 when all is well. Where none is given, it is enough that the port is open."""

    startup: UrlPath | None = None
    """Once it can answer questions for the first time."""

    readiness: UrlPath | None = None
    """While it can answer questions. Left out, as `startup`."""

    liveness: UrlPath | None = None
    """While it needs no restart. Left out, as `startup`."""


class Decides(SpecModel):
    """Its arguments for what planning decides. Who gives one of them among `arguments` decides in planning's place."""

    context: ArgumentName | None = None
    """Most tokens of a sequence."""

    tensor: ArgumentName | None = None
    """Cards that each layer is split over."""

    pipeline: ArgumentName | None = None
    """Stages that the layers are split into."""

    utilization: ArgumentName | None = None
    """Part of a card's memory that it takes."""

    cache: ArgumentName | None = None
    """Type of the cache's elements."""

    batched_tokens: ArgumentName | None = None
    """Tokens that it computes at once at most."""

    sequences: ArgumentName | None = None
    """Sequences that it computes at once at most."""

    quantization: ArgumentName | None = None
    """What it makes of the weights when it loads them."""


class Command(SpecModel):
    """How the server's command line is written."""

    program: list[str] = Field(default=[])
    """The program. Left out, the image's own."""

    arguments: list[Argument] = Field(default=[])
    """Its arguments, templates."""

    joined: bool = True
    """Whether a name and its value are one argument, `--name=value`, or two."""

    prefix: Literal["--", "-"] = "--"
    """What stands before the name of an argument."""

    negation: Text | None = None
    """What stands between the dashes and the name of a switch that is off: `no-`. Left out, such a switch is left out."""


class Adapters(SpecModel):
    """How adapters are served beside the model."""

    arguments: list[Argument]
    """Arguments, templates; `adapters` is the list of them, each with `name`, `path` and `rank`."""

    most_rank: Annotated[int, Field(ge=1)] | None = None
    """The highest rank that it takes."""


class Ray(SpecModel):
    """How it runs as an application of Ray Serve."""

    image: Text
    """The image of head and workers."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    """Ray's version in it."""

    form: Literal["llm", "application"]
    """`llm`: an application of Ray Serve LLM, whose engine takes the server's arguments. `application`: one of its own."""

    import_path: Text
    """The application, `module:attribute`."""

    program: Text | None = None
    """An application that Hydra ships: its name. Left out, it is in the image."""

    args: Settings = Field(default={})
    """Arguments of an application of its own."""

    deployment: Text = "Model"
    """Its deployment that is scaled."""

    parameters: list[ArgumentName] = Field(default=[])
    """Names that the engine takes, with dashes, where they are fewer than the server's own."""


class Multinode(SpecModel):
    """How KServe runs it on several nodes: as a ServingRuntime of the cluster."""

    runtime: Text
    """Name of the ClusterServingRuntime."""

    model_format: Text
    """Model format that it serves."""

    protocol: Literal["v1", "v2"] = "v1"
    """Protocol of the format."""

    arguments: list[Argument] = Field(default=[])
    """Arguments of the server, templates."""

    joined: list[Text] = Field(default=[])
    """Command that tells, in a further pod, whether it has started; empty leaves the start-up probe of the runtime."""


class Runtime(Entry):
    """A server in an image. Its command line is written whole, from what planning decides."""

    TEMPLATES: ClassVar[tuple[str, ...]] = (
        "command",
        "adapters",
        "environment",
        "files",
        "metrics",
        "ray",
        "multinode",
    )

    kind: Literal["Runtime"]

    image: Text | None = None
    """The image with its tag. Left out, a service has to give one."""

    images: dict[Vendor, Text] = Field(default={})
    """Images for the cards of further vendors."""

    vendors: Annotated[list[Vendor], Field(min_length=1)] = Field(default=["nvidia"])
    """Vendors of the cards that `image` runs on."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=64)]
    """Version of the server in the image."""

    rank: Annotated[int, Field(ge=1)] = 100
    """Place among those that could serve a model, where a service names none: the lowest is taken."""

    protocol: Literal["openai", "kserve", "lmtp", "other"] = "openai"
    """What it speaks: OpenAI's API, KServe's inference protocol, LMQL's LMTP, or something of its own."""

    base: UrlPath = "/v1"
    """Path that its API lies below."""

    port: Port = 8080
    """Port that it listens on."""

    health: Health = Field(default=Health())
    """How it says that all is well."""

    weights: dict[Dtype, dict[Vendor, Capability]] = Field(default={})
    """Types of weights that it serves, and on what. Empty: it is not asked to judge."""

    tasks: list[Task] = Field(default=["text-generation", "vision-language"])
    """What the models do that it serves."""

    converts: dict[Text, Annotated[int, Field(ge=1, le=16)]] = Field(default={})
    """Quantisations that it makes when it loads the weights -> bits of a weight of a linear layer."""

    engines: Annotated[list[Literal["kserve", "ray"]], Field(min_length=1)] = Field(default=["kserve"])
    """Engines that it runs under, the usual one first."""

    command: Command = Field(default=Command())
    """Its command line."""

    decides: Decides = Field(default=Decides())
    """Arguments for what planning decides."""

    parameters: list[ArgumentName] = Field(default=[])
    """Every argument that takes a value. Empty, together with `switches`: the names are not checked."""

    switches: list[ArgumentName] = Field(default=[])
    """Every argument that is on or off."""

    one_way: list[ArgumentName] = Field(default=[])
    """Those of `switches` that have no negation, whatever `command` says: off, they are left out."""

    reserved: dict[ArgumentName, Text] = Field(default={})
    """Arguments that Hydra sets, and what to say instead."""

    adapters: Adapters | None = None
    """How adapters are served beside the model; left out, it cannot."""

    key: EnvironmentName | None = None
    """Environment variable with the API key that callers have to give; left out, it asks for none."""

    environment: dict[EnvironmentName, Value] = Field(default={})
    """Environment variables."""

    files: dict[Text, Text] = Field(default={})
    """Files that it reads, in a ConfigMap: path -> text, both templates."""

    metrics: dict[Literal["concurrency", "rps"], Text] = Field(default={})
    """Queries to Prometheus, templates, for what replicas are counted by."""

    planned: bool = True
    """Whether planning knows what memory it takes. A container of one's own gets the cards that its service asks for."""

    utilization: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Part of a card's memory that it takes where nothing else is said."""

    tensor: bool = True
    """Whether it splits layers over the cards of a node."""

    pipeline: bool = False
    """Whether it splits a model into stages."""

    pages: bool = True
    """Whether sequences share the cache. Without it, the cache is reserved for every sequence at the start."""

    overhead: Quantity | None = None
    """Memory that it needs on each card beside weights and cache. Left out, the usual."""

    scratch: Quantity = "20Gi"
    """What the pod may write beside its volumes: caches and compiled kernels."""

    ray: Ray | None = None
    """How it runs as an application of Ray Serve."""

    multinode: Multinode | None = None
    """How KServe runs it on several nodes."""


ENTRY = Runtime
