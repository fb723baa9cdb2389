"""How a run tells what it found: one format a file in `formats/`, found by its name.

A format is a module with `render(report: Report) -> Iterator[str]`, which yields pieces of text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TextIO

from compiler.diagnostics import Diagnostic
from compiler.report.base import Report, Summary, findings

__all__ = ["FORMATS", "Report", "Summary", "write"]

FORMATS: tuple[str, ...] = tuple(
    sorted(file.stem for file in (Path(__file__).parent / "formats").glob("*.py") if file.stem != "__init__")
)
"""The names of the formats. None of their modules is imported to know them."""


def write(
    found: Sequence[Diagnostic],
    form: str,
    stream: TextIO,
    *,
    read: Callable[[str], str | None],
    colour: bool = False,
    summary: Summary | None = None,
    prefix: str = "",
) -> None:
    """Write all findings to `stream`, in source order and each once.

    `read` gives the text of a file as its span names it, None where there is no such text.
    `prefix` stands before each file name: the way from the working directory to the root of the
    repo (`sample-repo/`), so that editors and GitHub find the file.

    Raises: ValueError, where `form` is none of `FORMATS`.
    """
    if form not in FORMATS:
        raise ValueError(f"no format is called {form!r}")
    report = Report(findings(found, prefix), summary or Summary(), read, colour)
    rendered = import_module(f"compiler.report.formats.{form}").render(report)
    stream.write("".join(rendered))
