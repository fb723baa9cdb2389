"""What controllers write into objects that Git holds, from `owned/`: a file an owner.

Source: Argo CD, "Diffing Customization". A field that Git does not say needs no rule, which is why there are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.manifest import Manifest

if TYPE_CHECKING:
    from compiler.spec.cluster.gitops import GitOps

FOLDER = Path(__file__).parent / "owned"


class Owner(NamedTuple):
    """A controller, and the fields that it writes. Only objects with the label, or with the field set, concern it."""

    name: str
    paths: Mapping[tuple[str, str], tuple[str, ...]]
    """Group and kind -> paths, as jq has them."""

    label: str
    field: tuple[str, ...]

    def concerns(self, manifest: Manifest) -> bool:
        """Whether it writes into an object."""
        if (manifest.group, manifest.kind) not in self.paths:
            return False
        if self.label:
            labels = manifest.value("metadata", "labels")
            return isinstance(labels, dict) and self.label in labels
        return manifest.value(*self.field) is True


class Rendered(NamedTuple):
    """Objects of one kind in a directory below the cluster's, and who writes into them."""

    directory: str
    """Empty, where controllers need not know it."""

    api_version: str
    kind: str
    owners: str
    """Names, joined by spaces."""

    @property
    def group(self) -> str:
        """The group of the API; empty for the core's."""
        return self.api_version.rpartition("/")[0]


@cache
def owners() -> tuple[Owner, ...]:
    """All owners, by name.

    Raises: OSError, where the package is incomplete.
    """
    import yaml

    found = []
    for file in sorted(FOLDER.glob("*.yaml")):
        said: dict[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        paths = {(one["group"], one["kind"]): tuple(one["paths"]) for one in said["kinds"]}
        found.append(Owner(file.stem, paths, said.get("label", ""), tuple(said.get("field", "").split("."))))
    return tuple(found)


def rendered(manifests: Iterable[Manifest], settings: GitOps) -> frozenset[Rendered]:
    """What the objects of a controller have to know of those that it applies."""
    known = owners()
    by_directory = settings.controller == "flux" and settings.per_unit
    return frozenset(
        Rendered(
            one.directory if by_directory else "",
            one.api_version,
            one.kind,
            " ".join(each.name for each in known if each.concerns(one)),
        )
        for one in manifests
    )


def ignored(objects: Iterable[Rendered]) -> list[dict[str, Any]]:
    """`ignoreDifferences` of Argo CD for those objects: an entry a kind, only for what somebody else writes."""
    by_name = {one.name: one for one in owners()}
    wanted = sorted({(one.group, one.kind, name) for one in objects for name in one.owners.split()})
    paths: dict[tuple[str, str], list[str]] = {}
    for group, kind, name in wanted:
        paths.setdefault((group, kind), []).extend(by_name[name].paths[group, kind])
    return [
        {**({"group": group} if group else {}), "kind": kind, "jqPathExpressions": expressions}
        for (group, kind), expressions in paths.items()
    ]
