"""Run digests: what result is asked for, and where it lies."""

from __future__ import annotations

import json
import posixpath
from typing import NamedTuple

from compiler.emission.digests import run_digest
from compiler.linking.artifact import Artifact
from compiler.sources.base import Placement

DATA = "data"
READY = "ready.json"
STATE = ".hydra"


class Run(NamedTuple):
    """One load of an artifact. Paths are from the claim's root."""

    digest: str
    state: str
    """Directory of the marker and the lock."""

    target: str
    """Directory of the data."""

    way: str
    """From the marker's directory to the data."""

    @property
    def marker(self) -> str:
        """The file that says that the data is whole."""
        return posixpath.join(self.state, READY)


def run_of(artifact: Artifact) -> Run:
    """The run that an artifact's spec asks for.

    The digest covers what the data is and who owns it: the source and its revision, the round, the directory, user and
    group. Images, mirrors, resources, labels and modes are not in it: none of them makes other data.
    """
    digest = run_digest(
        {
            "source": artifact.source.type.name,
            "content": {key: value for key, value in artifact.source.content.items() if value not in (None, "", [])},
            "round": artifact.round,
            "owner": [artifact.mount.uid, artifact.mount.gid],
            "path": artifact.mount.path,
        }
    )
    below = artifact.mount.path.strip("/")
    if artifact.in_place:
        return Run(digest, posixpath.join(below, STATE, digest), below, "../..")
    return Run(digest, posixpath.join(below, digest), posixpath.join(below, digest, DATA), DATA)


def ready_text(artifact: Artifact, run: Run) -> str:
    """The marker: one line of JSON that says what lies there. `path` leads from the marker to the data."""
    return json.dumps({"run": run.digest, "of": artifact.of, "source": artifact.source.uri, "path": run.way})


def produced(artifact: Artifact) -> bool:
    """Whether a preload makes the data, and so a marker says when it is whole."""
    return artifact.source.type.placement is Placement.LOADED
