"""A tiny model, Ray, and a browser. Without the servers the tests of this folder are skipped."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.browser import Browser, program
from tests.serving.local_ray import LocalRay

RUN = "52bgf4kthm"


@pytest.fixture(scope="session")
def tiny_mount(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a claim with a tiny model holds: `<run>/data`, as the preload leaves it."""
    from tests.training.tiny import save_model

    claim = tmp_path_factory.mktemp("claim")
    directory = claim / RUN / "data"
    directory.mkdir(parents=True)
    save_model(directory, ["What is two and two? Four.", "Which port does the server use? 8000."])
    return claim


@pytest.fixture(scope="session")
def local_ray() -> Iterator[LocalRay]:
    """Ray with Serve, for all tests of a run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with LocalRay(port) as ray:
        yield ray


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    """A browser of this test alone."""
    found = program()
    if found is None:
        pytest.skip("no Chromium is installed (Debian: chromium)")
    return Browser(found, tmp_path)
