"""What a dialect is, and what reading a document of one gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from compiler.diagnostics import Staged
from compiler.dialects.deferred import Deferred
from compiler.linking.artifact import Artifact
from compiler.linking.workload import Workload
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.spec.foreign.modelhub import Deployment


class Passed(NamedTuple):
    """A document that is checked and passed through."""

    document: Document
    unit: str
    cluster_scoped: bool = False

    @property
    def name(self) -> str:
        """`metadata.name`."""
        return str(self.document.value["metadata"]["name"])

    @property
    def namespace(self) -> str | None:
        """`metadata.namespace`; None for cluster-scoped kinds."""
        return None if self.cluster_scoped else str(self.document.value["metadata"]["namespace"])


class HubModel(NamedTuple):
    """A model that a document describes: its id and its repositories, by hub."""

    id: str
    repositories: Mapping[str, str]
    document: Document
    deployments: Sequence[Deployment] = ()
    """Ways to serve it, each an alternative."""

    context: int | None = None
    """Most tokens of a sequence, where the document says so."""


Read: TypeAlias = "Artifact | Passed | HubModel | Workload | Deferred"
"""What a foreign document becomes."""


class Dialect(NamedTuple):
    """A kind of another system and how it is read."""

    api_version: str
    kind: str
    read: Callable[[Document, str], Staged[list[Read]]]
    """From a document and the name of its unit."""

    namespaced: bool = True
