"""For people: each finding with the line it is about, the remedy and the names that may have been meant."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.diagnostics import Span
from compiler.report.base import Finding, Report
from compiler.report.colour import BOLD, HELP, LEVELS, MARGIN, paint
from compiler.report.excerpt import excerpt, lines_of
from compiler.report.printable import printable


def render(report: Report) -> Iterator[str]:
    """All findings, an empty line after each."""
    source = Source(report)
    for finding in report.findings:
        margin = len(str(finding.span.line))
        yield from headline(finding, margin, report.colour)
        yield from source.excerpt(finding, margin)
        yield from remedies(finding, margin, report.colour)
        yield "\n"


def headline(finding: Finding, margin: int, colour: bool) -> Iterator[str]:
    """Code, level and what is wrong; then the place, in the form that editors make a link of."""
    one = finding.diagnostic
    label = paint(f"{one.code.id} {one.level.label}", LEVELS[one.level], colour)
    yield f"{label}{paint(': ' + printable(one.wrong), BOLD, colour)}\n"
    span = finding.span
    position = "" if finding.whole_file else f":{span.line}:{span.column}"
    yield f"{' ' * margin}{paint('-->', MARGIN, colour)} {printable(finding.path)}{position}\n"


def remedies(finding: Finding, margin: int, colour: bool) -> Iterator[str]:
    """What to do, what may have been meant, and what else there is to know."""
    one = finding.diagnostic
    said = [("help", one.do), ("help", finding.meant), *(("note", note) for note in one.notes)]
    for label, text in said:
        if text:
            bar = paint("=", MARGIN, colour)
            yield f"{' ' * margin} {bar} {paint(label, HELP, colour)}: {printable(text)}\n"


class Source:
    """The files of a report, each split into lines once."""

    def __init__(self, report: Report) -> None:
        self.read = report.read
        self.colour = report.colour
        self.lines: dict[str, list[str]] = {}
        self.secret = {line for one in report.findings if one.diagnostic.secret for line in lines_in(one.span)}

    def excerpt(self, finding: Finding, margin: int) -> Iterator[str]:
        """The line of the finding, numbered and underlined; nothing, where it can't be had."""
        span = finding.span
        line = None if finding.whole_file else self.line(span)
        if line is None:
            return
        # A line that any finding calls secret is masked for all the others too.
        shown = excerpt(line, span, secret=(span.file, span.line) in self.secret)
        bar = paint("|", MARGIN, self.colour)
        number = paint(str(span.line), MARGIN, self.colour)
        underline = paint(shown.underline.lstrip(), LEVELS[finding.diagnostic.level], self.colour)
        indent = " " * (len(shown.underline) - len(shown.underline.lstrip()))
        yield f"{' ' * margin} {bar}\n"
        yield f"{number} {bar} {shown.line}".rstrip() + "\n"
        yield f"{' ' * margin} {bar} {indent}{underline}\n"

    def line(self, span: Span) -> str | None:
        """The first line of a span, None where the file or the line is not there."""
        if span.file not in self.lines:
            text = self.read(span.file)
            self.lines[span.file] = [] if text is None else lines_of(text)
        lines = self.lines[span.file]
        return lines[span.line - 1] if span.line <= len(lines) else None


def lines_in(span: Span) -> Iterator[tuple[str, int]]:
    """All lines that a span touches."""
    for line in range(span.line, span.end_line + 1):
        yield span.file, line
