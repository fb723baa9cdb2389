"""The compiler from top to bottom: specs in, manifests out. This file is the table of contents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler import cache
from compiler.back import Compiled, Work, added, compile_cluster
from compiler.checking import policy
from compiler.checking.baseline import committed
from compiler.diagnostics import Findings, Severity, Staged, in_source_order
from compiler.emission import tree
from compiler.emission.listing import EMPTY, Listing
from compiler.emission.lock_file import Change, Lock
from compiler.emission.served import Served
from compiler.emission.storage import Stored
from compiler.front import Front, inputs_of, read_repo
from compiler.lock.holding import held, served_before
from compiler.lock.needs import about_pins
from compiler.lock.problems import stale_lock
from compiler.repo import Repo
from compiler.requests import Outcome, Request
from compiler.side_by_side import side_by_side

if TYPE_CHECKING:
    from compiler.again.units import Link, Units
    from compiler.change.values import Subject
    from compiler.planned import Plans

__all__ = ["Outcome", "Request", "check_tree", "compile_tree", "plans", "validate", "validate_really"]


class Rendered(NamedTuple):
    """What a repo compiles to."""

    front: Front
    files: Mapping[str, str]
    storage: Sequence[Stored]
    objects: Mapping[str, int]
    unchecked: Mapping[str, int]
    served: Sequence[Served] = ()
    """The runs of fine-tunings that are served."""

    lock: Lock = Lock()
    """What the lock file is to say."""

    subjects: Sequence[Subject] = ()
    """The objects themselves, where they are wanted."""

    before: Listing = EMPTY
    """The list of the last commit's tree."""

    units: Mapping[str, Units] = {}
    """By cluster, what it comes to by unit."""

    links: Mapping[str, Mapping[str, Sequence[Link]]] = {}
    """By cluster and spec file, what its entries refer to."""

    working: Mapping[str, frozenset[str]] = {}
    """By cluster, the spec files with workloads."""

    @property
    def lock_change(self) -> Change:
        """What becomes of the lock file."""
        return self.front.locked.change(self.lock)


def compile_repo(repo: Repo, request: Request, found: Findings) -> Rendered:
    """Specs in, files out. Reads the repo, writes nothing."""
    front = read_repo(repo, request, found)
    mistaken = found.worst() is Severity.ERROR
    found.all = policy.levelled(found.all, front.settings, repo.text)
    last = found.of(committed(repo.root, front.output))
    clusters = sorted({*front.parts, *(() if request.clusters else (one.cluster for one in last.storage))})
    # Objects that are compared stay in this process: where they come from is looked up later, for few of them.
    processes = 1 if request.comparing else request.jobs
    jobs = 1 if len(clusters) > 1 else processes

    def compile_one(cluster: str) -> Compiled:
        request.tell(f"compiling {cluster}")
        before = [one for one in last.storage if one.cluster == cluster and _is_compared(one, request)]
        work = Work(repo, front, cluster, before, last.served, jobs, request.comparing)
        return compile_cluster(work, mistaken=mistaken)

    compiled: list[Compiled] = side_by_side(compile_one, clusters, processes)
    found.add(one for each in compiled for one in each.found)
    files = {path: text for each in compiled for path, text in each.files.items()}
    storage = [record for each in compiled for record in each.storage]
    served = [record for each in compiled for record in each.served]
    held = {cluster: each.promotions for cluster, each in zip(clusters, compiled, strict=True)}
    lock = front.locked.lock.with_clusters(held, front.parts if request.clusters else None)
    sound = found.worst() is not Severity.ERROR
    if sound and request.specs is None:
        found.add(policy.levelled([*front.locked.unused(lock)], front.settings, repo.text))
    images = {cluster: each.images for cluster, each in zip(clusters, compiled, strict=True)}
    whole = sound and not request.clusters and request.specs is None
    found.add(policy.levelled(about_pins(front, images, whole=whole), front.settings, repo.text))
    return Rendered(
        front,
        files,
        storage,
        added(one.objects for one in compiled),
        added(one.unchecked for one in compiled),
        served,
        lock,
        [subject for each in compiled for subject in each.subjects],
        last,
        {cluster: each.units for cluster, each in zip(clusters, compiled, strict=True)},
        {cluster: each.links for cluster, each in zip(clusters, compiled, strict=True)},
        {cluster: each.working for cluster, each in zip(clusters, compiled, strict=True)},
    )


def _is_compared(one: Stored, request: Request) -> bool:
    """Whether storage of the last commit is looked for in this run."""
    return not request.comparing and (request.specs is None or one.unit in request.units)


def validate(request: Request) -> Outcome:
    """Everything but writing."""
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    return _outcome(repo, found, rendered, request.paths)


def plans(request: Request) -> Plans:
    """Every workload with what is decided about it. Nothing is lowered or written, and nothing else is planned."""
    from compiler.checking.schemas import Schemas
    from compiler.planned import Plans, plan_cluster, with_findings

    repo, found = Repo(request.root), Findings()
    front = read_repo(repo, request, found)
    schemas = Schemas([repo.root / folder for folder in front.settings.schemas], root=repo.root)
    hold = partial(held, locked=front.locked, committed=served_before(repo, front))
    workloads = [
        one for cluster in sorted(front.parts) for one in found.of(plan_cluster(front.parts[cluster], schemas, hold))
    ]
    kept = partial(policy.levelled, settings=front.settings, read=repo.text)
    return Plans(with_findings(workloads, kept), in_source_order(kept(found.all)), repo.text)


def validate_really(request: Request) -> tuple[Outcome, int]:
    """As `validate`, and what DeepSpeed itself says of every configuration that a plan has; and how many there are.

    Raises: ImportError, where DeepSpeed is not installed.
    """
    from compiler.checking.real.trainings import check_trainings

    outcome = validate(request)
    request.tell("asking DeepSpeed")
    checked = check_trainings(plans(request))
    found = [one for one in checked.found if not request.paths or _concerns(one.at.span().file, request.paths)]
    return outcome._replace(found=in_source_order([*outcome.found, *found])), checked.value


def compile_tree(request: Request) -> Outcome:
    """Compile and write. Errors write nothing. What cannot have changed since the last run is not compiled again."""
    last = cache.known(request.root, _about(request))
    if last is not None and cache.holds(request.root, last):
        return _as_before(request, last)
    run = (last and _run_again(request, last)) or _run(request)
    if run.listing is None:
        return run.outcome()
    request.tell("writing")
    written = run.found.of(tree.write(run.root, run.output, run.rendered.files, run.listing, lock=run.lock))
    if written is None:
        return run.outcome()
    outcome = run.outcome()
    if not run.lock:  # What was just written was not read, and is an input of the next run.
        _remember(request, run, outcome)
    return outcome._replace(
        written=written.written,
        unchanged=len(run.listing.files) - written.written,
        removed=len(written.removed),
        lock_written=bool(run.lock),
    )


def check_tree(request: Request) -> Outcome:
    """Compile and compare with the tree that is there. Writes nothing."""
    last = cache.known(request.root, _about(request))
    if last is not None and cache.holds(request.root, last):
        return _as_before(request, last)
    from compiler.emission.staleness import stale

    run = (last and _run_again(request, last)) or _run(request)
    if run.listing is None:
        return run.outcome()
    staleness = run.found.of(stale(run.root, run.output, run.rendered.files, run.listing))
    if staleness is None:
        return run.outcome()
    if staleness.fresh and not run.lock:
        _remember(request, run, run.outcome())
        return run.outcome()
    if not staleness.fresh:
        run.found.add([staleness.finding(run.rendered.front.output)])
    if run.lock:
        run.found.add([stale_lock()])
    return run.outcome()._replace(stale=run.lock.diff() + staleness.diff)


class Run(NamedTuple):
    """A repo that was compiled, and where its tree goes."""

    repo: Repo
    found: Findings
    rendered: Rendered
    root: Path
    """The directory that holds the output."""

    output: str
    """The output's path in it."""

    listing: Listing | None
    """The list of the tree that will be there; None where there are errors, and so no tree."""

    lock: Change
    """What becomes of the lock file: nothing, where the tree is written elsewhere than the settings say."""

    known: cache.Known | None = None
    """What is remembered of it, where most of it was taken over from the last run."""

    def outcome(self) -> Outcome:
        """What came of it so far."""
        inputs = self.known.inputs.files if self.known else self.repo.files
        return _outcome(self.repo, self.found, self.rendered)._replace(inputs=inputs.keys())


def _run(request: Request) -> Run:
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request, found)
    root, output = _target(request, rendered)
    mistaken = found.worst() is Severity.ERROR
    listing = None if mistaken else found.of(_listing(root, output, rendered, request))
    own = rendered.front.output == rendered.front.settings.output
    lock = rendered.lock_change if own else Change(None, None)
    return Run(repo, found, rendered, root, output, listing, lock)


def _run_again(request: Request, last: cache.Known) -> Run | None:
    """Only what changed since the last run is compiled; None, where it cannot be told what that is."""
    if not last.parts or request.clusters or request.output is not None:
        return None
    from compiler.again.merging import Sub, merge
    from compiler.again.scope import inventory, scope_of

    made = inventory(last)
    scope = None if made is None else scope_of(request, last, made)
    if made is None or scope is None:
        return None
    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request._replace(specs=scope.needed, units=scope.units), found)
    there = tree.previous(request.root, rendered.front.output)
    merged = (
        None if there.found else merge(Sub(rendered, in_source_order(found.all), repo, scope, last, made, there.value))
    )
    if merged is None:
        return None
    whole = rendered._replace(files=merged.files, objects=merged.known.outcome.objects)
    found.all = [*merged.found]
    return Run(
        repo, found, whole, request.root, rendered.front.output, merged.listing, Change(None, None), merged.known
    )


def _target(request: Request, rendered: Rendered) -> tuple[Path, str]:
    """The directory that holds the output, and the output's path in it."""
    path = Path(rendered.front.output)
    return (path.parent, path.name) if path.is_absolute() else (request.root, rendered.front.output)


def _listing(root: Path, output: str, rendered: Rendered, request: Request) -> Staged[Listing]:
    """The list of the tree that will be there. Clusters that are not compiled keep theirs."""
    fresh = Listing.of(rendered.files, tuple(rendered.storage), tuple(rendered.served))
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
    return [request.output or "", *sorted(request.clusters), *(f"without {one}" for one in sorted(request.drafts))]


def _as_before(request: Request, last: cache.Known) -> Outcome:
    """The outcome of the last run, where nothing changed since."""
    repo = Repo(request.root)

    def read(path: str) -> str | None:
        return repo.text(path) or (repo.text(path) if repo.read(path).value else None)

    known, inputs = last.outcome, last.inputs.files.keys()
    return Outcome(
        known.found, read, known.clusters, known.objects,
        unchanged=known.files, unchecked=known.unchecked, inputs=inputs,
    )  # fmt: skip


def _remember(request: Request, run: Run, outcome: Outcome) -> None:
    known = run.known or _known(run, outcome)
    if known is not None:
        cache.remember(request.root, _about(request), known)


def _known(run: Run, outcome: Outcome) -> cache.Known | None:
    """What is remembered of a run; None, where not all that it depended on is known, or its tree lies elsewhere."""
    inputs = inputs_of(run.repo, run.rendered.front)
    if (
        inputs is None
        or run.listing is None
        or Path(run.rendered.front.output).is_absolute()
        or run.rendered.lock_change
    ):
        return None
    from compiler.again.inventory import inventory_of, to_json
    from compiler.emission.listing import sha256

    remembered = cache.Remembered(
        tuple(outcome.found), outcome.clusters, outcome.objects, outcome.unchecked, len(run.rendered.files)
    )
    return cache.Known(inputs, sha256(run.listing.text()), remembered, to_json(inventory_of(run.rendered, run.repo)))
