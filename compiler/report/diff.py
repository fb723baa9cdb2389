"""A unified diff, made safe to show."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.report.colour import ADDED, BOLD, MARGIN, REMOVED, paint
from compiler.report.printable import printable

STYLES = (("---", BOLD), ("+++", BOLD), ("@@", MARGIN), ("+", ADDED), ("-", REMOVED))


def shown(diff: str, *, colour: bool) -> Iterator[str]:
    """The diff's lines. A tab stays a tab, so that what is plain text can still be applied."""
    for line in diff.removesuffix("\n").split("\n") if diff else ():
        safe = "\t".join(printable(part) for part in line.split("\t"))
        style = next((style for start, style in STYLES if line.startswith(start)), "")
        yield f"{paint(safe, style, colour and bool(style))}\n"
