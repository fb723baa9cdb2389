"""The two sides of a change, compiled: only what may differ, where that can be told from the specs' words."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from compiler import git
from compiler.change import revision
from compiler.change.revision import Files, RevisionError
from compiler.change.values import View
from compiler.change.view import Side, differs, view
from compiler.coupling import Coupled, Said, coupled
from compiler.diagnostics import Diagnostic, Findings, InFile, Severity, Staged, in_source_order
from compiler.emission.paths import DELIVERY
from compiler.layout import CLUSTERS, LIST_NAME, LOCK, SETTINGS
from compiler.merging import ROUTES
from compiler.repo import Repo, settings_of
from compiler.requests import Request
from compiler.source.discovery import Discovered, discover
from compiler.units import Link

_READ = (".yaml", ".yml", ".json")


class Compared(NamedTuple):
    """What came of comparing."""

    view: View | None
    """None where a side could not be compiled, or there is no such revision."""

    found: list[Diagnostic]
    repo: Repo
    """The second side's, for excerpts."""


class _Half(NamedTuple):
    """One side, and what came with it."""

    side: Side
    found: list[Diagnostic]
    repo: Repo
    links: Mapping[str, Mapping[str, Sequence[Link]]]
    """By cluster and spec file, what its entries refer to."""


def compiled(request: Request) -> tuple[Side, list[Diagnostic], Repo]:
    """The objects of a repo, with what was found on the way. Reads the repo, writes nothing."""
    half = _half(request)
    return half.side, half.found, half.repo


def _half(request: Request) -> _Half:
    from compiler.pipeline import compile_repo

    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request._replace(comparing=True), found)
    side = Side(
        {(one.cluster, one.target): one for one in rendered.subjects},
        {name: parts.profile for name, parts in rendered.front.parts.items()},
        rendered.front.acknowledged,
    )
    return _Half(side, in_source_order(found.all), repo, rendered.links)


def view_of(before: Path, after: Path, clusters: tuple[str, ...] = ()) -> Staged[View]:
    """What the way from one directory's specs to another's does."""
    first, _, _ = compiled(Request(before, clusters))
    second, found, _ = compiled(Request(after, clusters))
    return Staged(view(first, second), found)


def since(base: str, request: Request, *, fork: bool = False) -> Compared:
    """What the work tree does that a revision of git does not. With `fork`, that the commit did not at which both parted."""
    repo = Repo(request.root)
    request.tell(f"reading {base}")
    try:
        commit = revision.commit_of(request.root, base)
        files = revision.files_of(request.root, revision.fork_of(request.root, commit) if fork else commit)
    except (RevisionError, git.GitError) as error:
        from compiler.change.problems import no_revision

        return Compared(None, [no_revision(InFile("."), base, str(error))], repo)
    with tempfile.TemporaryDirectory(prefix="hydra-") as directory:
        return _compare(base, files, Path(directory), request)


def _compare(base: str, files: Files, directory: Path, request: Request) -> Compared:
    scope = _to_compile(files, request)
    specs = None if scope is None else scope.needed
    if specs is not None and not specs:
        return Compared(view(Side(), Side()), [], Repo(request.root))
    try:
        revision.write(files, directory, _needed(files, specs))
    except OSError as error:
        from compiler.change.problems import not_unpacked

        return Compared(None, [not_unpacked(InFile("."), base, error)], Repo(request.root))
    request.tell("compiling the work tree")
    after = _half(request._replace(specs=specs))
    request.tell(f"compiling {base}")
    # A cluster that is asked for may not be there yet.
    base_request = Request(directory, progress=request.progress)
    before = _half(base_request._replace(specs=specs))
    if scope is not None and not _is_enough(before, after, scope):
        revision.write(files, directory, set(files) - _needed(files, specs))
        after, before = _half(request), _half(base_request)
    if _errors(after.found):
        return Compared(None, after.found, after.repo)
    return Compared(view(_asked_for(before.side, request), after.side), _about_base(base, before.found), after.repo)


def _is_enough(before: _Half, after: _Half, scope: Coupled) -> bool:
    """Whether no other file can have anything to do with what differs."""
    if _errors(after.found) or _errors(before.found):
        return False  # A name that the smaller compile did not see may be what is missed.
    if _delivered(before.side) != _delivered(after.side):
        return False  # What applies the tree is made of all of it.
    return _outside(before, scope) == _outside(after, scope) and not _shared(before.side, after.side, scope)


def _outside(half: _Half, scope: Coupled) -> list[object]:
    """What the affected files refer to in others, where it can count who does."""
    return sorted(
        (cluster, words)
        for cluster, by_file in half.links.items()
        for file in scope.affected
        for words, said in by_file.get(file, ())
        if said not in scope.affected
    )


def _shared(before: Side, after: Side, scope: Coupled) -> bool:
    """Whether an object differs that other files can have a part in: a claim for several readers, a host's routes."""
    sides = (before.subjects, after.subjects)
    files: dict[tuple[str, str], set[str]] = {}
    for one in (subject for side in sides for subject in side.values()):
        files.setdefault((one.cluster, one.unit), set()).add(one.origin.document.file.path)
    return any(
        one.target.partition("/")[0] in ROUTES or not files[one.cluster, one.unit] <= scope.affected
        for key in {**before.subjects, **after.subjects}
        if differs(before, after, key)
        for side in sides
        if (one := side.get(key)) is not None
    )


def _asked_for(before: Side, request: Request) -> Side:
    """The first side on the clusters that are asked for."""
    if not request.clusters:
        return before
    kept = {key: one for key, one in before.subjects.items() if key[0] in request.clusters}
    return before._replace(subjects=kept)


def _delivered(side: Side) -> list[object]:
    """The objects of the GitOps controllers."""
    return [one.body for one in side.subjects.values() if one.file.startswith(f"{DELIVERY}/")]


def _about_base(base: str, mistakes: Iterable[Diagnostic]) -> list[Diagnostic]:
    """That the base has errors, which make what it leaves out look new."""
    errors = _errors(mistakes)
    if not errors:
        return []
    from compiler.change.problems import base_with_errors

    return [base_with_errors(InFile("."), base, errors)]


def _errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [one for one in found if one.level is Severity.ERROR]


def _to_compile(files: Files, request: Request) -> Coupled | None:
    """The spec files that have to be compiled; None is all of them."""
    repo = Repo(request.root)
    settings = settings_of(repo).value
    output = request.output or settings.output
    here = discover(repo.root, output=output, library=settings.library).value
    folders = tuple(f"{one.rstrip('/')}/" for one in (*settings.library, *settings.schemas, CLUSTERS))
    before = {path: one.text for path, one in files.items() if _is_spec(path) and not path.startswith(folders)}
    after = {path: one.text for path in here.specs if (one := repo.read(path).value) is not None}
    changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
    others = _others_changed(files, repo, here, folders)
    if others is None:
        return None
    said = Said("\n".join((*before.values(), *after.values())))
    new = {
        path for path in _below(repo.root, "", output) if path not in files and not _is_spec(path) and said.says(path)
    }
    return coupled((before, after), changed | others | new)


def _others_changed(files: Files, repo: Repo, here: Discovered, folders: tuple[str, ...]) -> set[str] | None:
    """Files that are no specs and differ; None where one of them counts for the whole repo."""
    different = {
        path
        for path, blob in files.items()
        if not _is_spec(path) and not path.endswith(f"/{LIST_NAME}") and _bytes(repo.root / path) != blob.content
    }
    there = {path for folder in folders for path in _below(repo.root, folder) if path.endswith(_READ)}
    different |= {
        path for path in (*there, *here.clusters, LOCK, SETTINGS) if path not in files and _is_file(repo, path)
    }
    everywhere = {path for path in different if path.startswith(folders) or path == LOCK or path.endswith(SETTINGS)}
    return None if everywhere else different


def _is_file(repo: Repo, path: str) -> bool:
    return (repo.root / path).is_file()


def _below(root: Path, folder: str, left_out: str = "") -> Iterator[str]:
    """Files below a folder, which ends with a slash, by their paths from the root. Hidden folders are left out."""
    waiting = [folder]
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(root / above) as opened:
                entries = [(f"{above}{one.name}", one.is_dir(follow_symlinks=False)) for one in opened]
        except OSError:
            continue
        yield from (path for path, is_directory in entries if not is_directory)
        folders = (path for path, is_directory in entries if is_directory and path != left_out)
        waiting += [f"{path}/" for path in folders if not posixpath.basename(path).startswith(".")]


def _bytes(path: Path) -> bytes | None:
    try:
        return str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _is_spec(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "hydra.yaml" or (name.endswith(".hydra.yaml") and name != SETTINGS)


def _needed(files: Files, specs: frozenset[str] | None) -> set[str]:
    """The files of a revision that a compile of these specs reads."""
    return {path for path in files if specs is None or not _is_spec(path) or path in specs}


def against_cluster(context: str, request: Request) -> Compared:
    """What the work tree does that does not stand on the cluster of a kubeconfig's context.

    Raises: WrongClusterError, where it cannot be told which cluster of the repo that is; ImportError, where the client is
    not installed.
    """
    from compiler.live.comparing import live_side
    from compiler.live.rendered import cluster_of

    request.tell("compiling the work tree")
    after, found, repo = compiled(request)
    if _errors(found):
        return Compared(None, found, repo)
    cluster = cluster_of(after.profiles, context)
    here = after._replace(subjects={key: one for key, one in after.subjects.items() if key[0] == cluster})
    before = live_side(context, here, cluster, request.tell)
    shown = None if _errors(before.found) else view(before.value, here)
    return Compared(shown, in_source_order(before.found), repo)
