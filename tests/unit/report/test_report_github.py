"""Workflow commands: escapes, order and limits."""

from __future__ import annotations

import io

from compiler.diagnostics import Code, Diagnostic, InFile, Placed, Severity, Span
from compiler.report import write

CODE = Code("HYD301", Severity.ERROR, "A reference names nothing.", "Nothing could be mounted.")


def finding(file: str = "a.yaml", line: int = 3, *, wrong: str = "Wrong.", level: Severity | None = None) -> Diagnostic:
    return Diagnostic(CODE, Placed(Span(file, line, 5, line, 9), False), wrong, "Right it.", severity=level)


def lines(*found: Diagnostic, prefix: str = "") -> list[str]:
    stream = io.StringIO()
    write(found, "github", stream, read=lambda _: None, prefix=prefix)
    return stream.getvalue().splitlines()


def test_a_finding_is_one_command() -> None:
    found = finding()._replace(candidates=("a", "b"), notes=("One.",))
    assert lines(found, prefix="repo/") == [
        "::error file=repo/a.yaml,line=3,endLine=3,col=5,endColumn=9,title=HYD301"
        "::Wrong.%0ARight it.%0ADid you mean `a` or `b`?%0AOne."
    ]


def test_what_would_end_a_property_or_a_command_is_escaped() -> None:
    found = finding("odd:name,50%.yaml", wrong="100% of `a\r\n::set-env name=b::c` is wrong: so, no.")
    assert lines(found) == [
        "::error file=odd%3Aname%2C50%25.yaml,line=3,endLine=3,col=5,endColumn=9,title=HYD301"
        "::100%25 of `a\\r\\n::set-env name=b::c` is wrong: so, no.%0ARight it."
    ]


def test_several_lines_have_no_columns() -> None:
    found = finding()._replace(at=Placed(Span("a.yaml", 3, 5, 4, 9), False))
    assert lines(found)[0].startswith("::error file=a.yaml,line=3,endLine=4,title=HYD301::")


def test_a_whole_file_has_no_line() -> None:
    found = finding()._replace(at=InFile("a.yaml"))
    assert lines(found)[0].startswith("::error file=a.yaml,title=HYD301::")


def test_the_most_severe_come_first() -> None:
    told = lines(
        finding("a.yaml", level=Severity.INFO), finding("b.yaml", level=Severity.WARNING), finding("c.yaml", level=None)
    )
    assert [line.split(",")[0] for line in told] == [
        "::error file=c.yaml",
        "::warning file=b.yaml",
        "::notice file=a.yaml",
    ]


def test_more_than_github_shows_is_said() -> None:
    told = lines(*(finding(line=number) for number in range(1, 12)))
    assert len(told) == 12
    assert told[-1] == "GitHub shows 10 annotations of a level for a step. All 11 are in this log."
    assert len(lines(*(finding(line=number) for number in range(1, 11)))) == 10
