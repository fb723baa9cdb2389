"""A pod as the kubelet runs it: init containers in order, then its container, again after a failure where it may."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from tests.training.containers import IMAGE, Container, Identity, Program
from tests.training.environment import PodFacts, argv, environment
from tests.training.node import Node
from tests.training.volumes import Storage, mounts, volumes

RESTART_SECONDS = 0.2
"""Before a container runs again. The kubelet's ten seconds and more would only make the tests longer."""

Spec = Mapping[str, Any]


class Phase(Enum):
    """As in the pod's status."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class Host(NamedTuple):
    """What a pod gets from the cluster that it runs in."""

    node: Node
    storage: Storage
    directory: Path
    """For logs, and for what lives as long as the pod."""
    hosts: str
    """/etc/hosts, with the names of the job's other pods."""


class Pod:
    """One pod; `step` takes it further. `added` are the variables that an operator appends."""

    def __init__(self, host: Host, facts: PodFacts, spec: Spec, restart: str, added: Sequence[Spec] = ()) -> None:
        self.name = facts.name
        self.phase = Phase.PENDING
        self.restarts = 0
        self.codes: list[int] = []
        """Exit codes of the container, of each time that it ran."""
        self.finished: float | None = None
        """When it came to an end, in seconds since the epoch."""
        self._host, self._facts, self._spec, self._restart, self._added = host, facts, spec, restart, added
        self._directory = host.directory / facts.name
        self._directory.mkdir(parents=True)
        self._volumes = volumes(spec, host.storage, self._directory / "volumes")
        self._inits = list(spec.get("initContainers", ()))
        self._running: Container | None = None
        self._attempts = count()
        self._not_before = 0.0

    @property
    def log(self) -> str:
        """What all its containers said so far."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.finished is not None

    def step(self) -> None:
        """See what became of the running container, and start the next one."""
        if self.over or time.monotonic() < self._not_before:
            return
        if self._running is None:
            self._start()
            return
        code = self._running.exit_code()
        if code is not None:
            self._running = None
            self._ended(code)

    def kill_container(self) -> None:
        """End the running container the way the kernel does when memory is short."""
        if self._running:
            self._running.kill()

    def delete(self) -> None:
        """Ask its container to end, and end it after the grace period that the spec gives."""
        if self.over:
            return
        if self._running:
            self._stop(self._running, self._spec.get("terminationGracePeriodSeconds", 30))
        self._finish(Phase.FAILED)

    @property
    def _log(self) -> Path:
        return self._directory / "log"

    def _start(self) -> None:
        if not self._inits:
            self.phase = Phase.RUNNING
        container = self._inits[0] if self._inits else self._spec["containers"][0]
        state = self._directory / f"{container['name']}-{next(self._attempts)}"
        program = self._program(container, () if self._inits else self._added)
        self._running = Container(self._host.node, self.name, self._host.hosts, program, state, self._log)

    def _ended(self, code: int) -> None:
        if not self._inits:
            self.codes.append(code)
        if code and self._restart != "Never":
            self.restarts += 1
            self._not_before = time.monotonic() + RESTART_SECONDS
        elif code:
            self._finish(Phase.FAILED)
        elif self._inits:
            del self._inits[0]
        else:
            self._finish(Phase.SUCCEEDED)

    def _finish(self, phase: Phase) -> None:
        self.phase, self.finished, self._running = phase, time.time(), None

    @staticmethod
    def _stop(container: Container, grace_seconds: float) -> None:
        container.terminate()
        deadline = time.monotonic() + grace_seconds
        while container.exit_code() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        container.kill()

    def _program(self, container: Spec, added: Sequence[Spec]) -> Program:
        entries = [*container.get("env", ()), *added]
        variables = environment(entries, self._facts, self._host.storage.files, IMAGE)
        own = {name: variables[name] for name in (entry["name"] for entry in entries)}
        security = {**self._spec.get("securityContext", {}), **container.get("securityContext", {})}
        return Program(
            argv(container, own),
            variables,
            mounts(container, self._volumes),
            Identity(security.get("runAsUser", 0), security.get("runAsGroup", 0)),
            security.get("readOnlyRootFilesystem", False),
        )
