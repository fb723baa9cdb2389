"""`services`: models that answer requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import Name, ObjectName, SpecModel
from compiler.spec.project.finetunes import Image
from compiler.spec.project.jobs import Amounts
from compiler.spec.training import Count, Environment, Reference, SecretValue

ArgumentName = Annotated[str, StringConstraints(pattern=r"^-{0,2}[A-Za-z0-9][-A-Za-z0-9_.]*$", max_length=128)]
Host = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
File = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/([-A-Za-z0-9_.]*[-A-Za-z0-9_][-A-Za-z0-9_.]*(/[-A-Za-z0-9_.]*[-A-Za-z0-9_][-A-Za-z0-9_.]*)*)?$", max_length=1024)]  # fmt: skip
"""A path whose steps are more than dots: a Gateway refuses `/a/../b`."""


def _argument_tag(value: object) -> str:
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "literal"


ArgumentValue = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[bool | int | float, Tag("literal")]
    | Annotated[list[str | int | float], Field(min_length=1), Tag("list")],
    Discriminator(_argument_tag),
]
"""A value of an argument: text, a number, `true` or `false` for a switch, or a list for one that takes several."""


class Placement(SpecModel):
    """Cards of a replica."""

    type: ObjectName
    """Id of a library entry that the cluster has, e.g. `a100-80gb`."""

    count: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Cards of one replica, over all of its nodes. Left out, the fewest that it fits on."""


class ScaleTarget(SpecModel):
    """What replicas are counted by."""

    metric: Literal["concurrency", "rps", "cpu", "memory"] = "concurrency"
    """Requests at once, requests a second, or percent of the cores or of the memory that a replica asks for."""

    value: Annotated[int, Field(ge=1, le=1000000)]
    """How much of it one replica is to have."""


class Replicas(SpecModel):
    """How many replicas there are."""

    min: Annotated[int, Field(ge=0, le=1000)] = 1
    """Least. 0 is none while nobody asks, where the engine can start one then."""

    max: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Most. Left out, as many as `min`, and at least one."""

    target: ScaleTarget | None = None
    """What they are counted by between the two. Left out, 8 requests at once, or 80 percent of the cores."""


class Parallelism(SpecModel):
    """How a replica is split over its cards."""

    tensor: Count | None = None
    """Cards that each layer is split over."""

    pipeline: Count | None = None
    """Stages that the layers are split into."""


class Expose(SpecModel):
    """How the service is reached from outside of the cluster."""

    host: Host | None = None
    """Host name. Left out, `<service>-<namespace>` in the cluster's domain."""

    path: UrlPath = "/"
    """Path below which it is."""


class Service(SpecModel):
    """A model that answers requests. How it runs (cards, parallelism, memory, probes) is decided and explained."""

    model: Reference
    """A model or a fine-tuning of the repo, or a model of the library."""

    adapters: list[Reference] = Field(default=[])
    """Fine-tunings with `method: lora` or `qlora` of the same base, which are served beside it under their names."""

    runtime: ObjectName | None = None
    """The server, an entry of the library. Left out, the first one that can serve the model."""

    engine: Literal["kserve", "ray"] | None = None
    """`kserve` makes an InferenceService, `ray` a RayService. Left out, the first one that the runtime and the cluster have."""

    accelerator: Placement | None = None
    """Cards of a replica. Left out, the smallest of the cluster that it fits on."""

    context: Count | None = None
    """Most tokens of a sequence, prompt and answer. Left out, the model's own, or what fits."""

    concurrency: Count | None = None
    """Sequences of full length that the cache is planned for. Left out, the requests at once of `replicas.target`, or 1."""

    quantization: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$")] | None = None
    """What the server makes of the weights when it loads them: `fp8`. Left out, they stay as they are."""

    parallelism: Parallelism = Field(default=Parallelism())
    """How a replica is split over its cards. Left out, decided."""

    replicas: Replicas = Field(default=Replicas())
    """How many replicas there are."""

    arguments: dict[ArgumentName, ArgumentValue] = Field(default={})
    """Further arguments of the server, by its own names."""

    env: Environment = Field(default={})
    """Further environment variables."""

    file: File | None = None
    """The file among the weights that is served, where there are several: `qwen2.5-7b-instruct-q4_k_m.gguf`."""

    image: Image | None = None
    """Image in place of the runtime's. It is left as it is."""

    command: list[str] = Field(default=[])
    """The program, an argv, with a runtime that leaves that to the service."""

    port: Annotated[int, Field(ge=1024, le=65535)] | None = None
    """Port that it listens on. Left out, the runtime's."""

    resources: Amounts = Field(default=Amounts())
    """Cores and main memory of a replica's pods. Left out, decided."""

    key: SecretValue | None = None
    """The API key that callers have to give. Left out, none."""

    expose: Expose | None = None
    """How it is reached from outside of the cluster. Left out, it is not."""

    canary: Annotated[int, Field(ge=1, le=99)] | None = None
    """Percent of the requests that a new revision gets until this is removed."""


SECTION = dict[Name, Service]
