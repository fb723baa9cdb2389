"""Documents that mean something only together with others: with a cluster's settings, the library, claims of the repo."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Staged
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.library.library import Library
    from compiler.linking.profile import Profile


class Around(NamedTuple):
    """What is around a foreign document on a cluster."""

    profile: Profile
    library: Library
    documents: Mapping[tuple[str, str, str], Document] = {}
    """The foreign documents that go to the cluster, by kind, namespace and name; also those with mistakes."""

    def has(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the repo has a document."""
        return (kind, namespace, name) in self.documents


class Deferred(NamedTuple):
    """A document whose shape is right. What it becomes is read once a cluster."""

    document: Document
    unit: str
    read: Callable[[Around], Staged[list[Any]]]
    """Gives what readers of documents give, but nothing deferred."""
