"""A table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.report.printable import cells

GAP = "  "


def lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The head in capitals, then a line a row; every column as wide as its widest cell, the last as it comes."""
    shown = [[cells(text) for text in row] for row in ([title.upper() for title in head], *rows)]
    widths = [max(row[column][1] for row in shown) for column in range(len(head))]
    for row in shown:
        padded = (text + " " * (width - taken) for (text, taken), width in zip(row, widths, strict=True))
        yield GAP.join(padded).rstrip()
