"""`library/trainers/`: programs that train, and how they want to be told what to do."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.library.arguments import Argument, Expression, Value
from compiler.library.entries.loader import EnvironmentName
from compiler.library.entry import Entry, Text
from compiler.spec.base import Quantity, SpecModel
from compiler.spec.project.datasets import Column, Role
from compiler.spec.training import Method, Stage

Vendor = Literal["nvidia", "amd", "huawei", "intel", "metax", "cpu"]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z][-_a-z0-9]*\.(yaml|json)$")]


class ConditionalSetting(SpecModel):
    """A setting that is there only under a condition."""

    if_: Expression
    """What has to be true, that is: there, not zero and not empty."""

    value: bool | int | float | str
    """The value where it is: text is a template, and one that is a single `{{ name }}` keeps the name's type."""


def _setting_tag(value: object) -> str:
    if isinstance(value, dict | ConditionalSetting):
        return "conditional"
    return "text" if isinstance(value, str) else "literal"


Setting = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[bool | int | float, Tag("literal")]
    | Annotated[ConditionalSetting, Tag("conditional")],
    Discriminator(_setting_tag),
]
"""A value of a configuration file. Text is a template; one that is a single `{{ name }}` keeps the name's type, and
where that is empty (null), the setting is left out."""

Settings = dict[str, Setting]


class Style(SpecModel):
    """How the trainer is told of data of one style."""

    settings: Settings = Field(default={})
    """Settings of the data's description."""

    columns: dict[Column, str] = Field(default={})
    """What the language calls a column -> what the trainer calls it."""

    tags: dict[Role, str] = Field(default={})
    """What the language calls a tag of a message -> what the trainer calls it."""


class Descriptions(SpecModel):
    """The file that describes the data: an entry a split."""

    file: FileName
    """Its name."""

    path: Text
    """The setting that holds the path of the data."""

    columns: Text = "columns"
    """The setting that holds the columns."""

    tags: Text = "tags"
    """The setting that holds the tags of messages."""


class Merge(SpecModel):
    """How adapters are merged into the base's weights."""

    files: dict[FileName, Settings] = Field(default={})
    """Configuration files."""

    command: Annotated[list[Argument], Field(min_length=1)]
    """The program and its arguments."""


class Trainer(Entry):
    """A program in an image that trains. Its configuration files are written whole: nothing is left for run time."""

    TEMPLATES: ClassVar[tuple[str, ...]] = ("files", "launch", "merge", "environment", "styles")

    kind: Literal["Trainer"]

    image: Text | None = None
    """The image with its tag. Left out, a fine-tuning has to give one."""

    vendors: Annotated[list[Vendor], Field(min_length=1)] = Field(default=["nvidia", "cpu"])
    """Vendors of the accelerators that its image runs on. For others a fine-tuning has to give an image."""

    needs: list[Literal["image", "script"]] = Field(default=[])
    """What a fine-tuning has to give."""

    stages: Annotated[list[Stage], Field(min_length=1)]
    """Stages that it knows."""

    methods: Annotated[list[Method], Field(min_length=1)]
    """Methods that it knows."""

    styles: Annotated[dict[Literal["alpaca", "sharegpt", "text", "preference"], Style], Field(min_length=1)]
    """Styles of data that it reads."""

    templates: list[str] = Field(default=[])
    """Chat templates that it knows. Empty: it takes the tokenizer's."""

    descriptions: Descriptions | None = None
    """The file that describes the data."""

    files: Annotated[dict[FileName, Settings], Field(min_length=1)]
    """Configuration files."""

    arguments: str | None = None
    """The configuration file that takes further arguments; left out, there are none."""

    launch: Annotated[list[Argument], Field(min_length=1)]
    """The program and its arguments, on each node."""

    adapter_optimizer: list[str] | None = None
    """Its arguments that choose or tune an optimizer. Where none of them is given, DeepSpeed makes the one of adapters,
    as its configuration says. Left out, the trainer always makes its own, and is not to be given another."""

    resumes: list[Stage] = Field(default=["pt", "sft", "rm", "dpo", "kto"])
    """Stages that it goes on with from a checkpoint. The others begin anew when they are restarted."""

    merge: Merge | None = None
    """How adapters are merged; left out, it cannot."""

    environment: dict[EnvironmentName, Value] = Field(default={})
    """Environment variables."""

    scratch: Quantity = "50Gi"
    """What the pod may write beside its volumes: caches, compiled kernels, tokenised data."""

    known: list[str] = Field(default=[])
    """Further arguments that it takes by name, for those that hand some on."""


ENTRY = Trainer
