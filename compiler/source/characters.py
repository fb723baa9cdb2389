"""Characters that cannot be seen, and that YAML forbids or that its readers treat differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from compiler.diagnostics import Diagnostic
from compiler.source.document import SourceFile

_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")

_NAMES = {
    0x00: "null",
    0x08: "backspace",
    0x0C: "form feed",
    0x1B: "escape",
    0x7F: "delete",
    0x85: "next line",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0xFEFF: "byte order mark",
    0xFFFE: "not a character",
    0xFFFF: "not a character",
}


def hidden_characters(file: SourceFile, most: int) -> list[Diagnostic]:
    """A finding for each of them, one for those in a row, `most` at the most. A text of ASCII alone has none but controls."""
    return list(islice(_found(file), most)) if _HIDDEN.search(file.text) else []


def _found(file: SourceFile) -> Iterator[Diagnostic]:
    from compiler.source.places import Stretch
    from compiler.source.problems.text import character

    for found in _HIDDEN.finditer(file.text):
        code_point = ord(found[0][0])
        name = _NAMES.get(code_point, "surrogate" if code_point > 0x9F else "control character")
        yield character(Stretch(file, found.start(), found.end()), code_point, name)
