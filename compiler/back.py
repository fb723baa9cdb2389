"""The back of the compiler: from a cluster's parts to its files. Large clusters are split over several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler import cache
from compiler.again.units import Link, Unit, links_of, units_of
from compiler.again.units import together as together_units
from compiler.checking import policy
from compiler.checking.changes import check_changes
from compiler.checking.collisions import check_collisions
from compiler.checking.environments import environments
from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Diagnostic, Findings, Severity, Staged
from compiler.emission.kustomization import kustomizations
from compiler.emission.rendering import render
from compiler.emission.served import Served
from compiler.emission.storage import Stored, stored
from compiler.front import Front
from compiler.linking.link import link
from compiler.linking.promotion import Promotion
from compiler.linking.workload import Variables
from compiler.lock.holding import held, served
from compiler.lock.needs import Use, together, uses
from compiler.lowering.registry import lower
from compiler.planning.decide import Share, decide, shares
from compiler.repo import Repo
from compiler.side_by_side import side_by_side

if TYPE_CHECKING:
    from compiler.change.values import Subject
    from compiler.linking.program import Program
    from compiler.manifest import Manifest
    from compiler.planning.plans import Plan


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

    comparing: bool = False
    """Whether the objects themselves are wanted."""


class Compiled(NamedTuple):
    """What a cluster, or a share of one, compiles to."""

    files: Mapping[str, str] = {}
    """Path below the output directory -> text."""

    storage: Sequence[Stored] = ()
    objects: Mapping[str, int] = {}
    unchecked: Mapping[str, int] = {}
    found: Sequence[Diagnostic] = ()
    units: Mapping[str, Unit] = {}
    """What it comes to by unit."""

    links: Mapping[str, Sequence[Link]] = {}
    """By spec file, what its entries refer to."""

    working: frozenset[str] = frozenset()
    """Spec files with workloads."""

    mistaken: bool = False
    """Whether something was left out because of a mistake."""

    served: tuple[Served, ...] = ()
    """What is served."""

    promotions: Mapping[tuple[str, str], Promotion] = {}
    """The runs that are held, for the lock file."""

    subjects: Sequence[Subject] = ()
    """The objects themselves, where they are wanted."""

    images: Mapping[str, Use] = {}
    """The images of what is made, where the lock file pins anything."""


def compile_cluster(work: Work, *, mistaken: bool) -> Compiled:
    """One cluster, from its parts to its files. Pure, but for what it reads of the repo's schemas.

    After a mistake, what is missing is not reported as removed: it was left out because of the mistake.
    """
    found = Findings()
    compiled: list[Compiled] = []
    delivered: Sequence[Manifest] = ()
    program: Program | None = None
    front, cluster = work.front, work.cluster
    if cluster in front.parts:
        schemas = Schemas([work.repo.root / folder for folder in front.settings.schemas], root=work.repo.root)
        program = found.of(link(found.of(sound(front.parts[cluster], schemas))))
        program = found.of(held(program, front.locked, work.served))
        compiled = _compiled(work, program, schemas)
        delivered = found.of(_delivered(work, program, compiled, schemas))
    mistaken = mistaken or found.worst() is Severity.ERROR or any(one.mistaken for one in compiled)
    found.all = policy.levelled(found.all, front.settings, work.repo.text)
    found.add(one for each in compiled for one in each.found)
    there = {record.target for each in compiled for record in each.storage}
    if not mistaken:
        gone = [one for one in work.before if one.target not in there]
        renamed = _renamed(work, gone, compiled, program)
        found.add(check_changes(gone, (), {}, front.acknowledged, front.output, renamed=renamed))
    files = {path: text for each in compiled for path, text in each.files.items()} | render(delivered, cluster)
    return Compiled(
        files | kustomizations(files),
        [record for each in compiled for record in each.storage],
        added(each.objects for each in compiled),
        added(each.unchecked for each in compiled),
        [cache.fixed(one) for one in found.all],
        served=served(program) if program else (),
        promotions=program.promotions if program else {},
        units=together_units(each.units for each in compiled),
        links=links_of(program, pins=front.locked.lock.pins.any) if program else {},
        working=frozenset(one.origin.document.file.path for one in program.workloads) if program else frozenset(),
        subjects=[
            *(subject for each in compiled for subject in each.subjects),
            *(subjects_of(delivered, cluster) if work.comparing else ()),
        ],
        images=together(each.images for each in compiled),
    )


def _delivered(
    work: Work, program: Program, shares: Iterable[Compiled], schemas: Schemas
) -> Staged[Sequence[Manifest]]:
    """The objects that make the cluster's GitOps controller apply its tree."""
    if program.profile.gitops is None:
        return Staged(())
    from compiler.gitops.deliver import deliver

    units = (unit for share in shares for unit in share.units.values())
    return deliver(program.profile, work.front.settings.output, units, schemas)


def _in_waves(program: Program, manifests: list[Manifest], plans: Sequence[Plan]) -> list[Manifest]:
    """The objects of a share, with sync waves where the cluster asks for them."""
    if program.profile.gitops is None or not program.profile.gitops.waves:
        return manifests
    from compiler.gitops.waves import with_waves

    return with_waves(manifests, plans)


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
    names = [frozenset(name for unit in one.units.values() for name in unit.names) for one in parts]
    if len(frozenset[tuple[str, ...]]().union(*names)) == sum(map(len, names)):
        return parts
    return [compile_one(Share(program.artifacts, program.passed, program.workloads, first=True))]


def compile_share(work: Work, program: Program, share: Share, schemas: Schemas) -> Compiled:
    """A share of a cluster: decided, lowered, checked and written as text."""
    found = Findings()
    front = work.front
    plans = found.of(decide(program, share))
    lowered: Iterable[Manifest] = [*lower(plans)]
    images = uses(lowered, program.passed) if front.locked.lock.pins.any else {}
    if share.first and program.patches:
        patched = _patched(work, program, lowered, schemas, mistaken=found.worst() is Severity.ERROR)
        found.add(patched.found)
        lowered = patched.value
    manifests = _in_waves(program, found.of(check_collisions(lowered)), plans)
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
        units_of(manifests, images=front.locked.lock.pins.any, gitops=program.profile.gitops),
        mistaken=mistaken,
        subjects=subjects_of(manifests, work.cluster) if work.comparing else (),
        images=images,
    )


def _renamed(
    work: Work, gone: Sequence[Stored], compiled: Iterable[Compiled], program: Program | None
) -> Mapping[str, str]:
    """Claims that are gone and look renamed."""
    if not gone or program is None:
        return {}
    from compiler.checking.renames import renames

    known = {one.target for one in work.before}
    appeared = [record for each in compiled for record in each.storage if record.target not in known]
    return renames(gone, appeared, program)


def _patched(
    work: Work, program: Program, lowered: Iterable[Manifest], schemas: Schemas, *, mistaken: bool
) -> Staged[list[Manifest]]:
    """The objects with the patches of their projects. They are all in the first share."""
    from compiler.patching.patching import Run, patch

    parts = work.front.parts[work.cluster]
    whole = not mistaken and not parts.broken and len(parts.workloads) == len(program.workloads)
    return patch(lowered, program.patches, Run(program.profile, schemas, whole))


def subjects_of(manifests: Iterable[Manifest], cluster: str) -> list[Subject]:
    """The objects of a share, as the change view compares them."""
    from compiler.change.values import Subject

    return [
        Subject(cluster, one.target, one.file, one.unit, one.body, one.origin, one.run, one.download, one.data)
        for one in manifests
    ]


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
