"""The back of the compiler: from a cluster's parts to its files. Large clusters are split over several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler import cache
from compiler.checking import policy
from compiler.checking.changes import check_changes
from compiler.checking.collisions import check_collisions, names_of
from compiler.checking.environments import environments
from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Diagnostic, Findings, Severity
from compiler.emission.kustomization import kustomizations
from compiler.emission.rendering import render
from compiler.emission.served import Served
from compiler.emission.storage import Stored, stored
from compiler.front import Front
from compiler.linking.link import link
from compiler.linking.promotion import Promotion
from compiler.linking.workload import Variables
from compiler.lock.holding import held, served
from compiler.lowering.registry import lower
from compiler.planning.decide import Share, decide, shares
from compiler.repo import Repo
from compiler.side_by_side import side_by_side

if TYPE_CHECKING:
    from compiler.linking.program import Program
    from compiler.manifest import Manifest


class Work(NamedTuple):
    """One cluster to compile."""

    repo: Repo
    front: Front
    cluster: str
    before: Sequence[Stored]
    """The cluster's storage in the committed tree."""

    served: Sequence[Served]
    """What the committed tree serves."""

    jobs: int
    """Processes to use."""


class Compiled(NamedTuple):
    """What a cluster, or a share of one, compiles to."""

    files: Mapping[str, str] = {}
    """Path below the output directory -> text."""

    storage: Sequence[Stored] = ()
    objects: Mapping[str, int] = {}
    unchecked: Mapping[str, int] = {}
    found: Sequence[Diagnostic] = ()
    names: frozenset[tuple[str, ...]] = frozenset()
    """What no two objects may have in common."""

    mistaken: bool = False
    """Whether something was left out because of a mistake."""

    served: tuple[Served, ...] = ()
    """What is served."""

    promotions: Mapping[tuple[str, str], Promotion] = {}
    """The runs that are held, for the lock file."""


def compile_cluster(work: Work, *, mistaken: bool) -> Compiled:
    """One cluster, from its parts to its files. Pure, but for what it reads of the repo's schemas.

    After a mistake, what is missing is not reported as removed: it was left out because of the mistake.
    """
    found = Findings()
    compiled: list[Compiled] = []
    program: Program | None = None
    front, cluster = work.front, work.cluster
    if cluster in front.parts:
        schemas = Schemas([work.repo.root / folder for folder in front.settings.schemas], root=work.repo.root)
        program = found.of(link(found.of(sound(front.parts[cluster], schemas))))
        program = found.of(held(program, front.locked, work.served))
        compiled = _compiled(work, program, schemas)
    mistaken = mistaken or found.worst() is Severity.ERROR or any(one.mistaken for one in compiled)
    found.all = policy.levelled(found.all, front.settings, work.repo.text)
    found.add(one for each in compiled for one in each.found)
    there = {record.target for each in compiled for record in each.storage}
    if not mistaken:
        gone = [one for one in work.before if one.target not in there]
        found.add(check_changes(gone, (), {}, front.acknowledged, front.output))
    files = {path: text for each in compiled for path, text in each.files.items()}
    return Compiled(
        files | kustomizations(files),
        [record for each in compiled for record in each.storage],
        added(each.objects for each in compiled),
        added(each.unchecked for each in compiled),
        [cache.fixed(one) for one in found.all],
        served=served(program) if program else (),
        promotions=program.promotions if program else {},
    )


def added(counts: Iterator[Mapping[str, int]]) -> dict[str, int]:
    """Counts, added up and sorted."""
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))


def _compiled(work: Work, program: Program, schemas: Schemas) -> list[Compiled]:
    """The shares of a cluster. Where two have something in common, all of it at once, which says what and where."""

    def compile_one(share: Share) -> Compiled:
        return compile_share(work, program, share, schemas)

    parts: list[Compiled] = side_by_side(compile_one, shares(program, work.jobs), work.jobs)
    together = frozenset[tuple[str, ...]]().union(*(one.names for one in parts))
    if len(together) == sum(len(one.names) for one in parts):
        return parts
    return [compile_one(Share(program.artifacts, program.passed, program.workloads, first=True))]


def compile_share(work: Work, program: Program, share: Share, schemas: Schemas) -> Compiled:
    """A share of a cluster: decided, lowered, checked and written as text."""
    found = Findings()
    front = work.front
    plans = found.of(decide(program, share))
    manifests = found.of(check_collisions(lower(plans)))
    found.add(policy.judge(_subjects(program, share, manifests), policy.limits_of(front.settings)))
    checked = found.of(check(manifests, schemas))
    mistaken = found.worst() is Severity.ERROR
    storage = stored(manifests, work.cluster, {one.target: one.data for one in manifests if one.data})
    by_target = {one.target: one for one in manifests}
    before = [one for one in work.before if one.target in by_target]
    changes = check_changes(before, storage, by_target, front.acknowledged, front.output)
    found.add(changes)
    return Compiled(
        render(manifests, work.cluster),
        storage,
        Counter(manifest.kind for manifest in manifests),
        {f"{version} {kind}": count for (version, kind), count in checked.unknown.items()},
        [cache.fixed(one) for one in policy.levelled(found.all, front.settings, work.repo.text)],
        names_of(manifests),
        mistaken,
    )


def _subjects(program: Program, share: Share, manifests: Sequence[Manifest]) -> Iterator[object]:
    """What policy rules look at."""
    if share.first:
        yield program.profile
    for passed in share.passed:
        yield passed.document
        yield from environments(passed.document)
    for artifact in share.artifacts:
        yield artifact
        if artifact.written is not None:
            yield artifact.written
    yield from (Variables(one.environment, one.origin) for one in share.workloads)
    yield from manifests
