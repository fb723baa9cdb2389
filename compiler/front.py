"""The front of the compiler: a repo is read, and each cluster's parts are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from compiler import cache
from compiler.assembly import Assembly
from compiler.checking import policy
from compiler.diagnostics import Diagnostic, Findings, InFile, Located, Severity
from compiler.directories import check_output
from compiler.layout import LOCK, SETTINGS
from compiler.library.library import open_library
from compiler.linking.problems import unknown_cluster
from compiler.lock.pins import pinned
from compiler.lock.reading import LockFile, lock_of
from compiler.repo import Repo, settings_of
from compiler.repo_problems import nothing_to_compile
from compiler.requests import Request
from compiler.source.discovery import Discovered, discover
from compiler.specs import Declared, check_settings, declared_clusters, profiles_of, specs_of

if TYPE_CHECKING:
    from compiler.linking.program import Parts
    from compiler.spec.settings import Settings


class Front(NamedTuple):
    """A repo that was read."""

    settings: Settings
    output: str
    """Where the tree is written, from the root or absolute."""

    parts: Mapping[str, Parts]
    """What each cluster that is compiled gets."""

    acknowledged: frozenset[str]
    """Destructive changes that are meant, by object."""

    discovered: Discovered
    around: str
    """Digest of what the run depends on besides specs; empty where it could not be taken."""

    commit: str
    """What HEAD names."""

    locked: LockFile
    """What the lock file says."""


def read_repo(repo: Repo, request: Request, found: Findings) -> Front:
    """Everything that the repo says, as parts of each cluster."""
    request.tell("reading")
    settings = found.of(settings_of(repo))
    around, commit = _around(repo, settings)
    library = open_library(repo.root, settings.library)
    found.of(library.check())
    locked = found.of(lock_of(repo))
    output = request.output or settings.output
    in_output = check_output(repo.root, output, settings, _output_place(repo, request))
    found.add(in_output)
    discovered = found.of(discover(repo.root, output=output, library=settings.library))
    if request.drafts:
        discovered = discovered._replace(specs=tuple(one for one in discovered.specs if one not in request.drafts))
    if request.specs is not None:
        discovered = discovered._replace(specs=tuple(path for path in discovered.specs if path in request.specs))
    if not discovered.specs and not in_output and request.specs is None:
        found.add([nothing_to_compile(InFile("."))])
    clusters = [one for path in discovered.clusters for one in found.of(repo.documents(path))]
    documents = [one for path in discovered.specs for one in found.of(repo.documents(path))]
    incomplete = found.worst() is Severity.ERROR
    unread = any(one.at.span().file in discovered.clusters for one in found.all)
    profiles = found.of(profiles_of(clusters, library))
    specs = found.of(specs_of(documents, settings))
    declared = declared_clusters(clusters, profiles, complete=not unread)
    found.add(_about_settings(repo, settings, declared))
    found.add(unknown_cluster(InFile("."), name, declared.names) for name in request.clusters if declared.lacks(name))
    found.add(policy.unexplained({path: one.text for path, one in repo.files.items()}))
    assembly = Assembly(specs, profiles, declared, library, repo.read, incomplete=incomplete)
    parts = pinned(found.of(assembly.parts(settings)), locked.lock.pins)
    wanted = request.clusters or tuple(profiles)
    chosen = {name: parts[name] for name in profiles if name in wanted}
    return Front(settings, output, chosen, specs.acknowledged, discovered, around, commit, locked)


def inputs_of(repo: Repo, front: Front) -> cache.Inputs | None:
    """What the run read, by digest; nothing where it could not all be told."""
    if not front.around:
        return None
    files = {path: cache.digest(file.text.encode()) for path, file in repo.files.items()}
    return cache.Inputs(
        settings=files.pop(SETTINGS, ""),
        lock=files.pop(LOCK, ""),
        output=front.output,
        library=tuple(front.settings.library),
        schemas=tuple(front.settings.schemas),
        specs=front.discovered.specs,
        clusters=front.discovered.clusters,
        around=front.around,
        commit=front.commit,
        files=files,
    )


def _output_place(repo: Repo, request: Request) -> Located:
    """Where the output was said: in the settings, or on the command line."""
    return InFile(request.output or ".") if request.output or repo.settings is None else repo.settings.at("output")


def _about_settings(repo: Repo, settings: Settings, declared: Declared) -> list[Diagnostic]:
    return [*check_settings(settings, repo.settings, declared), *policy.check_levels(settings, repo.settings)]


def _around(repo: Repo, settings: Settings) -> tuple[str, str]:
    # Taken before anything of it is read: what changes in between is then seen by the next run.
    try:
        folders = (*settings.library, *settings.schemas)
        return cache.surroundings(repo.root, folders), cache.commit_of(repo.root)
    except (OSError, ValueError):
        return "", ""
