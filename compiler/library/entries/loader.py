"""`library/loaders/`: programs that bring data and weights onto a volume."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from compiler.library.arguments import Argument, Value
from compiler.library.entry import Entry, Text
from compiler.spec.base import Quantity, SpecModel

AbsolutePath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._-]+)+$")]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
SecretKey = Annotated[str, StringConstraints(pattern=r"^[-A-Za-z0-9._]+$")]
Cores = Annotated[str, StringConstraints(pattern=r"^([0-9]+(\.[0-9]+)?|[0-9]+m)$")]


class SecretReference(SpecModel):
    """A key of the Secret that the spec names."""

    key: SecretKey
    """The key as the source's documentation calls it."""

    optional: bool = False
    """Whether the loader does without, where the Secret lacks the key."""


class SecretFile(SecretReference):
    """A key of the Secret as a file of the loader."""

    mode: Annotated[str, StringConstraints(pattern=r"^0?[0-7]{3}$")] = "0440"
    """Mode of the file, in octal and in quotes. It belongs to root and the loader's group."""


class LoaderText(SpecModel):
    """A file that the loader needs and that its entry writes, in a ConfigMap."""

    path: AbsolutePath
    """Where the loader finds it."""

    content: str
    """Its text, a template."""


class ConfigMapFiles(SpecModel):
    """Keys of a ConfigMap that the user made, as files of the loader. The source says which, in its field `files`."""

    name: Text
    """Name of the ConfigMap, a template. Where it renders to nothing, nothing is mounted."""

    path: AbsolutePath
    """Directory of the files."""


class Amounts(SpecModel):
    """CPU and memory."""

    cpu: Cores | None = None
    """Cores, in quotes: `"4"`, `"0.5"`, `500m`."""

    memory: Quantity | None = None
    """Bytes in Kubernetes notation: `8Gi`."""


class Resources(SpecModel):
    """What the loader's container asks for, and what it gets at most."""

    requests: Amounts = Field(default=Amounts())
    """What the scheduler sets aside."""

    limits: Amounts = Field(default=Amounts())
    """What the container gets at most."""


class Loader(Entry):
    """A program in an image, and how to call it. It runs as the mount's user, with a read-only root directory."""

    TEMPLATES: ClassVar[tuple[str, ...]] = ("arguments", "environment", "texts", "configMap")

    kind: Literal["Loader"]

    image: Text
    """The image with its tag. `hydra.lock` adds the digest."""

    mirror: Literal["huggingface", "modelscope", "pip", "conda", "git"] | None = None
    """Key of the cluster's `offline` whose address stands in for the public host; templates see it as `endpoint`."""

    arguments: Annotated[list[Argument], Field(min_length=1)]
    """The program and its arguments: an argv, never a shell line."""

    environment: dict[EnvironmentName, Value] = Field(default={})
    """Environment variables."""

    secrets: dict[EnvironmentName, SecretReference] = Field(default={})
    """Environment variables from keys of the spec's Secret."""

    files: dict[AbsolutePath, SecretFile] = Field(default={})
    """Files from keys of the spec's Secret, by absolute path."""

    texts: dict[SecretKey, LoaderText] = Field(default={})
    """Files that the entry writes, by their key in the ConfigMap."""

    source_files: AbsolutePath | None = None
    """Directory where the loader finds the texts that the source brings."""

    config_map: ConfigMapFiles | None = None
    """A ConfigMap of the user's whose keys the loader finds as files."""

    resources: Resources = Field(default=Resources())
    """What the loader's container asks for, unless the cluster's `defaults.resources` say otherwise."""

    writable: dict[AbsolutePath, Quantity] = Field(default={})
    """Directories beside the volume that the program writes to, and how much they may hold."""

    run_as_root: Text | None = None
    """Why the program has to be root. Left out, it is the mount's user."""


ENTRY = Loader
