"""What a later run that compiles only some units has to know of the others, and of how these were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.checking.collisions import names_of

if TYPE_CHECKING:
    from compiler.linking.program import Program
    from compiler.manifest import Manifest
    from compiler.spec.cluster.gitops import GitOps

Name = tuple[str, ...]


class Unit(NamedTuple):
    """What a unit comes to on a cluster."""

    kinds: Mapping[str, int] = {}
    """Objects by kind."""

    files: frozenset[str] = frozenset()
    """Spec files that its objects come from."""

    names: frozenset[Name] = frozenset()
    """What no other unit's objects may have, too."""

    images: frozenset[str] = frozenset()
    """Images that it pulls, where the lock file pins any."""

    applied: frozenset[tuple[str, ...]] = frozenset()
    """What the objects of a GitOps controller say of its objects (`compiler.gitops.owned`), where there are any."""

    def with_more(self, other: Unit) -> Unit:
        """This and another share of the same unit."""
        kinds = Counter(self.kinds)
        kinds.update(other.kinds)
        images, applied = self.images | other.images, self.applied | other.applied
        return Unit(dict(kinds), self.files | other.files, self.names | other.names, images, applied)


Units = Mapping[str, Unit]
"""By name."""

Link = tuple[str, str]
"""What somebody refers to, in words, and the spec file that says it; no file for what is in none."""


def units_of(manifests: Iterable[Manifest], *, images: bool, gitops: GitOps | None = None) -> dict[str, Unit]:
    """The units of a share of a cluster."""
    by_unit: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        by_unit.setdefault(manifest.unit, []).append(manifest)
    return {unit: _unit(ones, images=images, gitops=gitops) for unit, ones in by_unit.items()}


def together(shares: Iterable[Units]) -> dict[str, Unit]:
    """The units of several shares of a cluster."""
    found: dict[str, Unit] = {}
    for share in shares:
        for name, unit in share.items():
            found[name] = found[name].with_more(unit) if name in found else unit
    return found


def links_of(program: Program, *, pins: bool) -> dict[str, list[Link]]:
    """By spec file, what its entries refer to, and which file says that. With `pins`, names of the lock file as well."""
    found: dict[str, list[Link]] = {}
    files = {one.of: one.origin.document.file.path for one in (*program.artifacts, *program.workloads)}
    for of, target in program.targets.items():
        if of not in files:
            continue  # What refers to something broken is left out of the program.
        found.setdefault(files[of], []).append((f"{of} {target.of} {target.namespace}", files.get(target.of, "")))
    for (of, role), to in program.links.items():
        found.setdefault(files[of], []).append((f"{of} {role} {to.of} {to.namespace}", files.get(to.of, "")))
    for (of, role), service in program.services.items():
        file = files.get(service.of, "")
        found.setdefault(files[of], []).append((f"{of} {role} {service.of} {service.namespace}", file))
    for artifact in program.artifacts if pins else ():
        if artifact.source.movable is not None:
            found.setdefault(files[artifact.of], []).append((f"{artifact.of} {artifact.source.movable.name}", ""))
    return {file: sorted(lines) for file, lines in found.items()}


def to_json(units: Units) -> dict[str, Any]:
    """As it is remembered."""
    return {
        name: [one.kinds, sorted(one.files), sorted(map(list, one.names)), sorted(one.images), sorted(one.applied)]
        for name, one in units.items()
    }


def from_json(stored: Mapping[str, Sequence[Any]]) -> dict[str, Unit]:
    """As it was remembered. Raises: ValueError, TypeError, AttributeError, where it is something else."""
    return {
        name: Unit(
            dict(kinds),
            frozenset(files),
            frozenset(map(tuple, names)),
            frozenset(images),
            frozenset(map(tuple, applied)),
        )
        for name, (kinds, files, names, images, applied) in stored.items()
    }


def _unit(manifests: Sequence[Manifest], *, images: bool, gitops: GitOps | None) -> Unit:
    pulled: frozenset[str] = frozenset()
    applied: frozenset[tuple[str, ...]] = frozenset()
    if gitops is not None:
        from compiler.gitops.owned import rendered

        applied = rendered(manifests, gitops)
    if images:
        from compiler.lock.needs import images_of

        pulled = frozenset(image for one in manifests for image in images_of(one))
    return Unit(
        dict(Counter(one.kind for one in manifests)),
        frozenset({one.origin.document.file.path for one in manifests}),
        names_of(manifests),
        pulled,
        applied,
    )
