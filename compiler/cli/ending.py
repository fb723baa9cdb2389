"""How a command that checks specs ends: report, last lines, exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from compiler.cli.options import Reporting
from compiler.cli.repo import prefix_of
from compiler.cli.settings import settings
from compiler.diagnostics import Diagnostic, Severity
from compiler.report import Summary, write
from compiler.report.base import placed
from compiler.report.closing import closing
from compiler.report.colour import wanted

if TYPE_CHECKING:
    from compiler.pipeline import Outcome


def finish(outcome: Outcome, root: Path, reporting: Reporting, verdict: str = "") -> NoReturn:
    """Write the findings to standard output, then the last lines, and leave with the exit code."""
    summary = summary_of(outcome)
    found = tell(outcome.found, reporting, sys.stdout, read=outcome.read, prefix=prefix_of(root), summary=summary)
    if not reporting.quiet:
        stream = aside(reporting)
        tell_diff(outcome.stale, stream, reporting)
        stream.writelines(f"{line}\n" for line in closing(found, summary, verdict, settings().seconds))
    raise SystemExit(1 if outcome.stale else status(found, reporting))


def tell(
    found: Iterable[Diagnostic],
    reporting: Reporting,
    stream: TextIO,
    *,
    read: Callable[[str], str | None],
    prefix: str = "",
    summary: Summary | None = None,
) -> list[Diagnostic]:
    """Write the findings; they come back in source order, each once."""
    ordered = placed(found)
    colour = wanted(reporting.colour, stream, os.environ)
    write(ordered, reporting.form, stream, read=read, colour=colour, summary=summary, prefix=prefix)
    return ordered


def aside(reporting: Reporting) -> TextIO:
    """Where people read what is no finding: not in the midst of a report that a program reads."""
    return sys.stdout if reporting.form == "text" else sys.stderr


def status(found: Iterable[Diagnostic], reporting: Reporting) -> int:
    """The exit code for the findings."""
    return 1 if worst(found) >= reporting.fail_on else 0


def summary_of(outcome: Outcome) -> Summary:
    """The figures of an outcome."""
    return Summary(
        clusters=outcome.clusters,
        objects=outcome.objects,
        written=outcome.written,
        unchanged=outcome.unchanged,
        removed=outcome.removed,
        stale=bool(outcome.stale),
        unchecked=outcome.unchecked,
    )


def tell_diff(diff: str, stream: TextIO, reporting: Reporting) -> None:
    """The diff of a stale tree."""
    from compiler.report.diff import shown

    stream.writelines(shown(diff, colour=wanted(reporting.colour, stream, os.environ)))


def worst(found: Iterable[Diagnostic]) -> int:
    """The highest level found, 0 where nothing was."""
    return max((one.level for one in found), default=0)


def has_errors(outcome: Outcome) -> bool:
    """Whether the input was refused, so that no tree came of it."""
    return worst(outcome.found) >= Severity.ERROR
