"""Inputs and outputs of the real Dataset controller, as files: how they are read and what is compared."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from compiler.lowering.metadata import KEEP
from tests.upstream.crds import UPSTREAM

FOLDER = UPSTREAM / "cases" / "baizeai" if UPSTREAM else None
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
STORED = ("PersistentVolumeClaim", "PersistentVolume")
_FAILED = re.compile(r"^# (APPLY ERROR|cond \w+=False|STATUS .* phase=FAILED)", re.MULTILINE)
_UID = re.compile(r"-[0-9a-f]{8}-[0-9a-f]{3}$")
_OWN_HASH = re.compile(r"-[a-z0-9]{10}$")

Object = dict[str, Any]


class Case(NamedTuple):
    """One input and what the controller made of it."""

    name: str
    source: str
    expected: str

    @property
    def fails(self) -> bool:
        """Whether the original ends in an error, or waits for ever."""
        return bool(_FAILED.search(self.expected))

    def objects(self, *kinds: str) -> list[Object]:
        """Objects of some kinds that the controller made or changed."""
        found = [one for one in yaml.load_all(self.expected, yaml.CSafeLoader) if one]
        return [one for one in found if one["kind"] in kinds]

    def inputs(self) -> list[Object]:
        """The documents of the input."""
        return [one for one in yaml.load_all(self.source, yaml.CSafeLoader) if one]


def cases(folder: str) -> list[Case]:
    """The cases of a folder that have an output; none without the reference cases."""
    if FOLDER is None:
        return []
    return [
        Case(file.stem, file.read_text("utf-8"), (file.parent / "expected" / file.name).read_text("utf-8"))
        for file in sorted((FOLDER / folder).glob("*.yaml"))
        if (file.parent / "expected" / file.name).exists()
    ]


def files(folder: str) -> list[Path]:
    """The files of a folder; none without the reference cases."""
    return sorted((FOLDER / folder).glob("*.yaml")) if FOLDER else []


def named(objects: list[Object]) -> dict[tuple[str, str, str], Object]:
    """Objects by kind, namespace and name."""
    return {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in objects}


def comparable(body: Object, references: set[str]) -> Object:
    """An object without what is allowed to differ: owners, what kubectl and GitOps note, what ends a clone's name.

    `references` are names of clones without their ending.
    """
    body = copy.deepcopy(body)
    metadata = body["metadata"]
    metadata.pop("ownerReferences", None)
    body.pop("status", None)
    notes = {
        key: value
        for key, value in (metadata.pop("annotations", None) or {}).items()
        if key != LAST_APPLIED and KEEP.get(key) != value
    }
    if notes:
        metadata["annotations"] = notes
    metadata["name"] = _stem(metadata["name"], references)
    if "volumeName" in body["spec"]:
        body["spec"]["volumeName"] = _stem(body["spec"]["volumeName"], references)
    return body


def _stem(name: str, references: set[str]) -> str:
    for ending in (_UID, _OWN_HASH):
        stem = ending.sub("", name)
        if stem in references:
            return stem
    return name
