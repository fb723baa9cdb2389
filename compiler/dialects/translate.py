"""Foreign documents become artifacts, workloads, models and documents that are passed through."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Dialect, Read
from compiler.dialects.registry import dialects
from compiler.linking.problems import no_namespace
from compiler.source.document import Document
from compiler.spec.problems import unknown_kind

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def unit_of(path: str) -> str:
    """The unit of foreign documents: a slug of their directory's path from the root.

    >>> unit_of("teams/nlp/Data Sets/hydra.yaml")
    'teams-nlp-data-sets'
    """
    return _NOT_IN_SLUG.sub("-", posixpath.dirname(path).lower()).strip("-") or "root"


def reader_of(document: Document, kinds: Sequence[str]) -> Staged[Dialect | None]:
    """The dialect of a document. `kinds` are further kinds that settings name, as `apiVersion/Kind`."""
    from compiler.dialects.kubernetes import read_namespaced

    known = dialects()
    dialect = known.get((document.api_version, document.kind))
    if dialect is None and f"{document.api_version}/{document.kind}" in kinds:
        dialect = Dialect(document.api_version, document.kind, read_namespaced)
    if dialect is not None:
        return Staged(dialect)
    field = "kind" if document.api_version or not document.kind else "apiVersion"
    at = document.at(field) if field in document.value else document.at()
    language = [("hydra.io/v1alpha1", kind) for kind in ("Project", "Cluster")]
    found = [unknown_kind(at, document.api_version, document.kind, [*known, *language])]
    return Staged(None, [*found, *_checks_all_the_same(document)])


def translate(document: Document, dialect: Dialect) -> Staged[list[Read]]:
    """What a foreign document becomes."""
    metadata = document.value.get("metadata")
    if dialect.namespaced and isinstance(metadata, dict) and "namespace" not in metadata:
        return Staged([], [no_namespace(document.at("metadata", key=True), dialect.kind)])
    return dialect.read(document, unit_of(document.file.path))


def _checks_all_the_same(document: Document) -> list[Diagnostic]:
    """What is worth saying about a document even where its kind is not read: secrets that stand in it."""
    from compiler.checking.rules.hyd402_plain_secret import plain_values

    return list(plain_values(document)) if document.kind == "Secret" else []
