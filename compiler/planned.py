"""The workloads of a cluster with what is decided about them, for those who only want to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from compiler.checking.passed import sound
from compiler.checking.schemas import Schemas
from compiler.diagnostics import Diagnostic, Findings, Staged
from compiler.linking.link import link
from compiler.linking.program import Parts, Program
from compiler.linking.workload import Workload
from compiler.planning.cluster_checks import check_cluster
from compiler.planning.summary import Summary
from compiler.planning.working import plan_workload
from compiler.source.document import Origin


class PlannedWorkload(NamedTuple):
    """A workload on one of its clusters."""

    cluster: str
    workload: Workload
    summary: Summary | None
    """None where it could not be planned, or something that it names is wrong."""

    found: Sequence[Diagnostic] = ()
    """What planning it found."""


class Plans(NamedTuple):
    """The workloads of a repo, by cluster, and everything that was found on the way to their plans."""

    workloads: Sequence[PlannedWorkload]
    found: Sequence[Diagnostic]
    """In source order, those of the workloads among them."""

    read: Callable[[str], str | None] = lambda _: None
    """The text of a file of the repo, for excerpts."""

    @property
    def summaries(self) -> list[tuple[str, Summary]]:
        """Cluster and summary of every workload that could be planned."""
        return [(one.cluster, one.summary) for one in self.workloads if one.summary is not None]


def plan_cluster(
    parts: Parts, schemas: Schemas, hold: Callable[[Program], Staged[Program]] = Staged
) -> Staged[list[PlannedWorkload]]:
    """Every workload of a cluster in the order of the specs, also those that cannot be planned. `hold` gives a program
    the runs that its services are held on."""
    found = Findings()
    program = found.of(hold(found.of(link(found.of(sound(parts, schemas))))))
    linked = {one.of: one for one in program.workloads}
    workloads = [
        _planned(parts.profile.name, linked.get(one.of, one), program, one.of in linked) for one in parts.workloads
    ]
    found.add(one for each in workloads for one in each.found)
    found.add(check_cluster(program))
    return Staged(workloads, found.all)


def with_findings(
    workloads: Iterable[PlannedWorkload], kept: Callable[[Sequence[Diagnostic]], Sequence[Diagnostic]]
) -> list[PlannedWorkload]:
    """The workloads with those of their findings that are kept, at the level that is kept."""
    return [one._replace(found=kept(one.found)) for one in workloads]


def within(found: Iterable[Diagnostic], workload: Workload) -> list[Diagnostic]:
    """The findings that stand in the entry of a workload."""
    entry = workload.origin
    return [
        one
        for one in found
        if isinstance(one.at, Origin)
        and one.at.document is entry.document
        and one.at.path[: len(entry.path)] == entry.path
    ]


def _planned(cluster: str, workload: Workload, program: Program, linked: bool) -> PlannedWorkload:
    if not linked:
        return PlannedWorkload(cluster, workload, None)
    planned = plan_workload(workload, program)
    return PlannedWorkload(cluster, workload, planned.value.summary, planned.found)
