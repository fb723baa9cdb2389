"""The compiler from top to bottom: specs in, manifests out. This file is the table of contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from compiler import cache
from compiler.back import Compiled, Work, added, compile_cluster
from compiler.checking import policy
from compiler.checking.baseline import committed
from compiler.diagnostics import Findings, Severity, Staged, in_source_order
from compiler.emission import tree
from compiler.emission.listing import Listing
from compiler.emission.storage import Stored
from compiler.front import Front, inputs_of, read_repo
from compiler.repo import Repo
from compiler.requests import Outcome, Request
from compiler.side_by_side import side_by_side

__all__ = ["Outcome", "Request", "check_tree", "compile_tree", "validate"]


class Rendered(NamedTuple):
    """What a repo compiles to."""

    front: Front
    files: Mapping[str, str]
    storage: Sequence[Stored]
    objects: Mapping[str, int]
    unchecked: Mapping[str, int]


def compile_repo(repo: Repo, request: Request, found: Findings) -> Rendered:
    """Specs in, files out. Reads the repo, writes nothing."""
    front = read_repo(repo, request, found)
    mistaken = found.worst() is Severity.ERROR
    found.all = policy.levelled(found.all, front.settings, repo.text)
    before = found.of(committed(repo.root, front.output)).storage
    clusters = sorted({*front.parts, *(() if request.clusters else (one.cluster for one in before))})
    jobs = 1 if len(clusters) > 1 else request.jobs

    def compile_one(cluster: str) -> Compiled:
        request.tell(f"compiling {cluster}")
        work = Work(repo, front, cluster, [one for one in before if one.cluster == cluster], jobs)
        return compile_cluster(work, mistaken=mistaken)

    compiled: list[Compiled] = side_by_side(compile_one, clusters, request.jobs)
    found.add(one for each in compiled for one in each.found)
    files = {path: text for each in compiled for path, text in each.files.items()}
    storage = [record for each in compiled for record in each.storage]
    return Rendered(
        front, files, storage, added(one.objects for one in compiled), added(one.unchecked for one in compiled)
    )


def validate(request: Request) -> Outcome:
    """Everything but writing."""
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    return _outcome(repo, found, rendered, request.paths)


def compile_tree(request: Request) -> Outcome:
    """Compile and write. Errors write nothing; where nothing changed since the last run, nothing is compiled."""
    known = _recall(request)
    if known is not None:
        return known
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    if found.worst() is Severity.ERROR:
        return _outcome(repo, found, rendered)
    request.tell("writing")
    root, output = _target(request, rendered)
    listing = found.of(_listing(root, output, rendered, request))
    written = found.of(tree.write(root, output, rendered.files, listing))
    outcome = _outcome(repo, found, rendered)
    if written is None:
        return outcome
    _remember(request, repo, rendered, outcome, listing)
    return outcome._replace(written=written.written, unchanged=written.unchanged, removed=len(written.removed))


def check_tree(request: Request) -> Outcome:
    """Compile and compare with the tree that is there. Writes nothing."""
    known = _recall(request)
    if known is not None:
        return known
    from compiler.emission.staleness import stale

    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    if found.worst() is Severity.ERROR:
        return _outcome(repo, found, rendered)
    root, output = _target(request, rendered)
    listing = found.of(_listing(root, output, rendered, request))
    staleness = found.of(stale(root, output, rendered.files, listing))
    if staleness is not None and not staleness.fresh:
        found.add([staleness.finding(rendered.front.output)])
    outcome = _outcome(repo, found, rendered)
    if staleness is None:
        return outcome
    if staleness.fresh:
        _remember(request, repo, rendered, outcome, listing)
    return outcome._replace(stale=staleness.diff)


def _target(request: Request, rendered: Rendered) -> tuple[Path, str]:
    """The directory that holds the output, and the output's path in it."""
    path = Path(rendered.front.output)
    return (path.parent, path.name) if path.is_absolute() else (request.root, rendered.front.output)


def _listing(root: Path, output: str, rendered: Rendered, request: Request) -> Staged[Listing]:
    """The list of the tree that will be there. Clusters that are not compiled keep theirs."""
    fresh = Listing.of(rendered.files, tuple(rendered.storage))
    if not request.clusters:
        return Staged(fresh)
    earlier = tree.previous(root, output)
    return Staged(earlier.value.with_clusters(fresh, rendered.front.parts), earlier.found)


def _outcome(repo: Repo, found: Findings, rendered: Rendered, paths: Sequence[str] = ()) -> Outcome:
    findings = in_source_order(found.all)
    if paths:
        findings = [one for one in findings if _concerns(one.at.span().file, paths)]
    clusters = tuple(rendered.front.parts)
    return Outcome(findings, repo.text, clusters, rendered.objects, unchecked=rendered.unchecked)


def _concerns(file: str, paths: Sequence[str]) -> bool:
    return any(file == path or file.startswith(path.rstrip("/") + "/") for path in paths)


def _about(request: Request) -> list[str]:
    return [request.output or "", *sorted(request.clusters)]


def _recall(request: Request) -> Outcome | None:
    """The outcome of the last run, where nothing changed since."""
    known = cache.recall(request.root, _about(request))
    if known is None:
        return None
    repo = Repo(request.root)

    def read(path: str) -> str | None:
        return repo.text(path) or (repo.text(path) if repo.read(path).value else None)

    return Outcome(known.found, read, known.clusters, known.objects, unchanged=known.files, unchecked=known.unchecked)


def _remember(request: Request, repo: Repo, rendered: Rendered, outcome: Outcome, listing: Listing) -> None:
    inputs = inputs_of(repo, rendered.front)
    if inputs is None or Path(rendered.front.output).is_absolute():
        return
    remembered = cache.Remembered(
        tuple(outcome.found), outcome.clusters, outcome.objects, outcome.unchecked, len(rendered.files)
    )
    cache.remember(request.root, _about(request), inputs, listing.text(), remembered)
