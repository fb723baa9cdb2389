"""The kinds of the language, read: documents become Projects, Clusters, settings and locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Staged
from compiler.source.document import Document
from compiler.spec.checked import checked

if TYPE_CHECKING:
    from compiler.spec.kinds import Cluster, Project
    from compiler.spec.lock import Lock
    from compiler.spec.settings import Settings

API_VERSION = "hydra.io/v1alpha1"


def project_of(document: Document) -> Staged[Project | None]:
    """A Project document; None with everything that is wrong with it."""

    def model() -> type[Project]:
        from compiler.spec.kinds import project_model

        return project_model()

    return checked("Project", model, document)


def cluster_of(document: Document) -> Staged[Cluster | None]:
    """A Cluster document; None with everything that is wrong with it."""

    def model() -> type[Cluster]:
        from compiler.spec.kinds import cluster_model

        return cluster_model()

    return checked("Cluster", model, document)


def settings_of(document: Document) -> Staged[Settings | None]:
    """The document of `.hydra.yaml`; None with everything that is wrong with it."""

    def model() -> type[Settings]:
        from compiler.spec.settings import Settings

        return Settings

    return checked("Settings", model, document)


def lock_of(document: Document) -> Staged[Lock | None]:
    """The document of `hydra.lock`; None with everything that is wrong with it."""

    def model() -> type[Lock]:
        from compiler.spec.lock import Lock

        return Lock

    return checked("Lock", model, document)
