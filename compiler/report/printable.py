"""Text of users, made safe to show: nothing in it can steer a terminal or reorder a line."""

from __future__ import annotations

import re

# Cc: control characters, among them ESC and the C1 set that some terminals obey. Cf: those that
# reorder or hide text (CVE-2021-42574). Zl, Zp: line ends to some readers. Cs: half characters,
# which no encoding can write.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
TAB = "    "


def printable(text: str) -> str:
    """The text on one line, with its unsafe characters as escapes.

    >>> printable("a\\x1b[2Jb\\n")
    'a\\\\x1b[2Jb\\\\n'
    """
    return UNSAFE.sub(escaped, text)


def escaped(match: re.Match[str]) -> str:
    """An unsafe character as Python and YAML write it: `\\x1b`, `\\u202e`."""
    return match[0].encode("unicode_escape", "backslashreplace").decode("ascii")


def cells(text: str) -> tuple[str, int]:
    """A stretch of a source line as it is shown, and how many columns of a terminal it takes.

    A tab is four spaces wherever it stands, as the line is shown behind a margin anyway.
    Widths are those of Unicode's East Asian Width (UAX #11); a combining mark takes none.
    """
    shown = printable(text.replace("\t", TAB))
    return shown, len(shown) if shown.isascii() else sum(map(width, shown))


def width(character: str) -> int:
    """The columns that one shown character takes."""
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
