"""Which documents stay as they are: by their kind, because something that stays needs them, or because they would not
compile as entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Severity
from compiler.dialects.registry import dialects
from compiler.importing.base import Stays, Taken
from compiler.importing.cleaning import Item, has_values
from compiler.importing.names import Place
from compiler.linking.artifact import Artifact
from compiler.source.document import Document, Origin, SourceFile
from compiler.spec.documents import API_VERSION

if TYPE_CHECKING:
    from compiler.importing.compiling import OnCluster
    from compiler.importing.reading import Given

OWN = "Its {} made it, and makes it again."
UNKNOWN = "Hydra does not read this kind."
PLAIN_SECRET = "It has values in it, which belong into no repo."  # noqa: S105  a sentence
HYDRA = "It is Hydra's own."
_CLAIM_URI = re.compile(r"pvc://([^/]+)")


def outside(given: Iterable[Given]) -> Iterator[tuple[Document, Stays]]:
    """Documents that are not compiled at all."""
    known = dialects()
    for document, owner in given:
        if owner is not None:
            yield document, Stays(OWN.format(f"`{owner}`"), meant=True)
        elif document.api_version == API_VERSION:
            yield document, Stays(HYDRA, meant=True)
        elif (document.api_version, document.kind) not in known:
            yield document, Stays(UNKNOWN, meant=True)
        elif has_values(document):
            yield document, Stays(PLAIN_SECRET, meant=True)


def elsewhere(document: Document) -> Document:
    """A document that stays, in a file of its own, so that its directory is not in the way of a Project's name."""
    file = SourceFile(f".documents/{document.file.path}", document.file.text)
    moved = Item(document, document.value, getattr(document, "way", ()))
    moved.file = file
    return moved


def needed(
    stays: Iterable[Document], before: Mapping[str, OnCluster], entries: Mapping[Document, Taken]
) -> dict[Document, Stays]:
    """What documents that stay refer to: it has to stay under its own name."""
    ordered = [*stays]
    staying = set(ordered)
    found: dict[Document, Stays] = {}
    for side in before.values():
        program = side.program
        by_of = {one.of: one.origin.document for one in (*program.workloads, *program.artifacts)}
        pairs = [(by_of.get(of), target) for (of, _), target in program.links.items()]
        pairs += [(by_of.get(of), target) for of, target in program.targets.items()]
        pairs += _mounted(ordered, side)
        for user, target in pairs:
            made = entries.get(target.origin.document)
            if user in staying and made is not None and not _keeps(made, target):
                name = user.value["metadata"]["name"] if user is not None else ""
                why = f"`{user.kind if user else ''}/{name}`, which stays, refers to it."
                found.setdefault(target.origin.document, Stays(why, meant=True))
    return found


def _keeps(made: Taken, target: Any) -> bool:
    """Whether a claim that a document names itself is there as before."""
    return isinstance(target, Artifact) and target.names.claim in made.keeps


def _mounted(staying: Iterable[Document], side: OnCluster) -> list[tuple[Document | None, Any]]:
    """Artifacts whose claims documents name that are passed through."""
    own = {(one.namespace, one.names.claim): one for one in side.program.artifacts if one.names.claim}
    passed = {one.document for one in side.parts.passed}
    found: list[tuple[Document | None, Any]] = []
    for document in staying:
        if document not in passed or document.kind == "PersistentVolumeClaim":
            continue
        namespace = str(document.value["metadata"].get("namespace"))
        claims = sorted({*_claims(document.value)})
        found += [(document, own[namespace, claim]) for claim in claims if (namespace, claim) in own]
    return found


def _claims(value: Any) -> Iterator[str]:
    """Claims that a document names, wherever it does."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "claimName" and isinstance(one, str):
                yield one
            yield from _claims(one)
    elif isinstance(value, list):
        for one in value:
            yield from _claims(one)
    elif isinstance(value, str) and (found := _CLAIM_URI.match(value)):
        yield found[1]


def refused(
    found: Iterable[Diagnostic], written: Sequence[Document], made: Mapping[Place, Document]
) -> dict[Document, Stays]:
    """Documents whose entries do not compile."""
    refused: dict[Document, Stays] = {}
    for one in found:
        if one.level is not Severity.ERROR or not isinstance(one.at, Origin) or one.at.document not in written:
            continue
        project, path = one.at.document.value["metadata"]["name"], one.at.path
        document = made.get(Place(str(project), str(path[1]))) if len(path) > 1 else None
        if document is not None:
            refused.setdefault(document, Stays(f"As an entry it would not compile. {one.wrong} ({one.code.id})"))
    return refused
