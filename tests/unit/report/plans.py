"""Pages of made-up plans, written."""

from __future__ import annotations

import io

from compiler.planning.training.values import Range
from compiler.report.plan import Page, write
from compiler.report.plan.base import Entry
from compiler.source.document import Document, Origin, SourceFile

GIB = 1 << 30
NOWHERE = Origin(Document(SourceFile("hydra.yaml", ""), 0, {}))


def gib(low: float, expected: float, high: float) -> Range:
    return Range(*(round(size * GIB) for size in (low, expected, high)))


def page_of(form: str, *entries: Entry, width: int = 80, ascii_only: bool = False) -> str:
    stream = io.StringIO()
    write(Page(entries, width, ascii=ascii_only), form, stream)
    return stream.getvalue()
