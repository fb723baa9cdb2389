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


class HubSource(SpecModel):
    """Where the weights are."""

    huggingface: Hub | None = None
    modelscope: Hub | None = None


class Text(SpecModel):
    """A text in both of the hub's languages."""

    en_us: str | None = Field(default=None, alias="enUS")
    zh_cn: str | None = Field(default=None, alias="zhCN")


class Icon(SpecModel):
    """A picture."""

    src: str
    type: str | None = None


class Link(SpecModel):
    """A link to more."""

    description: str | None = None
    url: str


class Provider(SpecModel):
    """Who made the model."""

    id: str
    name: Text | None = None


class Descriptor(SpecModel):
    """What catalogues show."""

    display: str | None = None
    description: Text | None = None
    icon: Icon | None = None
    links: list[Link] | None = None
    provider: Provider | None = None
    tags: list[Tag] | None = None


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
    value: str = ""


class Deployment(SpecModel):
    """One way to serve the model; a list holds alternatives."""

    runtime: str
    version_required: Annotated[str, StringConstraints(pattern=r"^(==|>=|<=|>|<|~=|!=)?\s*v?[0-9][\w.+-]*(\s*,.*)?$")]
    resource_requirements: ResourceRequirements
    custom_runtime_args: list[str] = Field(default=[])
    env: list[Variable] = Field(default=[])


class HubConfig(SpecModel):
    """Limits of the model."""

    max_tokens: Amount | None = None


class ModelSpecSpec(SpecModel):
    """What is known of a model."""

    descriptor: Descriptor | None = None
    source: HubSource
    deployments: list[Deployment] | None = None
    config: HubConfig | None = None


class ModelSpec(SpecModel):
    """A ModelSpec document."""

    api_version: Literal["model.hydra.io/v1alpha1"]
    kind: Literal["ModelSpec"]
    metadata: ForeignMetadata
    spec: ModelSpecSpec
    status: dict[str, Any] | None = None
