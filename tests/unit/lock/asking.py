"""Asks resolvers as `hydra lock` does, in an environment that the test alone makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import InFile
from compiler.lock.asking import Asker
from compiler.lock.resolver_problems import Unresolved
from compiler.lock.resolvers.registry import resolvers
from compiler.lock.wanted import Wanted
from tests.unit.lock.servers import PATIENT

LEFT_OUT = (
    "HF_", "HUGGING_FACE_", "MODELSCOPE_", "DOCKER_", "REGISTRY_", "HYDRA_", "XDG_", "GIT_", "HTTP_", "HTTPS_", "NO_",
    "ALL_", "http_", "https_", "no_", "all_", "NETRC", "REQUESTS_", "CURL_",
)  # fmt: skip


def alone(patch: pytest.MonkeyPatch, home: Path, **environment: str) -> None:
    """Only this environment, and an empty home."""
    import os

    for name in [name for name in os.environ if name.startswith(LEFT_OUT)]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name, value in environment.items():
        patch.setenv(name, value)


def want(system: str, location: str, revision: str = "") -> Wanted:
    return Wanted(system, f"{system}:{location}@{revision}", location, revision, InFile("hydra.yaml"))


def ask(wanted: Wanted, asker: Asker | None = None) -> str:
    """What it means; else the code, what is wrong and what to do, on three lines."""
    try:
        return resolvers()[wanted.system].resolve(wanted, asker or Asker(PATIENT))
    except Unresolved as why:
        return f"{why.code.id}\n{why.wrong}\n{why.do}"
