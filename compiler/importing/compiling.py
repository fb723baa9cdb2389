"""Compiles documents that stand in no repo: those to import, and the Projects made of them, on the same clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler.assembly import Assembly
from compiler.checking import policy
from compiler.checking.collisions import check_collisions
from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Diagnostic, Findings, InFile, Severity, Staged
from compiler.library.library import Library, open_library
from compiler.linking.link import link
from compiler.linking.problems import unknown_cluster
from compiler.linking.workload import Variables
from compiler.lowering.registry import lower
from compiler.planning.decide import Share, decide
from compiler.repo import Repo, settings_of
from compiler.source.discovery import discover
from compiler.spec.documents import API_VERSION
from compiler.specs import Declared, declared_clusters, profiles_of, specs_of

if TYPE_CHECKING:
    from compiler.linking.profile import Profile
    from compiler.linking.program import Parts, Program
    from compiler.manifest import Manifest
    from compiler.source.document import Document
    from compiler.spec.settings import Settings


class Platform(NamedTuple):
    """What both sides are compiled for: the clusters, the library and the settings of a repo."""

    repo: Repo
    settings: Settings
    library: Library
    profiles: Mapping[str, Profile]
    """The clusters that count, by name."""

    named: tuple[str, ...]
    """The clusters that a Project has to name: none, where the repo has one."""


class OnCluster(NamedTuple):
    """What documents come to on a cluster."""

    parts: Parts
    program: Program
    manifests: tuple[Manifest, ...]


def platform_of(root: Path, clusters: Sequence[str] = (), files: Iterable[str] = ()) -> Staged[Platform]:
    """The platform of a repo: the clusters that are named, else those that the settings give the files, else all.

    A repo without clusters has the library's.
    """
    repo, found = Repo(root), Findings()
    settings = found.of(settings_of(repo))
    library = open_library(root, settings.library)
    discovered = found.of(discover(root, output=settings.output, library=settings.library))
    documents = [one for path in discovered.clusters for one in found.of(repo.documents(path))]
    profiles = found.of(profiles_of(documents, library))
    declared = declared_clusters(documents, profiles, complete=True)
    found.add(unknown_cluster(InFile("."), name, declared.names) for name in clusters if declared.lacks(name))
    wanted = clusters or _clusters_of(files, root, settings)
    # A cluster of the settings that there is not has a finding of its own at every compile.
    chosen = {name: one for name, one in profiles.items() if name in wanted} or dict(profiles)
    named = tuple(sorted(chosen)) if len(profiles) > 1 else ()
    return Staged(Platform(repo, settings, library, chosen, named), found.all)


def documents_around(given: Iterable[Document], platform: Platform) -> list[Document]:
    """The foreign documents of the repo, but for those that are given."""
    repo, settings = platform.repo, platform.settings
    known = {_object(one) for one in given}
    specs = discover(repo.root, output=settings.output, library=settings.library).value.specs
    found = (one for path in specs for one in repo.documents(path).value)
    return [one for one in found if one.api_version != API_VERSION and _object(one) not in known]


def _object(document: Document) -> tuple[str, str, str]:
    metadata = document.value.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    return document.kind, str(named.get("namespace")), str(named.get("name"))


def _clusters_of(files: Iterable[str], root: Path, settings: Settings) -> set[str]:
    """The clusters that the settings give files of the repo."""
    found: set[str] = set()
    for file in files:
        path = Path.cwd() / file
        place = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
        prefixes = [one for one in settings.foreign if place == one or place.startswith(one.strip("/") + "/")]
        found.update(settings.foreign[max(prefixes, key=len)] if prefixes else ())
    return found


def compile_documents(
    documents: Iterable[Document], platform: Platform, foreign: Sequence[str] = ()
) -> Staged[Mapping[str, OnCluster]]:
    """What documents come to, by cluster. `foreign` are the clusters that foreign ones go to: all, where it is empty."""
    found = Findings()
    where = {"": [*(foreign or platform.profiles)]}
    settings = platform.settings.model_copy(update={"foreign": where})
    specs = found.of(specs_of(documents, settings))
    declared = Declared(frozenset(platform.profiles))
    mistaken = found.worst() is Severity.ERROR
    assembly = Assembly(specs, platform.profiles, declared, platform.library, platform.repo.read, incomplete=mistaken)
    parts = found.of(assembly.parts(settings))
    sides = {name: found.of(_on_cluster(parts[name], platform)) for name in sorted(parts)}
    return Staged(sides, levelled(found.all, platform))


def _on_cluster(parts: Parts, platform: Platform) -> Staged[OnCluster]:
    found = Findings()
    root = platform.repo.root
    schemas = Schemas([root / folder for folder in platform.settings.schemas], root=root)
    program = found.of(link(found.of(sound(parts, schemas))))
    share = Share(program.artifacts, program.passed, program.workloads, first=True)
    plans = found.of(decide(program, share))
    manifests = found.of(check_collisions(lower(plans)))
    found.add(policy.judge(_subjects(program, manifests), policy.limits_of(platform.settings)))
    found.of(check(manifests, schemas))
    return Staged(OnCluster(parts, program, tuple(manifests)), found.all)


def _subjects(program: Program, manifests: Iterable[Manifest]) -> Iterator[object]:
    """What policy rules look at."""
    yield from (one.document for one in program.passed)
    for artifact in program.artifacts:
        yield artifact
        if artifact.written is not None:
            yield artifact.written
    yield from (Variables(one.environment, one.origin) for one in program.workloads)
    yield from manifests


def levelled(found: Sequence[Diagnostic], platform: Platform) -> list[Diagnostic]:
    """Findings at the levels that the repo's settings give them."""
    return policy.levelled(found, platform.settings, platform.repo.text)
