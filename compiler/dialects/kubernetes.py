"""Plain Kubernetes documents: checked, passed through, known to the linker."""

from __future__ import annotations

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Dialect, Passed, Read
from compiler.source.document import Document
from compiler.spec import problems

CLUSTER_SCOPED = ("Namespace", "PersistentVolume")
NAMESPACED = (
    ("v1", "Secret"),
    ("v1", "ConfigMap"),
    ("v1", "PersistentVolumeClaim"),
    ("bitnami.com/v1alpha1", "SealedSecret"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("external-secrets.io/v1beta1", "ExternalSecret"),
)


def read_namespaced(document: Document, unit: str) -> Staged[list[Read]]:
    """A namespaced document, passed through."""
    found = check_metadata(document)
    return Staged([] if found else [Passed(document, unit)], found)


def read_cluster_scoped(document: Document, unit: str) -> Staged[list[Read]]:
    """A cluster-scoped document, passed through."""
    found = check_metadata(document)
    return Staged([] if found else [Passed(document, unit, cluster_scoped=True)], found)


def check_metadata(document: Document) -> list[Diagnostic]:
    """What has to be right before anything can be done with a document: its name."""
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict):
        return [problems.missing_field(document.at(), "metadata")]
    name = metadata.get("name")
    if name is None:
        return [problems.missing_field(document.at("metadata", key=True), "name")]
    if not isinstance(name, str) or not name:
        return [problems.wrong_type(document.at("metadata", "name"), "name", "text", "something else", "Quote it.")]
    return []


DIALECTS = (
    *(Dialect(api_version, kind, read_namespaced) for api_version, kind in NAMESPACED),
    *(Dialect("v1", kind, read_cluster_scoped, namespaced=False) for kind in CLUSTER_SCOPED),
)
