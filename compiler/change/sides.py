"""The two sides of a change, compiled: only what may differ, where that can be told from the specs' words."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from compiler import git
from compiler.again.coupling import Coupled
from compiler.again.merging import ROUTES, adds_nothing_up
from compiler.change import revision
from compiler.change.reach import checked_out, is_spec, to_compile
from compiler.change.revision import Files, RevisionError
from compiler.change.values import View
from compiler.change.view import Side, differs, view
from compiler.checking.policy import levels_of
from compiler.diagnostics import Diagnostic, Findings, InFile, Severity, Staged, in_source_order
from compiler.emission.paths import DELIVERY
from compiler.repo import Repo
from compiler.requests import Request


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
    added_up: frozenset[str]
    """Spec files with workloads that are added up over a cluster, where settings make an error of any finding."""


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
    strict = Severity.ERROR.label in levels_of(rendered.front.settings).values()
    summed = (
        rendered.working[name]
        for name, one in rendered.front.parts.items()
        if strict and not adds_nothing_up(one.profile)
    )
    return _Half(side, in_source_order(found.all), repo, frozenset[str]().union(*summed))


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
        commit = revision.fork_of(request.root, commit) if fork else commit
        files = checked_out(revision.files_of(request.root, commit), request.root)
    except (RevisionError, git.GitError) as error:
        from compiler.change.problems import no_revision

        return Compared(None, [no_revision(InFile("."), base, str(error))], repo)
    with tempfile.TemporaryDirectory(prefix="hydra-") as directory:
        return _compare(base, files, Path(directory), request)


def _compare(base: str, files: Files, directory: Path, request: Request) -> Compared:
    scope = to_compile(files, request)
    specs = None if scope is None else scope.needed
    if specs is not None and not specs and not request.clusters:
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
    if not after.added_up.isdisjoint(scope.affected):
        return False
    return not _shared(before.side, after.side, scope)


def _shared(before: Side, after: Side, scope: Coupled) -> bool:
    """Whether an object differs that other files can have a part in: a claim for several readers, a host's routes."""
    changed = {key for key in {**before.subjects, **after.subjects} if differs(before, after, key)}
    both = [*before.subjects.items(), *after.subjects.items()]
    units = {(one.cluster, one.unit) for key, one in both if key in changed}
    files = {one.origin.span().file for _, one in both if (one.cluster, one.unit) in units and one.origin is not None}
    return not files <= scope.affected or any(target.partition("/")[0] in ROUTES for _, target in changed)


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


def _needed(files: Files, specs: frozenset[str] | None) -> set[str]:
    """The files of a revision that a compile of these specs reads."""
    return {path for path in files if specs is None or not is_spec(path) or path in specs}


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
