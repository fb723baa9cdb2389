"""A stand-in for an API server, and a repo to hold against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_server.server import Running, running
from tests.unit.live.repos import cluster_with, repo_in


@pytest.fixture
def up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A stand-in that the kubeconfig's context `prod` names, with the namespace of the repo."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with running(tmp_path / "server") as server:
        monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
        cluster_with(server.cluster)
        yield server


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repo with a claim, a Job, a ConfigMap and a service."""
    return repo_in(tmp_path / "repo")
