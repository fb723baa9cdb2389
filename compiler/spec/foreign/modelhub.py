"""`model.hydra.io/v1alpha1 ModelSpec`, as ModelHub publishes it, and its shortened form.

Source: BaizeAI/modelhub at 8b89219, docs/model.jsonschema and the Go types. The documentation's own example lacks
what that schema requires, so only the name and the source are required here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from compiler.spec.base import SpecModel
from compiler.spec.foreign.metadata import ForeignMetadata

Repository = Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)?$")]
Tag = Literal[
    "TEXT_GENERATION", "VIDEO_TO_TEXT", "TEXT_TO_VIDEO", "IMAGE_TO_IMAGE", "IMAGE_TO_TEXT", "TEXT_TO_IMAGE",
    "EMBEDDING", "RERANK_MODEL", "AUDIO_TO_AUDIO", "AUDIO_TO_TEXT", "TOOLS",
]  # fmt: skip
Amount = Annotated[int, Field(ge=0)]


class Hub(SpecModel):
    """A repository of a hub."""

    name: Repository
    """Repository: `organisation/name`."""


class HubSource(SpecModel):
    """Where the weights are."""

    huggingface: Hub | None = None
    """Repository on Hugging Face."""

    modelscope: Hub | None = None
    """Repository on ModelScope."""


class Text(SpecModel):
    """A text in both of the hub's languages."""

    en_us: str | None = Field(default=None, alias="enUS")
    """The text in English."""

    zh_cn: str | None = Field(default=None, alias="zhCN")
    """The text in Chinese."""


class Icon(SpecModel):
    """A picture."""

    src: str
    """Address or data URI of the picture."""

    type: str | None = None
    """Media type of the picture."""


class Link(SpecModel):
    """A link to more."""

    description: str | None = None
    """What is found there."""

    url: str
    """The address."""


class Provider(SpecModel):
    """Who made the model."""

    id: str
    """Identifier of the provider, e.g. `alibaba`."""

    name: Text | None = None
    """Name of the provider."""


class Descriptor(SpecModel):
    """What catalogues show."""

    display: str | None = None
    """Name of the model for people."""

    description: Text | None = None
    """What the model is."""

    icon: Icon | None = None
    """Picture of the model."""

    links: list[Link] | None = None
    """Links to more."""

    provider: Provider | None = None
    """Who made the model."""

    tags: list[Tag] | None = None
    """What the model does."""


class ResourceRequirements(SpecModel):
    """What a deployment needs."""

    gpu_type: str
    """Kind of card: `gpu`, `vgpu`, `nvidia-vgpu`, `metax-gpu`, `cpu`."""

    gpu_count: Amount
    """Cards in all, over all nodes."""

    per_gpu_memory_gb: Annotated[Amount, Field(alias="perGPUMemoryGB")]
    """Memory of a card, in GB."""

    cpu: Amount
    """Cores."""

    memory: Amount
    """Main memory, in GiB."""


class Variable(SpecModel):
    """An environment variable."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """Name of the variable."""

    value: str = ""
    """Its value."""


class Deployment(SpecModel):
    """One way to serve the model; a list holds alternatives."""

    runtime: str
    """Serving runtime, e.g. `vllm`."""

    version_required: Annotated[
        str, StringConstraints(pattern=r"^(==|>=|<=|>|<|~=|!=)?\s*v?[0-9][\w.+-]*(\s*,.*)?$", max_length=256)
    ]
    """Versions of the runtime that can serve it, e.g. `>=v0.6.5`."""

    resource_requirements: ResourceRequirements
    """What one replica needs."""

    custom_runtime_args: list[str] = Field(default=[])
    """Arguments of the runtime."""

    env: list[Variable] = Field(default=[])
    """Environment variables of the runtime."""


class HubConfig(SpecModel):
    """Limits of the model."""

    max_tokens: Amount | None = None
    """Context length, in tokens."""


class ModelSpecSpec(SpecModel):
    """What is known of a model."""

    descriptor: Descriptor | None = None
    """What catalogues show of the model."""

    source: HubSource
    """Where the weights are."""

    deployments: list[Deployment] | None = None
    """Ways to serve the model; each is an alternative."""

    config: HubConfig | None = None
    """Limits of the model."""


class ModelSpec(SpecModel):
    """A ModelSpec of ModelHub, `model.hydra.io/v1alpha1`, read as it is."""

    api_version: Literal["model.hydra.io/v1alpha1"]
    """Version of the API."""

    kind: Literal["ModelSpec"]
    """A ModelSpec."""

    metadata: ForeignMetadata
    """Name of the model: the id that the label `hydra.io/model-id` refers to."""

    spec: ModelSpecSpec
    """What is known of the model."""

    status: dict[str, Any] | None = None
    """Ignored."""
