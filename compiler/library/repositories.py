"""Models by what hubs call them.

Finding one must not mean parsing a hundred and forty files: their text is searched for the name, and only a hit is
parsed, to confirm it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.library.kinds import kinds

if TYPE_CHECKING:
    from compiler.library.behaviour import Hub
    from compiler.library.entries.model import Model
    from compiler.library.library import Library


class Repositories:
    """Looks models up by repository and by ModelHub id. Reads the model files once, unparsed."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._texts: list[tuple[str, str]] | None = None
        self._joined: str | None = None
        self._found: dict[tuple[str, str], Model | None] = {}

    def find(self, hub: Hub, repository: str) -> Model | None:
        """The model with that repository; hubs do not tell upper case from lower case, and neither does this."""
        key = (hub, repository.lower())
        if key not in self._found:
            self._found[key] = self._by_repository(hub, repository.lower())
        return self._found[key]

    def find_by_modelhub(self, identifier: str) -> Model | None:
        """The model that ModelHub lists under that id: its `modelhub`, else its name."""
        key = ("modelhub", identifier)
        if key not in self._found:
            listed = (model for model in self._models(identifier.lower()) if model.modelhub == identifier)
            self._found[key] = next(listed, None) or self._library.find("model", identifier).value
        return self._found[key]

    def _by_repository(self, hub: Hub, repository: str) -> Model | None:
        for model in self._models(repository):
            if repository in (one.lower() for one in model.repositories(hub)):
                return model
        return None

    def _models(self, text: str) -> Iterator[Model]:
        """Models in whose files a text stands as a word."""
        if text not in self._everything():
            return
        for name in dict.fromkeys(name for name, content in self._contents() if _stands_in(text, content)):
            model = self._library.find("model", name).value
            if model is not None:
                yield model

    def _everything(self) -> str:
        """All of the model files in one text: most repositories are in none of them."""
        if self._joined is None:
            self._joined = "\n".join(content for _, content in self._contents())
        return self._joined

    def _contents(self) -> list[tuple[str, str]]:
        """Name and lower-cased text of every model file, those of the repo first."""
        if self._texts is None:
            kind = kinds()["model"]
            self._texts = [
                (name, layer.text(kind, name).lower()) for layer in self._library.layers for name in layer.names(kind)
            ]
        return self._texts


def _stands_in(text: str, content: str) -> bool:
    """Whether a text is in a file as a whole value: a longer name that contains it does not count."""
    start = content.find(text)
    while start >= 0:
        before, after = content[start - 1 : start], content[start + len(text) : start + len(text) + 1]
        if not (before.isalnum() or before in "_./-") and not (after.isalnum() or after in "_/-" if after else False):
            return True
        start = content.find(text, start + 1)
    return False
