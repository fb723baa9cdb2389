"""`patches`: no entries, but what is changed in the objects of all others."""

from __future__ import annotations

from compiler.diagnostics import Staged
from compiler.linking.scope import Entry, Scope


def expand(scope: Scope) -> Staged[list[Entry]]:
    """The patches of the project as one value."""
    from compiler.patching.reading import read_patches

    read = read_patches(scope)
    return Staged([read.value] if read.value.listed else [], read.found)
