"""Names that have a digest of what is in the object: computed again once it is patched.

A ConfigMap whose content was patched gets another name, and whoever mounts it the new one. That makes other pods, and so
other names of what runs once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from compiler.emission.digests import run_digest
from compiler.manifest import Body, Manifest

CONTENT = ("data", "binaryData")
REFERENCES = frozenset({"configMap", "configMapKeyRef", "configMapRef"})
"""Fields of a pod that name a ConfigMap. Source: Kubernetes API, PodSpec."""


def named_anew(manifests: Sequence[Manifest], bodies: Sequence[Body]) -> list[Body]:
    """The patched bodies of some manifests, with their final names. They come with logical ones."""
    moved: dict[tuple[str | None, str], str] = {}
    for manifest, body in zip(manifests, bodies, strict=True):
        if manifest.kind == "ConfigMap" and manifest.name != manifest.logical:
            moved[manifest.namespace, manifest.name] = _of_content(manifest, body)
    changed = {name: new for name, new in moved.items() if name[1] != new}
    result = []
    for manifest, body in zip(manifests, bodies, strict=True):
        if changed:
            body = _referring(body, {old: new for (space, old), new in changed.items() if space == manifest.namespace})  # noqa: PLW2901
        result.append(_with_name(body, moved.get((manifest.namespace, manifest.name)) or _name(manifest, body)))
    return result


def _of_content(manifest: Manifest, body: Body) -> str:
    content = {field: body[field] for field in CONTENT if field in body}
    if content == {field: manifest.body[field] for field in CONTENT if field in manifest.body}:
        return manifest.name
    return f"{manifest.logical}-{run_digest(content)}"


def _name(manifest: Manifest, body: Body) -> str:
    if manifest.naming is None or body == _with_name(manifest.body, manifest.logical):
        return manifest.name
    return manifest.naming(body)


def _with_name(body: Body, name: str) -> Body:
    return {**body, "metadata": {**body["metadata"], "name": name}}


def _referring(value: Any, names: Mapping[str, str], field: str = "") -> Any:
    """A value in which references to ConfigMaps have the new names."""
    if isinstance(value, dict):
        found = {key: _referring(below, names, key) for key, below in value.items()}
        if field in REFERENCES and found.get("name") in names:
            found["name"] = names[found["name"]]
        return found
    return [_referring(below, names, field) for below in value] if isinstance(value, list) else value
