"""Files of the repo that a spec names: beside it or below, and no hidden ones."""

from __future__ import annotations

import posixpath
from typing import NamedTuple

from compiler.linking.scope import Scope
from compiler.source.document import SourceFile


class Refusal(NamedTuple):
    """Why a file is not read, and what to do."""

    wrong: str
    do: str


def read_beside(scope: Scope, written: str) -> SourceFile | Refusal:
    """A file by its path from the spec's directory. Neither `..` nor a link leads out of the repo."""
    place = posixpath.normpath(posixpath.join(posixpath.dirname(scope.document.file.path), written))
    if place.startswith(("../", "/")):
        return Refusal(f"`{written}` leads out of the repo.", "Use a file of the repo.")
    if any(step.startswith(".") for step in place.split("/")):
        do = "Use a file that is meant to be seen: hidden ones hold settings and credentials."
        return Refusal(f"`{written}` is a hidden file, or in a hidden directory.", do)
    read = scope.read_file(place)
    if read.value is None:
        why = read.found[0].wrong if read.found else "It is not there."
        return Refusal(f"`{written}` cannot be read. {why}", "Use a text file of the repo.")
    return read.value
