"""What the list file keeps about storage, so that a later run can tell a change that would lose data.

The rendered files may be edited or deleted by hand; the list file then still says what was there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from compiler.emission.digests import run_digest
from compiler.emission.quantities import quantity
from compiler.manifest import Body, Manifest


class Stored(NamedTuple):
    """A claim, a volume or a namespace as it was rendered. Empty means not given, but for `storage_class`."""

    cluster: str
    target: str
    """`Kind/namespace/logical-name`, as `acknowledge` names it."""
    unit: str
    size: str = ""
    """A canonical quantity."""
    storage_class: str | None = None
    """None is the cluster's default class, the empty string is no class at all."""
    access_modes: tuple[str, ...] = ()
    volume_mode: str = ""
    volume_name: str = ""
    """The volume that a claim asks for; of a volume, its own name."""
    source: str = ""
    """Digest of a volume's source, or of a claim's data source and selector: Kubernetes freezes both."""
    data: str = ""
    """Where the data lies on the volume, as the caller says."""


_ALWAYS = frozenset({"cluster", "target", "unit"})

Facts = Callable[[Body], dict[str, Any]]

_ENCODER = json.JSONEncoder(separators=(", ", ": "))


def stored(manifests: Iterable[Manifest], cluster: str, data: Mapping[str, str] | None = None) -> tuple[Stored, ...]:
    """The records of the manifests that are storage, in the order of their targets.

    `data` tells by target where the data lies; targets without an entry have none.
    """
    data = data or {}
    records = [
        Stored(cluster, one.target, one.unit, data=data.get(one.target, ""), **_FACTS[one.kind](one.body))
        for one in manifests
        if one.kind in _FACTS and one.api_version == "v1"
    ]
    return tuple(sorted(records, key=lambda record: record.target))


def to_json(record: Stored) -> str:
    """One line of JSON; fields that are not given are left out. ASCII, so that no character can end the line."""
    given = {
        name: value
        for name, value in record._asdict().items()
        if value or name in _ALWAYS or (name == "storage_class" and value is not None)
    }
    return _ENCODER.encode(given)


def from_json(line: str) -> Stored:
    """The record of a line.

    Raises: ValueError, where the line is no such record.
    """
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("not a record of storage") from error
    if not isinstance(given, dict) or not all(_fits(name, value) for name, value in given.items()):
        raise ValueError("not a record of storage")
    if "access_modes" in given:
        given["access_modes"] = tuple(given["access_modes"])
    try:
        return Stored(**given)
    except TypeError as error:
        raise ValueError("not a record of storage") from error


def _fits(name: str, value: Any) -> bool:
    if name == "access_modes":
        return isinstance(value, list) and all(isinstance(mode, str) for mode in value)
    return isinstance(value, str)


def _claim(body: Body) -> dict[str, Any]:
    spec = body.get("spec") or {}
    requests = (spec.get("resources") or {}).get("requests") or {}
    return {
        "size": _size(requests),
        "volume_name": spec.get("volumeName", ""),
        "source": _digest(spec, ("dataSource", "dataSourceRef", "selector")),
        **_common(spec),
    }


# What a volume's spec has besides its source: types of source are many, and more come.
_AROUND_SOURCE = frozenset({
    "accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
    "storageClassName", "volumeAttributesClassName", "volumeMode",
})  # fmt: skip


def _volume(body: Body) -> dict[str, Any]:
    spec = body.get("spec") or {}
    return {
        "size": _size(spec.get("capacity") or {}),
        "volume_name": body["metadata"]["name"],
        "source": _digest(spec, (key for key in spec if key not in _AROUND_SOURCE)),
        **_common(spec),
    }


def _namespace(_: Body) -> dict[str, Any]:
    return {}


def _size(amounts: Mapping[str, Any]) -> str:
    text = str(amounts.get("storage", ""))
    try:
        return quantity(text)
    except ValueError:
        return text


def _common(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "storage_class": spec.get("storageClassName"),
        "access_modes": tuple(spec.get("accessModes") or ()),
        "volume_mode": spec.get("volumeMode", ""),
    }


def _digest(spec: Mapping[str, Any], keys: Iterable[str]) -> str:
    found = dict(_given(spec, keys))
    return run_digest(found) if found else ""


def _given(spec: Mapping[str, Any], keys: Iterable[str]) -> Iterator[tuple[str, Any]]:
    for key in keys:
        if spec.get(key):
            yield key, spec[key]


_FACTS: Mapping[str, Facts] = {"PersistentVolumeClaim": _claim, "PersistentVolume": _volume, "Namespace": _namespace}
