"""What a tree is made of, as far as a later run has to know it that compiles only some of its units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.again import units
from compiler.again.coupling import has_foreign, is_told, names_in, plain
from compiler.again.units import Link, Units
from compiler.repo import Repo

if TYPE_CHECKING:
    from compiler.pipeline import Rendered


class Inventory(NamedTuple):
    """What a tree is made of."""

    units: Mapping[str, Units]
    """By cluster."""

    links: Mapping[str, Mapping[str, Sequence[Link]]]
    """By cluster and spec file, what its entries refer to."""

    working: Mapping[str, frozenset[str]]
    """By cluster, the spec files with workloads."""

    names: Mapping[str, frozenset[str]]
    """By spec file, the names that others may refer to."""

    foreign: frozenset[str]
    """Spec files with documents of other systems, or that are written so that their names cannot be told."""


def inventory_of(rendered: Rendered, repo: Repo) -> Inventory:
    """The inventory of a run."""
    texts = {path: plain(repo.text(path) or "") for path in rendered.front.discovered.specs}
    names = {path: frozenset(names_in(text)) for path, text in texts.items()}
    foreign = frozenset(path for path, text in texts.items() if has_foreign(text) or not is_told(text))
    return Inventory(rendered.units, rendered.links, rendered.working, names, foreign)


def to_json(of: Inventory) -> dict[str, Any]:
    """As it is remembered."""
    return {
        "units": {cluster: units.to_json(one) for cluster, one in of.units.items()},
        "links": {cluster: dict(one) for cluster, one in of.links.items()},
        "working": {cluster: sorted(files) for cluster, files in of.working.items()},
        "names": {path: sorted(names) for path, names in of.names.items()},
        "foreign": sorted(of.foreign),
    }


def from_json(stored: Mapping[str, Any]) -> Inventory:
    """As it was remembered.

    Raises: KeyError, TypeError, ValueError, AttributeError, where it is something else.
    """
    links = {
        cluster: {file: [(str(words), str(said)) for words, said in lines] for file, lines in by_file.items()}
        for cluster, by_file in stored["links"].items()
    }
    return Inventory(
        {cluster: units.from_json(one) for cluster, one in stored["units"].items()},
        links,
        {cluster: frozenset(files) for cluster, files in stored["working"].items()},
        {path: frozenset(names) for path, names in stored["names"].items()},
        frozenset(stored["foreign"]),
    )
