"""A pod, and servers that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.planning.comparing.server import Pod, Server, Talk


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Talk, dict[str, Any]], None]], Server]]:
    servers: list[Server] = []

    def start(answers: Callable[[Talk, dict[str, Any]], None]) -> Server:
        servers.append(Server(answers))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
