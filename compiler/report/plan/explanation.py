"""Why a workload is planned as it is, for people: reasons, where values came from, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from compiler.explaining import EVERYTHING, Target, reasons_about
from compiler.report.plan.sections import INDENT, place, title
from compiler.report.plan.view import Paper, Question, Section
from compiler.report.plan.views import view_of
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.planned import PlannedWorkload

__all__ = ["Paper", "explain"]


def explain(planned: PlannedWorkload, target: Target, paper: Paper) -> Iterator[str]:
    """What is asked of a workload that could be planned, in lines.

    Raises: UnknownTargetError, where there is nothing at the way into it.
    """
    summary = planned.summary
    if summary is None:
        return
    view = view_of(planned.workload)
    question = Question(planned.workload, summary, view, target, view.aspects.get(target.aspect, EVERYTHING))
    yield f"{printable(summary.workload)} on {printable(planned.cluster)}: {summary.kind} in `{summary.namespace}`"
    yield f"{INDENT}{place(summary.origin, paper)}"
    told = [
        *_reasons(list(reasons_about(question.aspect, summary.reasons)), paper),
        *(line for section in _sections(question) for line in section(question, paper)),
    ]
    yield from told or ("", view.nothing)


def _reasons(reasons: Sequence[str], paper: Paper) -> Iterator[str]:
    if not reasons:
        return
    yield from title("Reasons")
    margin = len(str(len(reasons))) + len(INDENT) + 2
    for number, reason in enumerate(reasons, start=1):
        head = f"{number}. ".rjust(margin)
        yield from wrap(printable(reason), paper.width, initial_indent=head, subsequent_indent=" " * margin)


def _sections(question: Question) -> Iterator[Section]:
    view, aspect = question.view, question.aspect
    yield from view.always
    shown = view.sections.keys() - view.apart if aspect is EVERYTHING else aspect.parts
    yield from (section for part, section in view.sections.items() if part in shown)
