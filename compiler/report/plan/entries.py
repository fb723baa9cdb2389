"""The workloads of a repo as plans are told of them: also those without a plan, with what was found about each."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics import Diagnostic, Severity
from compiler.planned import PlannedWorkload, Plans, within
from compiler.report.base import findings
from compiler.report.plan.base import Entry
from compiler.report.plan.views import view_of


def entries(plans: Plans, prefix: str = "") -> Iterator[Entry]:
    """Every workload in its order; `prefix` stands before the name of a file of the repo."""
    for one in plans.workloads:
        found = findings(findings_about(plans, one), prefix)
        view = view_of(one.workload)
        yield Entry(one.cluster, one.workload.of, one.workload.namespace, view, one.summary, found)


def findings_about(plans: Plans, one: PlannedWorkload) -> list[Diagnostic]:
    """What planning found; where that does not say why there is no plan, what stands in the workload's own entry too."""
    own = list(one.found)
    if one.summary is None and not any(found.level is Severity.ERROR for found in own):
        own += within(plans.found, one.workload)
    return own
