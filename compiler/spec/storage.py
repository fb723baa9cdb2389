"""Where data comes from and how it lies: fields that datasets and models share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from compiler.spec.base import ObjectName, Quantity, SpecModel

SourceType = Literal[
    "GIT", "S3", "HTTP", "PVC", "NFS", "CONDA", "REFERENCE", "HUGGING_FACE", "MODEL_SCOPE", "DATABASE", "HADOOP",
    "MANUAL", "OCI",
]  # fmt: skip
AccessMode = Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
Mode = Annotated[str, StringConstraints(pattern=r"^[0-7]{3,4}$")]


class LongSource(SpecModel):
    """A source with options: type, URI, and what the loader of the type understands."""

    type: SourceType
    """Kind of source, as the Dataset dialect spells it."""

    uri: str
    """Where the data is. Its form depends on the type."""

    options: dict[str, str] = Field(default={})
    """What the type's loader understands, such as `{branch: main}` for GIT. Values are text."""


def text_or_mapping(value: Any) -> str:
    """Which member of a `text or mapping` union a value is meant to be."""
    return "text" if isinstance(value, str) else "mapping"


def flag_or_mapping(value: Any) -> str:
    """Which member of a `true/false or mapping` union a value is meant to be."""
    return "flag" if isinstance(value, bool) else "mapping"


Source = Annotated[
    Annotated[str, Tag("text")] | Annotated[LongSource, Tag("mapping")],
    Discriminator(text_or_mapping),
]
"""A URI, or `{type, uri, options}`."""


class Volume(SpecModel):
    """Storage that a dataset or a model is loaded into. Left out, the cluster profile's default."""

    size: Quantity | None = None
    """Capacity to ask for, e.g. `50Gi`. It may grow later; Kubernetes refuses to shrink it."""

    class_: Annotated[str, StringConstraints(max_length=253)] | None = Field(default=None, alias="class")
    """StorageClass, or an entry of the cluster's `storage.static`."""

    access_modes: list[AccessMode] | None = None
    """How nodes may mount it, e.g. `[ReadWriteMany]`."""


class Mount(SpecModel):
    """How the data lies on the volume: directory, modes and owner."""

    path: str = "/"
    """Directory on the volume."""

    mode: Mode = "0774"
    """Mode of files, in octal and in quotes. Directories are made traversable for whoever may read them."""

    uid: Annotated[int, Field(ge=1, le=4294967294)] = 1000
    """User that the loader runs as and that owns the data."""

    gid: Annotated[int, Field(ge=1, le=4294967294)] = 1000
    """Group that the loader runs as and that owns the data."""


class Requirement(SpecModel):
    """One expression of a label selector."""

    key: str
    """Label that is looked at."""

    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How its value is compared."""

    values: list[str] = Field(default=[])
    """Needed with `In` and `NotIn`, refused with the others."""


class LabelSelector(SpecModel):
    """A selector over labels, as in Kubernetes. An empty one matches everything."""

    match_labels: dict[str, str] = Field(default={})
    """Labels that have to be there, with these values."""

    match_expressions: list[Requirement] = Field(default=[])
    """Expressions that have to hold, all of them."""


class Share(SpecModel):
    """Which namespaces may refer to the data."""

    namespaces: LabelSelector
    """Selector over the labels of namespaces, which the cluster profile or Namespace documents give."""


Shared = Annotated[
    Annotated[bool, Tag("flag")] | Annotated[Share, Tag("mapping")],
    Discriminator(flag_or_mapping),
]
"""`true` for every namespace, or a selector."""

Round = Annotated[int, Field(ge=1, le=2147483647)]


class Loaded(SpecModel):
    """What datasets and models have in common."""

    secret: ObjectName | None = None
    """Name of a Secret in the namespace that holds the source's credentials. They never stand in a spec."""

    volume: Volume = Field(default=Volume())
    """The claim that it is loaded onto. Left out, the cluster's defaults."""

    mount: Mount = Field(default=Mount())
    """Where on the volume it lies, with which modes and owner."""

    share: Shared = False
    """Whether other namespaces may refer to it."""

    round: Round = 1
    """Count up to load again."""
