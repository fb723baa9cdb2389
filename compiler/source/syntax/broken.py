"""Text at which a parser gave up, and what explanations ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from yaml.error import MarkedYAMLError

from compiler.source.document import SourceFile
from compiler.source.places import Stretch, position

if TYPE_CHECKING:
    from yaml import YAMLError

_WORD = re.compile(r"[^\s:,\[\]{}]+")
_LINE = re.compile(r"[^\r\n]*")
_COLON = re.compile(r":(?=\s|$)")
_DASHES = re.compile(r"(?:- +)*")
_NOT_A_KEY = frozenset("#[]{},&*!|>%@`")
_QUOTED = re.compile(r"(?:\"[^\"]*\"|'[^']*')\Z")


class Key(NamedTuple):
    """A key of a line: its name, line and column (from 1), and whether a value stands behind it."""

    name: str
    line: int
    column: int
    has_value: bool


class Broken(NamedTuple):
    """A parser's error: its words, where it gave up, and where what it was reading began."""

    file: SourceFile
    problem: str
    context: str
    offset: int
    opened: int

    @property
    def character(self) -> str:
        """The character where the parser gave up; empty at the end of the file."""
        return self.file.text[self.offset : self.offset + 1]

    @property
    def before(self) -> str:
        """The line up to where the parser gave up."""
        return self.line_until(self.offset)

    @property
    def first_in_line(self) -> bool:
        """Whether only spaces stand before."""
        return not self.before.strip(" ")

    def line_until(self, offset: int) -> str:
        """The part of a line that stands before an offset."""
        _, column = position(self.file.text, offset)
        return self.file.text[offset - column + 1 : offset]

    def line_from(self, offset: int) -> str:
        """The part of a line from an offset on."""
        found = _LINE.match(self.file.text, offset)
        return found[0] if found else ""

    def line_of(self, offset: int) -> str:
        """A whole line, without its break."""
        return self.line_until(offset) + self.line_from(offset)

    def line(self, offset: int) -> int:
        """The number of an offset's line, from 1."""
        return position(self.file.text, offset)[0]

    def at(self, start: int, length: int | None = None) -> Stretch:
        """A place of some characters, or of the word that starts there; at the end, the last that can be seen."""
        text = self.file.text
        if start >= len(text):
            start = max(len(text.rstrip()) - 1, 0)
        if length is None:
            word = _WORD.match(text, start)
            length = len(word[0]) if word else 1
        return Stretch(self.file, start, min(start + length, len(text)))

    def word(self, start: int) -> str:
        """The word at an offset."""
        found = _WORD.match(self.file.text, start)
        return found[0] if found else self.file.text[start : start + 1]

    def keys_above(self, offset: int) -> Iterator[Key]:
        """The keys of the lines above an offset's, the nearest first."""
        number = self.line(offset)
        above = self.file.text[: offset - len(self.line_until(offset))]
        for line in reversed(above.splitlines()):
            number -= 1
            key = key_of(line, number)
            if key:
                yield key


def key_of(line: str, number: int) -> Key | None:
    """The first key of a line, behind the dashes of list items."""
    bare = line.lstrip(" ")
    dashes = _DASHES.match(bare)
    start = dashes.end() if dashes else 0
    colon = _COLON.search(bare, start)
    name = bare[start : colon.start()].rstrip() if colon else ""
    if not colon or not name or name[0] in _NOT_A_KEY or " #" in name:
        return None
    if name[0] in "\"'" and not _QUOTED.match(name):
        return None
    value = bare[colon.end() :].strip()
    return Key(name, number, len(line) - len(bare) + start + 1, bool(value) and value[0] != "#")


def broken(file: SourceFile, error: YAMLError) -> Broken:
    """A parser's error in the terms of the text."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Broken(file, str(error), "", 0, 0)
    offset = error.problem_mark.index
    opened = error.context_mark.index if error.context_mark else offset
    return Broken(file, error.problem or "", error.context or "", offset, opened)
