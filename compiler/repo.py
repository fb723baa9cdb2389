"""A repo: its root, its settings, and what was read of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import Staged
from compiler.directories import check_settings_file
from compiler.layout import SETTINGS
from compiler.source import reading
from compiler.source.document import Document, SourceFile
from compiler.spec import documents
from compiler.spec.checked import trusted

if TYPE_CHECKING:
    from compiler.spec.settings import Settings


class Repo:
    """A repo that is being compiled. Files are read through it, so that it knows what the result depends on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, SourceFile] = {}
        self.settings: Document | None = None

    def read(self, path: str) -> Staged[SourceFile | None]:
        """A file of the repo, by its path from the root."""
        staged = reading.read_file(self.root, path)
        if staged.value is not None:
            self.files[path] = staged.value
        return staged

    def text(self, path: str) -> str | None:
        """The text of a file that was read, for excerpts."""
        found = self.files.get(path)
        return found.text if found else None

    def documents(self, path: str) -> Staged[list[Document]]:
        """The documents of a file."""
        staged = self.read(path)
        if staged.value is None:
            return Staged([], staged.found)
        parsed = reading.documents(staged.value)
        return Staged(parsed.value, [*staged.found, *parsed.found])


def settings_of(repo: Repo) -> Staged[Settings]:
    """The settings, with defaults where the file does not say. A file with mistakes counts as empty."""
    default: Settings = trusted("Settings", {})
    if not (repo.root / SETTINGS).exists():
        return Staged(default)
    staged = repo.documents(SETTINGS)
    if staged.found or not staged.value:
        return Staged(default, staged.found)
    document = repo.settings = staged.value[0]
    settings = documents.settings_of(document)
    if settings.value is None:
        return Staged(default, settings.found)
    return Staged(settings.value, [*settings.found, *check_settings_file(repo.root, settings.value, document)])
