"""Patches of a project: what is changed in its objects once they are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from compiler.linking.artifact import Key
from compiler.source.document import Origin

Operations: TypeAlias = list[dict[str, Any]]
"""A JSON patch (RFC 6902)."""


class Patch(NamedTuple):
    """One patch, and the objects that it is for."""

    target: Mapping[str, str]
    """As kustomize has it: regular expressions for `group`, `version`, `kind`, `name`, `namespace`, and selectors."""

    content: Operations | Mapping[str, Any]
    """A JSON patch, or a part of an object that is merged into it."""

    at: Origin
    """Where it begins in its file."""

    content_at: Origin
    """Where its content stands."""

    exact: bool
    """Whether values of the content can be found below `content_at`; not in a text within the file."""

    @property
    def file(self) -> str:
        """Its file, from the root."""
        return self.at.document.file.path


class Patches(NamedTuple):
    """Every patch of a project on a cluster, in the order in which they are applied."""

    key: Key
    """The project; no reference leads to it."""

    at: Origin
    """Where the project names the first of them."""

    listed: tuple[Patch, ...]

    @property
    def unit(self) -> str:
        """The unit whose objects they change."""
        return self.key[0]
