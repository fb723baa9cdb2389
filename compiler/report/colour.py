"""When a report has colour, and which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from compiler.diagnostics import Severity

CHOICES = ("auto", "always", "never")

BOLD = "1"
MARGIN = "1;34"
HELP = "1;36"
ADDED = "32"
REMOVED = "31"
LEVELS: Mapping[Severity, str] = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;34"}


def wanted(choice: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to write colour. What is said on the command line wins, then `NO_COLOR`, then `FORCE_COLOR`.

    A variable that is set but empty counts as not set.
    Source: https://no-color.org, https://force-color.org.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def paint(text: str, style: str, colour: bool) -> str:
    """The text in a style, where there is colour at all."""
    return f"\x1b[{style}m{text}\x1b[0m" if colour and text else text
