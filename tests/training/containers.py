"""One container as a process: its argv and environment, in namespaces where its mounts are the only changeable files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.training.node import ISOLATED, Node
from tests.training.volumes import Mount

SCRIPT = Path(__file__).with_name("container.sh")
STUBS = Path(__file__).with_name("stubs")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

IMAGE = {"PATH": f"{Path(sys.prefix, 'bin')}:{SYSTEM_PATH}", "PYTHONPATH": str(STUBS), "LANG": "C.UTF-8"}
"""What the environment of the trainer's image says: this test's own Python is its Python."""

IMAGE_DIRECTORIES = sorted({Path(sys.prefix), Path(sys.base_prefix), STUBS})
"""What has to be at its own path in a container, even where that path is below a volume's."""

USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
"""/etc/passwd of an image that was made for root."""


class Identity(NamedTuple):
    """Who runs a container."""

    user: int
    group: int


class Program(NamedTuple):
    """What a container runs."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    mounts: Sequence[Mount]
    identity: Identity
    frozen: bool
    """Whether the root directory is read-only."""


class Container:
    """A running container; what it says goes to `log`."""

    def __init__(self, node: Node, host: str, hosts: str, program: Program, state: Path, log: Path) -> None:
        root = state / "root"
        root.mkdir(parents=True)
        variables = [f"{name}={value}" for name, value in program.environment.items()]
        mounts = sorted((*_image_mounts(state, hosts), *program.mounts), key=lambda mount: mount.target.count("/"))
        table = state / "mounts"
        table.write_text("".join(f"{'ro' if one.read_only else 'rw'}\t{one.source}\t{one.target}\n" for one in mounts))
        setting = [str(root), str(table), host, *map(str, program.identity), "yes" if program.frozen else "no"]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*node.enter, *ISOLATED, "sh", str(SCRIPT), *setting, *variables, *program.argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def exit_code(self) -> int | None:
        """The exit code, 128 and the signal's number where one ended it, or nothing while it runs."""
        code = self._process.poll()
        return code if code is None or code >= 0 else 128 - code

    def terminate(self) -> None:
        """Ask the container's first process to end, as the kubelet does when a pod is deleted."""
        for child in _children(self._process.pid):
            os.kill(child, signal.SIGTERM)

    def kill(self) -> None:
        """End every process of the container at once."""
        self._process.kill()
        self._process.wait()


def _image_mounts(state: Path, hosts: str) -> Sequence[Mount]:
    files = {"/etc/hosts": hosts, "/etc/passwd": USERS}
    for path, content in files.items():
        Path(state, Path(path).name).write_text(content)
    return [
        *(Mount(Path(state, Path(path).name), path, read_only=True) for path in files),
        *(Mount(directory, str(directory), read_only=True) for directory in IMAGE_DIRECTORIES),
    ]


def _children(parent: int) -> Sequence[int]:
    return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
