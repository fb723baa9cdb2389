"""How a change view is told: one format a file in `formats/`, found by its name.

A format is a module with `render(page: Page) -> Iterator[str]`, which yields pieces of text.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TextIO

from compiler.report.change.page import Page

__all__ = ["FORMATS", "Page", "write"]

FORMATS: tuple[str, ...] = tuple(
    sorted(file.stem for file in (Path(__file__).parent / "formats").glob("*.py") if file.stem != "__init__")
)
"""The names of the formats. None of their modules is imported to know them."""


def write(page: Page, form: str, stream: TextIO) -> None:
    """Write a change view to `stream`.

    Raises: ValueError, where `form` is none of `FORMATS`.
    """
    if form not in FORMATS:
        raise ValueError(f"no format is called {form!r}")
    stream.write("".join(import_module(f"compiler.report.change.formats.{form}").render(page)))
