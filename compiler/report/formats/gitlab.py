"""For GitLab's merge requests: a code quality report, whose findings stand beside the lines that they are about.

Source: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Severity
from compiler.report.base import Finding, Report

SEVERITIES: Mapping[Severity, str] = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> Iterator[str]:
    """One list with all findings, in ASCII."""
    seen: dict[str, int] = {}
    yield json.dumps([entry(finding, seen) for finding in report.findings], indent=2) + "\n"


def entry(finding: Finding, seen: dict[str, int]) -> dict[str, Any]:
    """One finding. `seen` counts those that are the same but for their line."""
    one = finding.diagnostic
    same = "\0".join((one.code.id, finding.path, one.wrong))
    seen[same] = seen.get(same, 0) + 1
    return {
        "description": finding.paragraph,
        "check_name": one.code.id,
        "fingerprint": fingerprint(same, seen[same]),
        "severity": SEVERITIES[one.level],
        "location": {"path": finding.path, "lines": {"begin": finding.span.line}},
    }


def fingerprint(same: str, number: int) -> str:
    """What tells a finding from others. It has no line: text above a finding does not make it a new one."""
    return hashlib.sha256(f"{same}\0{number}".encode(errors="surrogateescape")).hexdigest()[:40]
