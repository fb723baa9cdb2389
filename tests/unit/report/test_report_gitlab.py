"""Code quality reports: what GitLab reads of them, and fingerprints that stay."""

from __future__ import annotations

import io
import json
from typing import Any

from compiler.diagnostics import Code, Diagnostic, InFile, Placed, Severity, Span
from compiler.report import write

CODE = Code("HYD301", Severity.ERROR, "A reference names nothing.", "Nothing could be mounted.")


def finding(line: int = 3, *, wrong: str = "Wrong.", level: Severity | None = None) -> Diagnostic:
    return Diagnostic(CODE, Placed(Span("a.yaml", line, 5, line, 9), False), wrong, "Right it.", severity=level)


def entries(*found: Diagnostic, prefix: str = "") -> list[dict[str, Any]]:
    stream = io.StringIO()
    write(found, "gitlab", stream, read=lambda _: None, prefix=prefix)
    return list(json.loads(stream.getvalue()))


def test_a_finding_has_what_gitlab_asks_for() -> None:
    (one,) = entries(finding()._replace(candidates=("a", "b")), prefix="repo/")
    assert one.pop("fingerprint")
    assert one == {
        "description": "Wrong. Right it. Did you mean `a` or `b`?",
        "check_name": "HYD301",
        "severity": "major",
        "location": {"path": "repo/a.yaml", "lines": {"begin": 3}},
    }


def test_levels_have_their_severity() -> None:
    levels = (Severity.ERROR, Severity.WARNING, Severity.INFO)
    found = entries(*(finding(line, level=level) for line, level in enumerate(levels, start=1)))
    assert [one["severity"] for one in found] == ["major", "minor", "info"]


def test_a_finding_that_moves_is_the_same_one() -> None:
    assert entries(finding(3))[0]["fingerprint"] == entries(finding(30))[0]["fingerprint"]


def test_findings_that_say_the_same_are_told_apart() -> None:
    prints = [one["fingerprint"] for one in entries(finding(3), finding(9), finding(9, wrong="Else."))]
    assert len(set(prints)) == 3


def test_a_whole_file_is_at_its_first_line() -> None:
    assert entries(finding()._replace(at=InFile("a.yaml")))[0]["location"]["lines"] == {"begin": 1}


def test_nothing_found_is_an_empty_list() -> None:
    assert entries() == []
