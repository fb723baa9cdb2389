"""The configuration files of every training that any committed tree, or the repo of these tests, renders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.training.rendered import CLUSTERS, rendered

ROOT = Path(__file__).parents[2]
TREES = ("sample-repo/rendered", "tests/golden/*/expected")
KINDS = ("PyTorchJob",)

Objects = Iterable[Mapping[str, Any]]


class Training(NamedTuple):
    """A training: its files by name, and the processes that share it."""

    label: str
    files: Mapping[str, str]
    processes: int

    def __str__(self) -> str:
        return self.label


@cache
def trainings() -> list[Training]:
    """Every training, in the order of the trees."""
    found = [one for tree in TREES for root in sorted(ROOT.glob(tree)) for one in _of_tree(root)]
    upstream = os.environ.get("HYDRA_UPSTREAM")
    if upstream:
        found += _of_tree(Path(upstream, "cases/exemplar/expected"))
    return found + [one for cluster in CLUSTERS for one in _of_objects(cluster, rendered(cluster))]


def with_files(*names: str) -> list[Training]:
    """The trainings that have files of those names."""
    return [one for one in trainings() if one.files.keys() >= set(names)]


def _of_tree(root: Path) -> Iterator[Training]:
    texts = [file.read_text("utf-8") for file in sorted(root.rglob("*.yaml")) if file.name != "kustomization.yaml"]
    objects = [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if isinstance(one, dict)]
    return _of_objects(root.parent.name, objects)


def _of_objects(tree: str, objects: Objects) -> Iterator[Training]:
    everything = list(objects)
    files = {_key(one): one.get("data", {}) for one in everything if one.get("kind") == "ConfigMap"}
    for job in everything:
        if job.get("kind") in KINDS:
            namespace = job["metadata"].get("namespace")
            for name in _config_maps(job):
                yield Training(f"{tree}:{job['metadata']['name']}", files.get((namespace, name), {}), _processes(job))


def _key(one: Mapping[str, Any]) -> tuple[str | None, str]:
    return one["metadata"].get("namespace"), one["metadata"]["name"]


def _config_maps(job: Mapping[str, Any]) -> Sequence[str]:
    replicas = job["spec"]["pytorchReplicaSpecs"].values()
    volumes = [volume for replica in replicas for volume in replica["template"]["spec"].get("volumes", ())]
    return sorted({volume["configMap"]["name"] for volume in volumes if "configMap" in volume})


def _processes(job: Mapping[str, Any]) -> int:
    nodes = sum(int(replica["replicas"]) for replica in job["spec"]["pytorchReplicaSpecs"].values())
    each = str(job["spec"].get("nprocPerNode", "1"))
    return nodes * (int(each) if each.isdigit() else 1)
