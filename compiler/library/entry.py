"""What every entry of the library has."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import PrivateAttr, StringConstraints

from compiler.library.behaviour import EntryBehaviour
from compiler.source.document import Document
from compiler.spec.base import SpecModel

NAME = r"^[a-z0-9]([-a-z0-9._]*[a-z0-9])?$"

EntryName = Annotated[str, StringConstraints(pattern=NAME, max_length=128)]
"""An entry's name: lower-case letters, digits, `-`, `.` and `_`. Its file is `<name>.yaml`."""

Text = Annotated[str, StringConstraints(min_length=1)]


class Entry(EntryBehaviour, SpecModel):
    """An entry of the library: what it is called, what it is, and who says so."""

    TEMPLATES: ClassVar[tuple[str, ...]] = ()
    """Fields, as users write them, whose values hold templates. They are compiled when the entry is read."""

    kind: str
    """The kind of entry; it goes with the directory that the file is in."""

    name: EntryName
    """What specs call the entry. The same as the file's name without `.yaml`."""

    summary: Text
    """One line for lists."""

    source: Text
    """Where the facts come from: an address, and what was read there where it is not the page itself."""

    extends: EntryName | None = None
    """An entry of the same kind to take everything from that this one leaves out, by merge patch (RFC 7386): mappings
    are merged, lists replaced, null deletes. An entry's own name is the one that it replaces."""

    _document: Document | None = PrivateAttr(default=None)
