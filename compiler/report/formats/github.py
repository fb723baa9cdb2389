"""For GitHub Actions: workflow commands, which become annotations on the lines of a pull request.

Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands, and the
toolkit's `packages/core/src/command.ts` for what is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.diagnostics import Severity
from compiler.report.base import Finding, Report, counts
from compiler.report.printable import printable

COMMANDS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
SHOWN = 10
"""Annotations of a level that GitHub shows for a step; it drops further ones without a word."""


def render(report: Report) -> Iterator[str]:
    """A command a finding, the most severe first, as GitHub keeps the first ones."""
    for finding in sorted(report.findings, key=lambda one: -one.diagnostic.level):
        yield f"{command(finding)}\n"
    levels = counts(finding.diagnostic for finding in report.findings)
    if max(levels.values()) > SHOWN:
        yield f"GitHub shows {SHOWN} annotations of a level for a step. All {len(report.findings)} are in this log.\n"


def command(finding: Finding) -> str:
    """One workflow command. Columns are left out where the span has several lines: GitHub refuses them there."""
    one, span = finding.diagnostic, finding.span
    properties = {"file": printable(finding.path)}
    if not finding.whole_file:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:
            properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
    properties["title"] = one.code.id
    listed = ",".join(f"{name}={property_value(value)}" for name, value in properties.items())
    return f"::{COMMANDS[one.level]} {listed}::{message(finding)}"


def message(finding: Finding) -> str:
    """What the finding says, a line a sentence."""
    one = finding.diagnostic
    lines = (one.wrong, one.do, finding.meant, *one.notes)
    return "%0A".join(data(printable(line)) for line in lines if line)


def data(text: str) -> str:
    """Text after the `::`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """The value of a property, which a colon or a comma would end."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
