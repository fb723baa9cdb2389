"""The repo that the tests hold against a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from compiler.change.values import Subject
from compiler.cli import hydra
from compiler.live.rendered import applied, tree_of
from compiler.requests import Request
from tests.api_server.cluster import Cluster
from tests.command import inside, repo_of

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage: {default: {class: cephfs, accessModes: [ReadWriteMany], size: 50Gi}}
  accelerators: {a100-80gb: {count: 16, perNode: 8}}
  operators:
    ray: {api: ray.io/v1, version: "1.5"}
    inference: {api: serving.kserve.io/v1beta1, version: "0.18", mode: Standard}
  namespaces: {nlp: {}}
"""
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp, labels: {team: nlp}}
datasets:
  tickets: {source: s3://corp/tickets, volume: {size: 10Gi}}
  more: {source: s3://corp/more}
models:
  base: {from: qwen2.5-0.5b-instruct}
services:
  chat: {model: base, accelerator: {type: a100-80gb, count: 1}}
"""
FILES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: files, namespace: nlp}
data: {a: "1"}
immutable: true
"""


def repo_in(root: Path, project: str = PROJECT, files: str = FILES, **more: str) -> Path:
    """A repo with one cluster."""
    root.mkdir(parents=True, exist_ok=True)
    names = {name.replace("__", "/") + ".yaml": text for name, text in more.items()}
    settings = "kinds: [apps/v1/StatefulSet]\n"
    return repo_of(
        root,
        {
            ".hydra.yaml": settings,
            "clusters/prod.yaml": CLUSTER,
            "hydra.yaml": project,
            "files.hydra.yaml": files,
            **names,
        },
    )


def cluster_with(cluster: Cluster) -> None:
    """The cluster as the platform team has prepared it."""
    cluster.namespace("nlp")


def subjects_of(root: Path) -> Sequence[Subject]:
    """What the repo renders for its cluster."""
    tree = tree_of(Request(root))
    assert tree.clusters, [one.wrong for one in tree.found]
    return tree.clusters["prod"]


def synced(cluster: Cluster, root: Path, manager: str = "kustomize-controller") -> Sequence[Subject]:
    """Have the cluster run what the repo renders."""
    subjects = subjects_of(root)
    for one in subjects:
        cluster.put(applied(one), manager)
    cluster.requests.clear()
    return subjects


def run(root: Path, *arguments: str) -> Result:
    """`hydra` in the repo; its two streams apart."""
    with inside(root):
        return CliRunner().invoke(hydra, arguments, env={"HYDRA_NO_CACHE": "1"}, catch_exceptions=False)
