"""Two objects of one kind, namespace and name; also two that would be one file."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Diagnostic, Staged
from compiler.linking.problems import same_object
from compiler.manifest import Manifest


def check_collisions(manifests: Iterable[Manifest]) -> Staged[list[Manifest]]:
    """The manifests, each name once; a second one of a name is left out, with a diagnostic."""
    first: dict[tuple[str, str, str], Manifest] = {}
    kept: list[Manifest] = []
    found: dict[tuple[int, int], Diagnostic] = {}
    for manifest in manifests:
        name, logical = _names(manifest)
        earlier = first.get(name) or first.get(logical)
        if earlier is not None:
            # Two entries of one name clash in every object that they become: that is one mistake.
            pair = (id(manifest.origin), id(earlier.origin))
            found.setdefault(pair, same_object(manifest.origin, manifest.target, earlier.origin))
            continue
        first[name] = first[logical] = manifest
        kept.append(manifest)
    return Staged(kept, list(found.values()))


def names_of(manifests: Iterable[Manifest]) -> frozenset[tuple[str, ...]]:
    """What no two manifests may have in common: names, and the files that they are written to."""
    return frozenset(name for one in manifests for name in (*_names(one), (one.file,)))


def _names(manifest: Manifest) -> tuple[tuple[str, str, str], tuple[str, str, str]]:
    """The object's name, and its logical one. The blank keeps the two from ever being taken for each other."""
    kind = f"{manifest.group}/{manifest.kind.lower()}"
    namespace = manifest.namespace or ""
    return (kind, namespace, manifest.name), (kind, namespace, f"{manifest.logical} ")
