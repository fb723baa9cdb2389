"""The text of Projects, and of the claims that they go on with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.emission.yaml_text import dump
from compiler.importing.comments import comments_by_document
from compiler.importing.writing import Project, project_text
from compiler.linking.labels import MODEL_ID
from compiler.lowering.metadata import KEEP

if TYPE_CHECKING:
    from compiler.importing.base import Taken
    from compiler.importing.compiling import OnCluster
    from compiler.source.document import Document

NOT_OF_TEAMS = ("app.kubernetes.io/", MODEL_ID)
"""Labels that tools write, and that say something of one object."""


class Written(NamedTuple):
    """What is written."""

    text: str
    kept: Mapping[tuple[str, str], Document]
    """Namespace and name of claims that are used on: what was loaded onto them."""


class Style(NamedTuple):
    """What Projects say besides their entries."""

    clusters: Sequence[str]
    comments: Mapping[Document, Sequence[str]]


def write(projects: Mapping[str, str], entries: Mapping[Document, Taken], side: OnCluster, style: Style) -> Written:
    """The text of the Projects, one a namespace, and of claims that they go on with and no document describes."""
    texts: list[str] = []
    kept: dict[tuple[str, str], Document] = {}
    for namespace, name in projects.items():
        taken = {one: made for one, made in entries.items() if one.value["metadata"]["namespace"] == namespace}
        own = {(one.section, one.name): one for made in taken.values() for one in made.entries}
        if not own:
            continue
        texts.append(
            project_text(Project(name, namespace, _labels(taken), style.clusters, [*own.values()]), style.comments)
        )
        keeps = {(namespace, claim): document for document, made in taken.items() for claim in made.keeps}
        texts += (_claim(claim, side) for key, claim in sorted(keeps) if (key, claim) not in side.program.claims)
        kept |= keeps
    return Written("---\n".join(texts), kept)


def _labels(taken: Iterable[Document]) -> dict[str, str]:
    """Labels that all documents have."""
    each = [one.value["metadata"].get("labels") or {} for one in taken]
    common = set.intersection(*(set(one.items()) for one in each))
    return {name: value for name, value in sorted(common) if not name.startswith(NOT_OF_TEAMS)}


def _claim(name: str, side: OnCluster) -> str:
    """The document of a claim, as it is compiled."""
    found = next(one for one in side.manifests if one.kind == "PersistentVolumeClaim" and one.name == name)
    metadata = {key: value for key, value in found.body["metadata"].items() if key != "annotations"}
    notes = {key: one for key, one in found.body["metadata"].get("annotations", {}).items() if key not in KEEP}
    return dump({**found.body, "metadata": {**metadata, **({"annotations": notes} if notes else {})}})


def comments_of(documents: Iterable[Document], texts: Mapping[str, str]) -> dict[Document, Sequence[str]]:
    """The comments of each document."""
    by_file: dict[str, list[Document]] = {}
    for one in documents:
        by_file.setdefault(one.file.path, []).append(one)
    found: dict[Document, Sequence[str]] = {}
    for path, ones in by_file.items():
        found |= comments_by_document(texts.get(path, ""), ones)
    return found
