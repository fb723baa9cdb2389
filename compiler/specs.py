"""From documents to what each cluster gets: which project and which foreign document goes where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Read
from compiler.dialects.translate import reader_of, translate, unit_of
from compiler.emission.paths import KUSTOMIZATION
from compiler.layout import LIST_NAME
from compiler.library.library import Library
from compiler.linking import problems
from compiler.linking.profile import Profile, profile_of
from compiler.source.document import Document
from compiler.spec.documents import API_VERSION, cluster_of
from compiler.spec.problems import bad_value, misplaced_kind

if TYPE_CHECKING:
    from compiler.spec.settings import Settings


RESERVED = (LIST_NAME, KUSTOMIZATION)


class Foreign(NamedTuple):
    """What a foreign document became."""

    document: Document
    unit: str
    read: tuple[Read, ...]
    keys: tuple[tuple[str, str], ...]
    """What references call it, also where it could not be read."""


class Declared(NamedTuple):
    """Clusters by name, also those whose documents have mistakes: to name one of them is not a second mistake."""

    names: frozenset[str]
    complete: bool = True
    """Whether there can be no others, in files that could not be read."""

    def lacks(self, name: str) -> bool:
        """Whether no cluster is called that."""
        return self.complete and name not in self.names


class Specs(NamedTuple):
    """Everything that the spec files say."""

    projects: tuple[Document, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    acknowledged: frozenset[str] = frozenset()


def profiles_of(clusters: Iterable[Document], library: Library) -> Staged[dict[str, Profile]]:
    """The clusters by name; the library's `default` where the repo has none."""
    profiles: dict[str, Profile] = {}
    found: list[Diagnostic] = []
    documents = list(clusters)
    if not documents:
        default = library.document("cluster", "default")
        found += default.found
        documents = [] if default.value is None else [default.value]
    for document in documents:
        if document.api_version == API_VERSION and document.kind != "Cluster":
            found.append(misplaced_kind(document.at("kind"), document.kind, "a `hydra.yaml`"))
            continue
        checked = cluster_of(document)
        found += checked.found
        if checked.value is None:
            continue
        name = checked.value.metadata.name
        if name in RESERVED:
            at = document.at("metadata", "name")
            found.append(
                bad_value(
                    at, f"A cluster cannot be called `{name}`.", "Its directory would be in the way of that file."
                )
            )
        elif name in profiles:
            found.append(
                problems.same_cluster(
                    document.at("metadata", "name"), name, profiles[name].document.at("metadata", "name")
                )
            )
        else:
            profiles[name] = profile_of(checked.value, document)
    return Staged(profiles, found)


def declared_clusters(documents: Iterable[Document], profiles: Mapping[str, Profile], *, complete: bool) -> Declared:
    """The names of clusters. `complete` says that every file of clusters could be read."""
    names = set(profiles)
    for document in documents:
        metadata = document.value.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if isinstance(name, str):
            names.add(name)
        else:
            complete = False
    return Declared(frozenset(names), complete)


def specs_of(documents: Iterable[Document], settings: Settings) -> Staged[Specs]:
    """Projects and foreign documents, told apart; foreign ones are read."""
    projects: dict[str, Document] = {}
    foreign: list[Foreign] = []
    found: list[Diagnostic] = []
    acknowledged = set(settings.acknowledge)
    for document in documents:
        if document.api_version == API_VERSION:
            found += _own(document, projects)
            said = document.value.get("acknowledge")
            acknowledged |= {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()
            continue
        dialect = reader_of(document, settings.kinds)
        found += dialect.found
        if dialect.value is None:
            continue
        read = translate(document, dialect.value)
        found += read.found
        unit = unit_of(document.file.path)
        foreign.append(Foreign(document, unit, tuple(read.value), _keys(document)))
    found += _units(projects, foreign)
    return Staged(Specs(tuple(projects.values()), tuple(foreign), frozenset(acknowledged)), found)


def _own(document: Document, projects: dict[str, Document]) -> list[Diagnostic]:
    from compiler.spec.problems import unknown_kind

    if document.kind == "Cluster":
        return [misplaced_kind(document.at("kind"), "Cluster", "`clusters/<name>.yaml`")]
    if document.kind != "Project":
        return [
            unknown_kind(
                document.at("kind"), API_VERSION, document.kind, [(API_VERSION, "Project"), (API_VERSION, "Cluster")]
            )
        ]
    metadata = document.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if isinstance(name, str) and name in projects:
        return [problems.same_unit(document.at("metadata", "name"), name, projects[name].at("metadata", "name"))]
    projects[name if isinstance(name, str) else f"{document.file.path}#{document.index}"] = document
    return []


def _keys(document: Document) -> tuple[tuple[str, str], ...]:
    metadata = document.value.get("metadata")
    if not isinstance(metadata, dict):
        return ()
    return ((str(metadata.get("namespace")), str(metadata.get("name"))),)


def _units(projects: Mapping[str, Document], foreign: Iterable[Foreign]) -> list[Diagnostic]:
    """Two units of one name: a project and a directory elsewhere, or two directories.

    Documents beside a project that is named like their directory are in the project's unit.
    """
    found: list[Diagnostic] = []
    directories: dict[str, Foreign] = {}
    for one in foreign:
        first = directories.setdefault(one.unit, one)
        project = projects.get(one.unit)
        if project is not None and _directory(project) != _directory(one.document):
            found.append(problems.same_unit(project.at("metadata", "name"), one.unit, one.document.at()))
        elif _directory(first.document) != _directory(one.document):
            found.append(problems.same_unit(one.document.at(), one.unit, first.document.at()))
    return found


def _directory(document: Document) -> str:
    return document.file.path.rpartition("/")[0]


def clusters_of(document: Document, declared: Declared) -> Staged[tuple[str, ...]]:
    """The clusters that a project is rendered for."""
    named = document.value.get("clusters")
    if named is None:
        if len(declared.names) <= 1:
            return Staged(tuple(declared.names))
        listed = ", ".join(f"`{name}`" for name in sorted(declared.names))
        do = f"Add `clusters: [...]` with some of {listed}."
        return Staged((), [problems.no_cluster(document.at(), "The project", do)])
    if not isinstance(named, list):
        return Staged(())
    found = [
        problems.unknown_cluster(document.at("clusters", index), name, declared.names)
        for index, name in enumerate(named)
        if isinstance(name, str) and declared.lacks(name)
    ]
    return Staged(tuple(name for name in dict.fromkeys(map(str, named)) if name in declared.names), found)


def foreign_clusters(document: Document, settings: Settings, declared: Declared) -> Staged[tuple[str, ...]]:
    """The clusters that a foreign document goes to: by its path, or the only one."""
    path = document.file.path
    prefixes = [
        prefix for prefix in settings.foreign if path.startswith(prefix.strip("/") + "/") or prefix in {path, ".", ""}
    ]
    if prefixes:
        named = settings.foreign[max(prefixes, key=len)]
        return Staged(tuple(name for name in named if name in declared.names))
    if len(declared.names) <= 1:
        return Staged(tuple(declared.names))
    do = "Give its path clusters under `foreign` in `.hydra.yaml`."
    return Staged((), [problems.no_cluster(document.at("kind"), f"This {document.kind}", do)])


def check_settings(settings: Settings, document: Document | None, declared: Declared) -> list[Diagnostic]:
    """Clusters in the settings that there are not."""
    if document is None:
        return []
    return [
        problems.unknown_cluster(document.at("foreign", prefix, index), name, declared.names)
        for prefix, names in settings.foreign.items()
        for index, name in enumerate(names)
        if declared.lacks(name)
    ]
