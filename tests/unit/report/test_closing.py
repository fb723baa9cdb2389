"""The last lines of a run."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, InFile, Severity
from compiler.report import Summary
from compiler.report.closing import closing
from compiler.report.diff import shown


def found(level: Severity, number: int) -> list[Diagnostic]:
    code = Code("HYD301", level, "A name of nothing.", "It is empty.")
    return [Diagnostic(code, InFile(f"{index}.yaml"), "Wrong.", "Right it.") for index in range(number)]


def test_a_full_run() -> None:
    summary = Summary(
        clusters=("prod", "staging"), objects={"Job": 3, "ConfigMap": 1}, unchecked={"example.com/v1/Widget": 2}
    )
    problems = [*found(Severity.WARNING, 2), *found(Severity.ERROR, 1), *found(Severity.INFO, 1)]
    assert list(closing(problems, summary, "Files: 4 written.", 1.234)) == [
        "4 objects for 2 clusters: 1 ConfigMap, 3 Job.",
        "Not checked, for want of a schema: 2 example.com/v1/Widget.",
        "Files: 4 written.",
        "1 error, 2 warnings and 1 info in 1.23 s.",
    ]


def test_an_empty_run() -> None:
    assert list(closing([], Summary(), "", 0.5)) == ["No findings in 0.50 s."]


def test_a_diff_is_safe_to_show_and_plain_text_stays_as_it_is() -> None:
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-x: \ty\n+x: \x1b[2Jz\n \n"
    assert "".join(shown(diff, colour=False)) == diff.replace("\x1b", "\\x1b")
    assert "".join(shown(diff, colour=True)).startswith("\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[1;34m@@")
    assert list(shown("", colour=True)) == []
