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
        group = manifest.api_version.partition("/")[0] if "/" in manifest.api_version else ""
        name = (f"{group}/{manifest.kind}", manifest.namespace or "", manifest.name)
        logical = (f"{group}/{manifest.kind}", manifest.namespace or "", f"{manifest.logical} ")
        earlier = first.get(name) or first.get(logical)
        if earlier is not None:
            # Two entries of one name clash in every object that they become: that is one mistake.
            pair = (id(manifest.origin), id(earlier.origin))
            found.setdefault(pair, same_object(manifest.origin, manifest.target, earlier.origin))
            continue
        first[name] = first[logical] = manifest
        kept.append(manifest)
    return Staged(kept, list(found.values()))
