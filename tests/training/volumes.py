"""The volumes of a pod as directories, and where they are mounted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

GENERATION = "..generation"
"""The kubelet keeps the files of a ConfigMap in a dated directory, and has links to them where they are mounted."""


class Mount(NamedTuple):
    """A directory or file of the host at a path of the container."""

    source: Path
    target: str
    read_only: bool


class Storage(NamedTuple):
    """Where the volumes of a cluster lie."""

    claims: Path
    """A directory for each claim that exists."""
    files: Mapping[str, Mapping[str, str]]
    """Contents of ConfigMaps by name and key."""


class Volume(NamedTuple):
    """A volume of a pod."""

    directory: Path
    read_only: bool


def volumes(pod: Mapping[str, Any], storage: Storage, scratch: Path) -> dict[str, Volume]:
    """The volumes of a pod's spec by name; what lives as long as the pod is made below `scratch`.

    Raises: LookupError, for a claim or ConfigMap that does not exist: the kubelet would wait for it.
    """
    return {volume["name"]: _volume(volume, storage, scratch / volume["name"]) for volume in pod.get("volumes", ())}


def mounts(container: Mapping[str, Any], of_pod: Mapping[str, Volume]) -> Sequence[Mount]:
    """The mounts of a container."""
    return [_mount(one, of_pod[one["name"]]) for one in container.get("volumeMounts", ())]


def _mount(mount: Mapping[str, Any], volume: Volume) -> Mount:
    source = volume.directory / mount.get("subPath", ".")
    return Mount(source, mount["mountPath"].rstrip("/"), volume.read_only or mount.get("readOnly", False))


def _volume(volume: Mapping[str, Any], storage: Storage, scratch: Path) -> Volume:
    kind = next(key for key in volume if key != "name")
    if kind not in KINDS:
        raise NotImplementedError(f"a volume of the kind `{kind}`")
    return KINDS[kind](volume[kind], storage, scratch)


def _claim(source: Mapping[str, Any], storage: Storage, _: Path) -> Volume:
    directory = storage.claims / source["claimName"]
    if not directory.is_dir():
        raise LookupError(f"there is no claim `{source['claimName']}`: the pod would wait for it")
    return Volume(directory, source.get("readOnly", False))


def _config_map(source: Mapping[str, Any], storage: Storage, scratch: Path) -> Volume:
    if source["name"] not in storage.files:
        raise LookupError(f"there is no ConfigMap `{source['name']}`: the pod would wait for it")
    content = storage.files[source["name"]]
    chosen = (
        {item["path"]: item["key"] for item in source["items"]} if "items" in source else {key: key for key in content}
    )
    for path, key in chosen.items():
        file, link = scratch / GENERATION / path, scratch / path
        for folder in (file.parent, link.parent):
            folder.mkdir(parents=True, exist_ok=True)
        file.write_text(content[key], "utf-8")
        link.symlink_to(Path(*[".."] * path.count("/"), GENERATION, path))
    return Volume(scratch, read_only=True)


def _empty(_: Mapping[str, Any], storage: Storage, scratch: Path) -> Volume:
    scratch.mkdir(parents=True)
    return Volume(scratch, read_only=False)


KINDS: Mapping[str, Callable[[Mapping[str, Any], Storage, Path], Volume]] = {
    "configMap": _config_map,
    "emptyDir": _empty,
    "persistentVolumeClaim": _claim,
}
