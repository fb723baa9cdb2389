"""What holds for every format."""

from __future__ import annotations

import io
import random
import subprocess
import sys

import pytest

from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span
from compiler.report import FORMATS, write

CODE = Code("HYD301", Severity.ERROR, "A reference names nothing.", "Nothing could be mounted.")


def finding(file: str, line: int, wrong: str = "Wrong.", level: Severity | None = None) -> Diagnostic:
    return Diagnostic(CODE, Placed(Span(file, line, 1, line, 2), False), wrong, "Right it.", severity=level)


FOUND = [finding("b.yaml", 10), finding("b.yaml", 9), finding("a.yaml", 30), finding("a.yaml", 30, "Worse.")]


def rendered(found: list[Diagnostic], form: str) -> str:
    stream = io.StringIO()
    write(found, form, stream, read=lambda _: "x\n" * 40)
    return stream.getvalue()


def test_the_formats_are_the_files() -> None:
    assert FORMATS == ("github", "gitlab", "json", "sarif", "text")


def test_the_names_are_known_without_importing_a_format() -> None:
    script = (
        "import sys, compiler.report as r\n"
        "loaded = [m for m in sys.modules if m.startswith(('compiler.report.formats', 'json'))]\n"
        "print(r.FORMATS, loaded)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == f"{FORMATS} []\n"


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no format is called 'xml'"):
        rendered([], "xml")


@pytest.mark.parametrize("form", FORMATS)
def test_order_and_repetition_of_the_findings_do_not_matter(form: str) -> None:
    shuffled = FOUND * 2
    random.Random(7).shuffle(shuffled)
    assert rendered(shuffled, form) == rendered(FOUND, form)


@pytest.mark.parametrize("form", FORMATS)
def test_findings_are_in_source_order(form: str) -> None:
    text = rendered(FOUND, form)
    places = [text.rindex(file) for file in ("a.yaml", "b.yaml")]
    assert places == sorted(places)


@pytest.mark.parametrize("form", ["text", "github"])
def test_without_findings_there_is_nothing_to_say(form: str) -> None:
    assert rendered([], form) == ""


@pytest.mark.parametrize("form", FORMATS)
def test_a_place_is_looked_up_once(form: str) -> None:
    class Costly:
        asked = 0

        def span(self) -> Span:
            self.asked += 1
            return Span("a.yaml", 1, 1, 1, 2)

    place = Costly()
    rendered([Diagnostic(CODE, place, "Wrong.", "Right it.")], form)
    assert place.asked == 1
