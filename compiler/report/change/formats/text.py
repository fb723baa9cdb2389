"""For people at a terminal: by cluster, the most severe first, then the totals."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.change.values import Outcome
from compiler.diagnostics import Severity
from compiler.report.change.lines import lines_of
from compiler.report.change.page import Page, counted, level, sums
from compiler.report.closing import plural
from compiler.report.colour import ADDED, BOLD, LEVELS, REMOVED, paint
from compiler.report.printable import printable

MARKS = {"+": ADDED, "-": REMOVED}


def render(page: Page) -> Iterator[str]:
    """The objects, and a last paragraph with the sums."""
    view = page.view
    if not view.outcomes:
        yield f"Nothing changes compared with {printable(page.base)}.\n"
        return
    clusters = sorted({one.subject.cluster for one in view.outcomes})
    for cluster in clusters:
        yield paint(f"{cluster}\n", BOLD, page.colour)
        for one in view.outcomes:
            if one.subject.cluster == cluster:
                yield from _object(one, page)
        yield "\n"
    verdicts = ", ".join(f"{count} {verdict.label}" for verdict, count in counted(view).items())
    yield f"{plural(len(view.outcomes), 'object')} compared with {printable(page.base)}: {verdicts}.\n"
    yield from (f"{title}: {text}.\n" for title, text in sums(view))
    yield from (f"{printable(note)}\n" for note in view.notes)


def _object(outcome: Outcome, page: Page) -> Iterator[str]:
    subject, verdict = outcome.subject, outcome.judged.verdict.label
    bad = level(outcome)
    label = paint(f"{verdict:<16}", LEVELS[bad], page.colour) if bad > Severity.INFO else f"{verdict:<16}"
    meant = "  (acknowledged)" if outcome.acknowledged else ""
    place = f"  {page.prefix}{subject.spec}" if subject.spec else ""
    yield f"  {label} {printable(subject.target)}{meant}{printable(place)}\n"
    yield f"    {printable(outcome.judged.why)}\n"
    for line in lines_of(outcome):
        yield paint(f"    {line}", MARKS.get(line[0], ""), page.colour and line[0] in MARKS) + "\n"
