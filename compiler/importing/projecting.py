"""Documents become Projects: which of them can, under which names, and that what is written compiles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.importing.assembling import Style, comments_of, write
from compiler.importing.base import Stays, Taken, Taking
from compiler.importing.compiling import OnCluster, Platform, compile_documents
from compiler.importing.dividing import elsewhere, needed, outside, refused
from compiler.importing.kubeflow import REPLICAS
from compiler.importing.names import Names, Place, is_name
from compiler.importing.registry import import_of
from compiler.source.document import Document, Origin, SourceFile
from compiler.source.reading import documents as read_documents

if TYPE_CHECKING:
    from compiler.importing.reading import Given
    from compiler.linking.artifact import Key

FILE = "hydra.yaml"
BESIDE = Stays("Projects say nothing like it; Hydra reads it beside them.", meant=True)
NO_NAME = "Its name is no name of an entry: those begin with a letter and have `a-z`, `0-9` and `-`."


class NamesError(Exception):
    """Projects cannot be named as it was asked for; its text says why, and what to do."""


class Wanted(NamedTuple):
    """What the user wants."""

    name: str | None = None
    """Of the Project; None is the namespace's."""

    keep: bool = False
    """Whether claims that are there are used, where data would be loaded again."""


class Projects(NamedTuple):
    """What came of documents."""

    text: str
    """The Projects and the documents of claims that they keep; empty, where there is none."""

    entries: Mapping[Place, Document]
    """By project and entry: what it was made from."""

    sections: Mapping[Place, str]
    """By project and entry: its section."""

    stays: Mapping[Document, Stays]
    before: Mapping[str, OnCluster]
    """What the documents compile to, by cluster."""

    after: Mapping[str, OnCluster]
    """What the Projects compile to, with the documents that stay."""

    kept: Mapping[tuple[str, str], Document]
    """Namespace and name of claims that are used on, as documents: what was loaded onto them."""

    originals: Mapping[Document, Document]
    """What was compiled of documents that stay, and they themselves."""

    around: frozenset[Document]
    """Documents that were compiled on both sides because others refer to them."""

    outside: frozenset[Document] = frozenset()
    """Documents that were not compiled: of kinds that Hydra does not read, or made by a controller."""


class _Attempt(NamedTuple):
    """One way of dividing the documents."""

    names: Names
    entries: Mapping[Document, Taken]
    stays: Mapping[Document, Stays]


def make_projects(
    given: Sequence[Given],
    texts: Mapping[str, str],
    platform: Platform,
    wanted: Wanted,
    around: Sequence[Document] = (),
) -> Staged[Projects | None]:
    """The Projects of documents; None where the documents themselves do not compile.

    What cannot be said, and what something that stays refers to, stays. So does what would not compile as an entry.
    Documents `around` are compiled on both sides, since others refer to them; what is wrong with them is not told here.

    Raises: NamesError, where the Projects cannot be named as it was asked for.
    """
    out = dict(outside(given))
    inside = tuple(one.document for one in given if one.document not in out)
    compiled = compile_documents([*inside, *around], platform)
    errors = _errors(compiled.found, set(around))
    if errors or not compiled.value:
        return Staged(None, errors)
    task = _Task(inside, frozenset(around), platform, wanted, compiled.value, comments_of(inside, texts))
    stays: Mapping[Document, Stays] = out
    while True:
        attempt = _attempt(task, stays)
        if len(attempt.stays) > len(stays):
            stays = attempt.stays
            continue
        tried = _tried(task, attempt)
        if not tried.more.keys() - stays.keys():
            return Staged(tried.projects._replace(outside=frozenset(out)), tried.errors)
        stays = {**tried.more, **stays}


class _Task(NamedTuple):
    """What is to be imported, read and compiled once."""

    inside: tuple[Document, ...]
    around: frozenset[Document]
    platform: Platform
    wanted: Wanted
    before: Mapping[str, OnCluster]
    comments: Mapping[Document, Sequence[str]]

    @property
    def side(self) -> OnCluster:
        """The first cluster, whose reading of the documents counts."""
        return next(iter(self.before.values()))


class _Tried(NamedTuple):
    """What an attempt came to."""

    projects: Projects
    more: Mapping[Document, Stays]
    """Documents that have to stay, too."""

    errors: list[Diagnostic]


def _tried(task: _Task, attempt: _Attempt) -> _Tried:
    """An attempt, written and compiled with the documents that stay."""
    style = Style(task.platform.named, task.comments)
    written = write(attempt.names.projects, attempt.entries, task.side, style)
    read = read_documents(SourceFile(FILE, written.text)).value if written.text else []
    beside = [*(one for one in task.inside if one in attempt.stays), *sorted(task.around, key=_place)]
    originals = {elsewhere(one): one for one in beside}
    after = compile_documents([*read, *originals], task.platform)
    made = {place: document for document, place in attempt.names.places.items()}
    more = {**refused(after.found, read, made), **needed(beside, task.before, attempt.entries)}
    projects = Projects(
        text=written.text,
        entries=made,
        sections=attempt.names.sections,
        stays=attempt.stays,
        before=task.before,
        after=after.value,
        kept=written.kept,
        originals=originals,
        around=task.around,
    )
    return _Tried(projects, more, _errors(after.found, {copy for copy, one in originals.items() if one in task.around}))


def _place(document: Document) -> tuple[str, int]:
    return document.file.path, document.index


def _errors(found: Iterable[Diagnostic], apart: Collection[Document]) -> list[Diagnostic]:
    """Errors, but for those of some documents."""
    errors = (one for one in found if one.level is Severity.ERROR)
    return [one for one in errors if not (isinstance(one.at, Origin) and one.at.document in apart)]


def _attempt(task: _Task, given: Mapping[Document, Stays]) -> _Attempt:
    """Every document that may become entries, tried; what it refers to is known by then."""
    reads, stays = _reads(task.side), dict(given)
    importable = [one for one in task.inside if import_of(one) and _namespaced(one)]
    namespaces = sorted({str(one.value["metadata"]["namespace"]) for one in importable})
    names = Names(_projects(namespaces, task.wanted.name))
    for document in task.inside:
        if document in stays:
            continue
        if import_of(document) is None:
            stays[document] = BESIDE
        elif _namespaced(document) and not names.add(document, document.kind.lower(), _keys(reads.get(document, ()))):
            stays[document] = Stays(NO_NAME)
    entries: dict[Document, Taken] = {}
    # Those that mount claims by name come last: by then it is known what lies on them.
    for document in sorted((one for one in task.inside if one not in stays), key=lambda one: one.kind in REPLICAS):
        taking = Taking(document, tuple(reads.get(document, ())), task.side, names, task.wanted.keep)
        import_ = import_of(document)
        made = import_(taking) if import_ is not None else BESIDE
        if isinstance(made, Stays):
            stays[document] = made
            continue
        entries[document] = made
        names.sections.update({names.places[document]: made.entries[-1].section})
    return _Attempt(names, entries, stays)


def _projects(namespaces: Sequence[str], name: str | None) -> dict[str, str]:
    """The project of each namespace.

    Raises: NamesError, where one name is to stand for several, or a namespace is no name of a project.
    """
    if name is not None and len(namespaces) > 1:
        listed = ", ".join(f"`{one}`" for one in namespaces)
        raise NamesError(
            f"`--name` is for one Project, and the documents are in {listed}. Leave it out, or import one."
        )
    for one in [name] if name is not None else namespaces:
        if not is_name(one):
            raise NamesError(
                f"`{one}` is no name of a Project: use `--name` with `a-z`, `0-9` and `-`, a letter first."
            )
    return {one: name or one for one in namespaces}


def _reads(side: OnCluster) -> dict[Document, list[Any]]:
    """What each document becomes."""
    found: dict[Document, list[Any]] = {}
    for one in (*side.parts.artifacts, *side.parts.workloads):
        found.setdefault(one.origin.document, []).append(one)
    for passed in side.parts.passed:
        found.setdefault(passed.document, []).append(passed)
    for model in side.parts.models:
        found.setdefault(model.document, []).append(model)
    return found


def _keys(reads: Iterable[Any]) -> list[Key]:
    return [one.key for one in reads if hasattr(one, "key")]


def _namespaced(document: Document) -> bool:
    return isinstance(document.value["metadata"].get("namespace"), str)
