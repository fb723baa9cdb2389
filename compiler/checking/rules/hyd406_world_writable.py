"""Data that every user of a node may change."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.linking.artifact import Artifact


def world_writable(artifact: Artifact, limit: str) -> Iterator[Finding]:
    """A mode whose last digit allows writing."""
    del limit
    if int(artifact.mount.mode[-1]) & 2:
        document = artifact.origin.document
        below = (
            document.at("spec", "mountOptions")
            if artifact.foreign
            else artifact.origin._replace(key=False).child("mount")
        )
        yield Finding(
            below.child("mode"),
            f"Mode {artifact.mount.mode} lets everybody change the data.",
            "Use a mode such as `0775`, and give consumers the group.",
        )


RULE = Rule(
    Code(
        "HYD406",
        Severity.WARNING,
        "Data is writable for everybody.",
        "Whatever mounts the volume can replace weights that others serve.",
        bad='mount: {mode: "0777"}',
        good='mount: {mode: "0775"}',
    ),
    on=Artifact,
    check=world_writable,
)
