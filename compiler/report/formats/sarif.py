"""For code scanning: SARIF 2.1.0.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; what GitHub reads of it and
its limits: https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from compiler import __version__
from compiler.diagnostics import Code, Severity
from compiler.report.base import Finding, Report
from compiler.report.markdown import examples

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEM: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
MOST = 25_000
"""Results of one run that GitHub takes; it refuses a file with more."""


def render(report: Report) -> Iterator[str]:
    """One log with one run, in ASCII."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run(kept(report.findings))]}
    yield json.dumps(log, indent=2) + "\n"


def kept(findings: Sequence[Finding]) -> Sequence[Finding]:
    """The findings that fit into a run: all of them, or the most severe."""
    if len(findings) <= MOST:
        return findings
    return sorted(findings, key=lambda one: -one.diagnostic.level)[:MOST]


def run(findings: Sequence[Finding]) -> dict[str, Any]:
    """The tool with the rules that were met, and the results."""
    codes = sorted({finding.diagnostic.code for finding in findings})
    places = {code.id: index for index, code in enumerate(codes)}
    return {
        "tool": {
            "driver": {
                "name": "hydra",
                "semanticVersion": __version__,
                "rules": [rule(code) for code in codes],
            }
        },
        # No address: it would differ from machine to machine. Who uploads the file knows it.
        "originalUriBaseIds": {ROOT: {"description": {"text": "The directory that Hydra was run in."}}},
        "columnKind": "unicodeCodePoints",
        "results": [result(finding, places[finding.diagnostic.code.id]) for finding in findings],
    }


def rule(code: Code) -> dict[str, Any]:
    """A code and its page."""
    described: dict[str, Any] = {
        "id": code.id,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": code.why or code.summary},
        "help": {"text": help_text(code), "markdown": help_markdown(code)},
        "defaultConfiguration": {"level": LEVELS[code.severity]},
        "properties": {"problem.severity": PROBLEM[code.severity]},
    }
    if code.source.startswith(("https://", "http://")) and " " not in code.source:
        described["helpUri"] = code.source
    return described


def help_text(code: Code) -> str:
    """The page of a code as plain text."""
    shown = [f"{title}:\n{text.rstrip()}" for title, text in (("Bad", code.bad), ("Good", code.good)) if text]
    return "\n\n".join([code.why or code.summary, *shown])


def help_markdown(code: Code) -> str:
    """The page of a code as Markdown."""
    return "\n\n".join([code.why or code.summary, *examples(code)])


def result(finding: Finding, index: int) -> dict[str, Any]:
    """One finding. A finding about a whole file has no region."""
    span = finding.span
    place: dict[str, Any] = {"artifactLocation": {"uri": uri(finding.path), "uriBaseId": ROOT}}
    if not finding.whole_file:
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {
        "ruleId": finding.diagnostic.code.id,
        "ruleIndex": index,
        "level": LEVELS[finding.diagnostic.level],
        "message": {"text": finding.paragraph},
        "locations": [{"physicalLocation": place}],
    }


def uri(path: str) -> str:
    """A relative address. A file name that is not UTF-8 keeps its bytes."""
    return quote(path, errors="surrogateescape")
