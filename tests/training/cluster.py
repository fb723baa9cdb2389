"""A cluster small enough for a test: claims are directories, and a job runs when it is asked to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from compiler.emission.digests import DIGEST_LENGTH
from tests.training.node import Node
from tests.training.operator import KINDS, Job
from tests.training.pods import Spec
from tests.training.volumes import Storage


class Cluster:
    """Holds the objects of a compiled repo, below a directory of the test."""

    def __init__(self, node: Node, directory: Path, objects: Iterable[Spec]) -> None:
        self._node, self._directory, self._objects = node, directory, list(objects)
        files = {one["metadata"]["name"]: one.get("data", {}) for one in self._objects if one["kind"] == "ConfigMap"}
        self._storage = Storage(directory / "claims", files)
        self._runs = count()
        for one in self._objects:
            if one["kind"] == "PersistentVolumeClaim":
                self.claim(one["metadata"]["name"])

    def claim(self, name: str) -> Path:
        """The directory of a claim, made if it is not there yet."""
        directory = self._storage.claims / name
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def object(self, kind: str, prefix: str) -> dict[str, Any]:
        """The one object of a kind whose name is that, or that with a digest."""
        called = re.compile(rf"{re.escape(prefix)}(-[^-]{{{DIGEST_LENGTH}}})?")
        found = [one for one in self._objects if one["kind"] == kind and called.fullmatch(one["metadata"]["name"])]
        if len(found) != 1:
            raise LookupError(f"{len(found)} objects of the kind {kind} are called {prefix}")
        return dict(found[0])

    @contextmanager
    def started(self, kind: str, prefix: str) -> Iterator[Job]:
        """A job of that kind and name; what of it still runs at the end of the context is killed."""
        job = KINDS[kind](
            self.object(kind, prefix), self._node, self._storage, self._directory / "jobs" / str(next(self._runs))
        )
        try:
            yield job
        finally:
            job.delete()

    def run(self, kind: str, prefix: str, seconds: float = 240) -> Job:
        """A job from its start to its end."""
        with self.started(kind, prefix) as job:
            job.wait(seconds)
        return job
