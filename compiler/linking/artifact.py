"""An artifact: a dataset or the weights of a model, as data on a claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.source.document import Origin
from compiler.sources.base import Source
from compiler.sources.written import Written

if TYPE_CHECKING:
    from compiler.library.entries.model import Task
    from compiler.library.facts import Dtype, ModelFacts
    from compiler.spec.project.datasets import Format

Key = tuple[str, str]
"""How references name an artifact: namespace and Dataset, or project and entry."""


class Mounted(NamedTuple):
    """How data lies on its volume."""

    path: str = "/"
    mode: str = "0774"
    """Mode of files, as the spec writes it: three or four octal digits."""

    uid: int = 1000
    gid: int = 1000

    @property
    def file_mode(self) -> str:
        """Mode of files: four octal digits."""
        return self.mode.rjust(4, "0")

    @property
    def directory_mode(self) -> str:
        """Mode of directories: whoever may read one may also traverse it, and the owner can always load again.

        >>> Mounted(mode="774").directory_mode
        '0775'
        >>> Mounted(mode="0440").directory_mode
        '0750'
        """
        others = "".join(str(int(digit) | 1) if int(digit) & 4 else digit for digit in self.file_mode[2:])
        return f"{self.file_mode[0]}7{others}"


class Share(NamedTuple):
    """Who may refer to an artifact from other namespaces."""

    selector: Mapping[str, Any] | None
    """A label selector over namespaces; None is everybody."""

    at: Origin


class Names(NamedTuple):
    """Names of an artifact's objects, without digests."""

    claim: str
    volume: str
    """PersistentVolume, where one is made."""

    clone: str
    """PersistentVolume of a static clone that a reference makes, without a hash."""

    clone_hash: str
    """What the clone's name ends in; empty is nothing."""

    job: str
    files: str
    """ConfigMap with the files that a loader needs."""


class Wanted(NamedTuple):
    """The storage that a spec asks for. What is None is the cluster's default."""

    size: str | None = None
    storage_class: str | None = None
    access_modes: tuple[str, ...] | None = None
    template: Mapping[str, Any] | None = None
    """A whole claim spec, which a foreign document may give."""


class ClaimReference(NamedTuple):
    """A claim that exists already and takes the place of an own one."""

    name: str
    sub_path: str
    at: Origin


class ModelInfo(NamedTuple):
    """What is known of a model whose weights an artifact holds."""

    facts: ModelFacts | None
    dtype: Dtype
    """What the weights are stored in."""

    template: str | None = None
    """Chat template, as trainers name it."""

    task: Task = "text-generation"
    """What the model does. One that the library does not know is taken for a model of text."""

    remote_code: bool = False
    """Whether its architecture is code that lies beside the weights."""


class Artifact(NamedTuple):
    """A dataset or a model's weights. Made by a section or a dialect; linking resolves what it refers to."""

    key: Key
    of: str
    """How messages and markers name it: `support-bot/datasets/tickets`, `Dataset/public/handbook`."""

    component: str
    unit: str
    namespace: str
    origin: Origin
    names: Names
    labels: Mapping[str, str]
    source: Source
    source_at: Origin
    written: Written | None = None
    """The source as the document gives it."""

    annotations: Mapping[str, str] = {}
    secret: str | None = None
    secret_at: Origin | None = None
    mount: Mounted = Mounted()
    round: int = 1
    in_place: bool = False
    """Whether data lies at the mount's path itself, and not in a directory of its run."""

    foreign: bool = False
    """Whether it comes from a document of another system, which keeps that system's meaning."""

    share: Share | None = None
    wanted: Wanted = Wanted()
    claim_reference: ClaimReference | None = None
    weights: int | None = None
    """Size of the weights, in bytes, where they are a model's and its facts say so."""

    model_id: str | None = None
    model: ModelInfo | None = None
    """Of a model, what planning needs to know of it."""

    format: Format | None = None
    """Of a dataset, how its files read."""

    implicit: bool = False
    """Whether it is no entry of its own: a workload names a model of the library."""

    resources: Mapping[str, Any] | None = None
    """Requests and limits of the preload, in place of the loader's."""

    extra_resources: Mapping[str, str] = {}
    """Device resources that the preload asks for on top."""
