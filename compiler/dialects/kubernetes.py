"""Plain Kubernetes documents: checked, passed through, known to the linker."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Dialect, Passed, Read
from compiler.source.document import Document
from compiler.spec import problems
from compiler.spec.patterns import DNS_LABEL, DNS_SUBDOMAIN

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
    """What has to be right before anything can be done with a document: its name, and what kind of thing labels are."""
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict):
        return [problems.missing_field(document.at(), "metadata")]
    if metadata.get("name") is None:
        return [problems.missing_field(document.at("metadata", key=True), "name")]
    found = []
    for field, pattern, longest in (("name", DNS_SUBDOMAIN, 253), ("namespace", DNS_LABEL, 63)):
        value, at = metadata.get(field, "a"), document.at("metadata", field)
        if not isinstance(value, str):
            found.append(problems.wrong_type(at, field, "text", "something else", "Quote it."))
        elif len(value) > longest or not re.search(pattern, value) or value.endswith("\n"):
            also = " and `.`" if field == "name" else ""
            do = f"Use lower-case letters, digits, `-`{also}, at most {longest}."
            found.append(problems.bad_value(at, f"`{value}` does not fit `{field}`.", do))
    for field in ("labels", "annotations"):
        texts = metadata.get(field)
        if texts is not None and not isinstance(texts, dict):
            at = document.at("metadata", field)
            found.append(problems.wrong_type(at, field, "a mapping", "something else", "Write a mapping."))
    return found


DIALECTS = (
    *(Dialect(api_version, kind, read_namespaced) for api_version, kind in NAMESPACED),
    *(Dialect("v1", kind, read_cluster_scoped, namespaced=False) for kind in CLUSTER_SCOPED),
)
