"""A node, a tiny model, and clusters of what is compiled. Without the trainers the tests of this folder are skipped."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.training import node as machine
from tests.training.cluster import Cluster
from tests.training.containers import STUBS
from tests.training.node import Node
from tests.training.rendered import REPO, rendered

# Last, so that what is installed comes first.
sys.path.append(str(STUBS))


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """Where pods run."""
    obstacle = machine.obstacle()
    if obstacle:
        pytest.skip(obstacle)
    with Node() as made:
        yield made


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a tiny model."""
    from tests.training.tiny import save_model

    directory = tmp_path_factory.mktemp("tiny")
    save_model(directory, [file.read_text("utf-8") for file in sorted(REPO.glob("**/*.jsonl"))])
    return directory


@pytest.fixture
def cluster_of(node: Node, tiny_model: Path, tmp_path: Path) -> Callable[[str], Cluster]:
    """A cluster by its name, with its objects, and the claim that the model lies on."""

    def made(name: str) -> Cluster:
        cluster = Cluster(node, tmp_path, rendered(name))
        shutil.copytree(tiny_model, cluster.claim("tiny-models") / "tiny-qwen")
        return cluster

    return made


@pytest.fixture
def cluster(cluster_of: Callable[[str], Cluster]) -> Cluster:
    """The cluster whose nodes take one process."""
    return cluster_of("nodes")


@pytest.fixture(scope="session")
def deepspeed_op() -> None:
    """What DeepSpeed talks through on processors. Without it, each pod would compile it, for minutes."""
    from deepspeed.git_version_info import installed_ops

    if not installed_ops.get("deepspeed_shm_comm"):
        pytest.skip("there was no C++ compiler when DeepSpeed was installed")
