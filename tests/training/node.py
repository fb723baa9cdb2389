"""The machine that pods run on: a network of its own without a way out, and namespaces for each container."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOOLS = ("unshare", "nsenter", "mount", "umount", "pivot_root", "hostname")

ISOLATED = ("unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Before a command that gets mounts, a host name and processes of its own, and that dies with this process."""

USER_NAMESPACE = () if os.geteuid() == 0 else ("--user", "--map-root-user")
INTO_USER_NAMESPACE = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")


class Node:
    """A network that the pods of a cluster share; closed when the context ends.

    Raises: OSError, where this machine lets nobody make one.
    """

    def __init__(self) -> None:
        holder = [sys.executable, "-I", str(Path(__file__).with_name("loopback.py"))]
        self._network = subprocess.Popen(
            ["unshare", *USER_NAMESPACE, "--net", *holder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._network.stdout is not None
        if self._network.stdout.readline() != "up\n":
            raise OSError(f"no network can be made here: {self._network.communicate()[1].strip()}")

    @property
    def enter(self) -> Sequence[str]:
        """Before a command that runs on this node."""
        return ("nsenter", "--target", str(self._network.pid), *INTO_USER_NAMESPACE, "--net")

    def __enter__(self) -> Node:
        return self

    def __exit__(self, *_: object) -> None:
        self._network.communicate()


def obstacle() -> str | None:
    """Why containers cannot run on this machine, or nothing."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)}: not found"
    try:
        with Node() as node:
            tried = subprocess.run([*node.enter, *ISOLATED, "true"], capture_output=True, text=True, check=False)
    except OSError as problem:
        return str(problem)
    return f"no namespaces can be made here: {tried.stderr.strip()}" if tried.returncode else None
