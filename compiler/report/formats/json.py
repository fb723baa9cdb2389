"""For programs: one JSON object, whose shape is promised.

Within `version` 1 fields may be added, none is removed or changes its meaning:

    {
      "version": 1,
      "hydra": "0.1.0",
      "summary": {
        "errors": 1, "warnings": 0, "infos": 0,
        "clusters": ["prod"],
        "objects": {"Job": 3},               by kind
        "written": 0, "unchanged": 0, "removed": 0,
        "stale": false,                      the committed tree differs (`compile --check`)
        "unchecked": {"example.com/v1/Widget": 1}      objects without a schema
      },
      "findings": [{
        "code": "HYD301", "severity": "error",
        "message": "...", "do": "...", "candidates": [], "notes": [],
        "span": {"file": "a/hydra.yaml", "line": 1, "column": 1, "endLine": 1, "endColumn": 2}
      }]
    }

Lines and columns count from 1, in characters; the end is exclusive. Files are named as seen from the
working directory. Findings are in source order. All of it is ASCII, so that no locale can change it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from compiler import __version__
from compiler.report.base import Finding, Report, counts

SHAPE = 1


def render(report: Report) -> Iterator[str]:
    """The whole object, indented by two."""
    document = {
        "version": SHAPE,
        "hydra": __version__,
        "summary": summary(report),
        "findings": [described(finding) for finding in report.findings],
    }
    yield json.dumps(document, indent=2) + "\n"


def summary(report: Report) -> dict[str, Any]:
    """The figures of the run. No time: the same input gives the same report."""
    run = report.summary
    levels = counts(finding.diagnostic for finding in report.findings)
    return {
        **{f"{level.label}s": number for level, number in levels.items()},
        "clusters": list(run.clusters),
        "objects": dict(sorted(run.objects.items())),
        "written": run.written,
        "unchanged": run.unchanged,
        "removed": run.removed,
        "stale": run.stale,
        "unchecked": dict(sorted(run.unchecked.items())),
    }


def described(finding: Finding) -> dict[str, Any]:
    """One finding."""
    one, span = finding.diagnostic, finding.span
    return {
        "code": one.code.id,
        "severity": one.level.label,
        "message": one.wrong,
        "do": one.do,
        "candidates": list(one.candidates),
        "notes": list(one.notes),
        "span": {
            "file": finding.path,
            "line": span.line,
            "column": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }
