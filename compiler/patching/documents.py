"""The documents of a file of patches, which may also be lists: those of a JSON patch are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Located, Span, Staged
from compiler.source.construction import Construction, construct
from compiler.source.document import Document, Path, SourceFile

if TYPE_CHECKING:
    from yaml.events import DocumentEndEvent

LIST = "list"
"""The one key of a document that is a list."""


class ListDocument(Document):
    """A document that is a list. Its items are found below the key `LIST`, which the file does not have."""

    __slots__ = ()

    def __init__(self, file: SourceFile, index: int, items: list[Any]) -> None:
        super().__init__(file, index, {LIST: items})

    def locate(self, path: Path, key: bool = False) -> Span:
        """The place of a value in the list."""
        return super().locate(path[1:], key)


class _Construction(Construction):
    """Reads lists, too."""

    def close_document(self, event: DocumentEndEvent) -> None:
        """Keep the document, where it is one and has no mistake."""
        value = self.frame.value
        if value.__class__ is list and len(self.problems) == self.flawless:
            self.documents.append(ListDocument(self.file, self.index, value))
        else:
            super().close_document(event)


def documents_of(file: SourceFile) -> Staged[list[Document]]:
    """The documents of a file; those with a mistake are left out and have findings."""
    return construct(file, _Construction)


def within(file: SourceFile, text: str, at: Located) -> Staged[list[Document]]:
    """The documents of a text that stands within a file, at a place: what is wrong in it is shown there."""
    read = documents_of(SourceFile(file.path, text))
    told: list[Diagnostic] = [one._replace(at=at) for one in read.found]
    return Staged(read.value, told)
