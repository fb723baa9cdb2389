"""Projects with patches: their objects go through kustomize, under their names without digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from compiler.checking.schemas import Schemas, refused
from compiler.diagnostics import Diagnostic, Staged, closest
from compiler.emission.canonical import canonical_quantities
from compiler.linking.patches import Patch, Patches
from compiler.lowering.metadata import KEEP
from compiler.manifest import Body, Manifest
from compiler.patching import problems
from compiler.patching.content import place_of
from compiler.patching.kustomize import Patched, apply
from compiler.patching.order import in_order, null_in_a_list
from compiler.patching.program import Kustomize, find_kustomize
from compiler.patching.renaming import named_anew
from compiler.source.document import Origin, Path
from compiler.source.encrypted import FIELD, is_encrypted
from compiler.spec.documents import API_VERSION

if TYPE_CHECKING:
    from compiler.linking.profile import Profile

PLACES: Mapping[str, Sequence[tuple[str, ...]]] = {
    "size": (("spec", "resources", "requests", "storage"), ("spec", "capacity", "storage")),
    "class": (("spec", "storageClassName"),),
    "modes": (("spec", "accessModes"), ("spec", "volumeMode")),
    "source": (("spec", "volumeName"), ("spec", "nfs"), ("spec", "csi"), ("spec", "selector")),
}
"""Where findings about storage look, by what they call it."""


class Run(NamedTuple):
    """What is patched, and what it is checked with."""

    profile: Profile
    """The cluster."""

    schemas: Schemas
    whole: bool
    """Whether nothing was left out because of a mistake: a patch that is for nothing is then a mistake itself."""

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return self.profile.name


class _Project(NamedTuple):
    """The objects of a project, and its patches."""

    manifests: Sequence[Manifest]
    patches: Patches
    run: Run

    def bodies(self) -> list[Body]:
        """The objects under their logical names."""
        return [{**one.body, "metadata": {**one.body["metadata"], "name": one.logical}} for one in self.manifests]


def patch(manifests: Iterable[Manifest], patches: Iterable[Patches], run: Run) -> Staged[list[Manifest]]:
    """The objects of a cluster, those of projects with patches as kustomize makes them.

    The next stages may rely on it: what is patched keeps its kind, its name without digest and its namespace, and has
    the shape that the schemas of its kind ask for. What has not is left out with its findings.
    """
    listed = [*manifests]
    found: list[Diagnostic] = []
    kustomize = find_kustomize()
    for one in patches:
        if kustomize is None:
            found.append(problems.no_kustomize(one.at))
            continue
        own = _own(listed, one.unit)
        staged = _patched(_Project(own, one, run), kustomize)
        found += staged.found
        replaced = dict(zip(map(id, own), staged.value, strict=True))
        listed = [new for old in listed if (new := replaced.get(id(old), old)) is not None]
    return Staged(listed, found)


def _own(manifests: Iterable[Manifest], unit: str) -> list[Manifest]:
    """The objects that a project renders, each name once: documents beside it are edited where they stand."""
    first: dict[tuple[str, str | None, str], Manifest] = {}
    for one in manifests:
        if one.unit == unit and one.origin.document.api_version == API_VERSION:
            first.setdefault((one.api_version + one.kind, one.namespace, one.logical), one)
    return [*first.values()]


def _patched(project: _Project, kustomize: Kustomize) -> Staged[list[Manifest | None]]:
    """The objects as they are patched, None for one that is left out. As they were, where something is wrong."""
    manifests, patches, run = project
    as_rendered: list[Manifest | None] = [*manifests]
    if not manifests:
        return Staged([], [_nothing(one, project) for one in patches.listed] if run.whole else [])
    bodies = project.bodies()
    result = apply(kustomize, bodies, patches.listed)
    if result.failed:
        return Staged(as_rendered, [problems.not_run(patches.at, result.failed)])
    if result.refused is not None:
        number, said = result.refused
        return Staged(as_rendered, [problems.refused(patches.listed[number].at, said, run.cluster)])
    lost = [*_lost(project, bodies, result.objects)]
    if lost:
        return Staged(as_rendered, lost)
    used = {number for one in result.objects for number in one.by}
    found = [_nothing(one, project) for number, one in enumerate(patches.listed) if run.whole and number not in used]
    final = [
        _final(manifest, rendered, one, run)
        for manifest, rendered, one in zip(manifests, bodies, result.objects, strict=True)
    ]
    made: list[Manifest | None] = []
    for manifest, body, one in zip(manifests, named_anew(manifests, final), result.objects, strict=True):
        by = [patches.listed[number] for number in sorted(one.by)]
        staged = _manifest(manifest, body, by, run)
        made.append(staged.value)
        found += staged.found
    return Staged(made, found)


def _final(manifest: Manifest, rendered: Body, one: Patched, run: Run) -> Body:
    """A patched body as it is written; the rendered one itself where the patches change nothing."""
    body = in_order(one.body, rendered)
    if json.dumps(body) == json.dumps(rendered):
        return rendered
    body = canonical_quantities(body)
    if run.profile.images:
        _pin(manifest, body, run.profile)
    return body


def _pin(manifest: Manifest, body: Body, profile: Profile) -> None:
    """Images that a patch brings are pulled by the digest that is pinned, as those of specs are."""
    from compiler.checking.containers import containers
    from compiler.planning.images import pinned

    known = {container.get("image") for _, container in containers(manifest)}
    for _, container in containers(manifest.changed(body)):
        image = container.get("image")
        if isinstance(image, str) and image not in known:
            container["image"] = pinned(image, profile)


def _nothing(patch: Patch, project: _Project) -> Diagnostic:
    wanted = _plain(patch)
    *first, last = [f"{name} `{value}`" for name, value in wanted.items()]
    has = f"{', '.join(first)} and {last}" if first else last
    field = "name" if "name" in wanted else "kind"
    known = {one.logical if field == "name" else one.kind for one in project.manifests}
    return problems.matches_nothing(patch.at, has, project.run.cluster, closest(wanted.get(field, ""), known))


def _plain(patch: Patch) -> Mapping[str, str]:
    """What a patch is for, as people write it."""
    return {name: value.replace("\\", "") for name, value in patch.target.items()}


def _lost(project: _Project, bodies: Sequence[Body], objects: Sequence[Patched]) -> Iterable[Diagnostic]:
    """Objects that are no longer there, or are other ones. kustomize keeps their order."""
    patches, cluster = project.patches, project.run.cluster
    if len(objects) != len(bodies):
        left = {_identity(one.body) for one in objects}
        for manifest, body in zip(project.manifests, bodies, strict=True):
            if _identity(body) not in left:
                at = _said_by(patches.listed, ("metadata",), body) or patches.at
                wrong = f"`{manifest.target}` is gone once the patches are applied."
                yield problems.changes_identity(at, wrong, "Remove its entry from the spec instead.", cluster)
        return
    for manifest, body, one in zip(project.manifests, bodies, objects, strict=True):
        by = [patches.listed[number] for number in sorted(one.by)]
        now, before = _identity(one.body), _identity(body)
        if now != before:
            at = _said_by(by, ("metadata", "name"), one.body) or patches.at
            yield problems.changes_identity(
                at, f"`{manifest.target}` is another object once it is patched.", "", cluster
            )
        elif is_encrypted(one.body):
            at = _said_by(by, (FIELD,), one.body) or patches.at
            wrong = f"`{manifest.target}` would pass for encrypted, and would not be checked."
            yield problems.changes_identity(at, wrong, "", cluster)
        elif any(_note(body, key) == value != _note(one.body, key) for key, value in KEEP.items()):
            at = _said_by(by, ("metadata", "annotations"), one.body) or patches.at
            wrong = f"`{manifest.target}` would lose the annotations that keep controllers from deleting it."
            yield problems.changes_identity(at, wrong, "Leave them as they are.", cluster)


def _identity(body: Body) -> tuple[object, ...]:
    metadata = body.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    return body.get("apiVersion"), body.get("kind"), names.get("namespace"), names.get("name")


def _note(body: Body, key: str) -> object:
    notes = body["metadata"].get("annotations")
    return notes.get(key) if isinstance(notes, dict) else None


def _manifest(manifest: Manifest, body: Body, by: Sequence[Patch], run: Run) -> Staged[Manifest | None]:
    """The patched object, where it has the shape that its kind asks for."""
    if body == manifest.body:
        return Staged(manifest)
    said = partial(_said, manifest.body, body, by)
    null = null_in_a_list(body)
    if null is not None:
        from compiler.checking.wording import path_in_words

        return Staged(
            None,
            [problems.unwritable(said(null) or manifest.origin, manifest.target, path_in_words(null), run.cluster)],
        )
    places = {what: at for what, ways in PLACES.items() for way in ways if (at := said(way)) is not None}
    files = " and ".join(f"`{file}`" for file in dict.fromkeys(one.file for one in by))
    notes = (f"{files} {'patch' if ' and ' in files else 'patches'} this object.",) if by else ()
    new = manifest.changed(body)
    new.places, new.said, new.notes = {**manifest.places, **places}, said, notes
    wrong = [*refused(new, run.schemas)]
    return Staged(None if wrong else new, wrong)


def _said(rendered: Body, patched: Body, by: Sequence[Patch], path: Path) -> Origin | None:
    """Where a patch says a value; None where it is as it was rendered."""
    return None if _at(rendered, path) == _at(patched, path) else _said_by(by, path, patched)


def _said_by(patches: Sequence[Patch], path: Path, body: Body) -> Origin | None:
    """The place in the patch that knows most of the way, the last of them where several do."""
    places = [found for one in reversed(patches) if (found := place_of(one, path, body)) is not None]
    return max(places, key=lambda found: found[0])[1] if places else None


def _at(body: object, path: Path) -> object:
    for step in path:
        if isinstance(body, dict):
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int) and step < len(body):
            body = body[step]
        else:
            return None
    return body
