"""Repos with a `gitops` section, compiled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.compiled import Compiled, compiled, repo_of

URL = "https://git.acme.io/ml/platform.git"
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
datasets:
  tickets: {source: s3://corp/tickets}
  greetings: {source: ./greetings.jsonl}
"""
JOB = """\
jobs:
  train:
    framework: pytorch
    image: registry.acme.io/train:1.4
    accelerator: {type: a100-80gb}
    mounts: {/data: {dataset: tickets}}
    output: {path: /out, size: 50Gi}
"""
SPEC: dict[str, Any] = {
    "storage": {"default": {"class": "cephfs"}},
    "accelerators": {"a100-80gb": {"count": 8, "node": {"cpu": 96, "memory": "1Ti"}}},
}


def cluster(name: str = "prod", /, *, more: dict[str, Any] | None = None, **gitops: Any) -> str:
    """A cluster with that section."""
    spec = SPEC | ({"gitops": gitops} if gitops else {}) | (more or {})
    return yaml.safe_dump(
        {"apiVersion": "hydra.io/v1alpha1", "kind": "Cluster", "metadata": {"name": name}, "spec": spec}
    )


def tree(root: Path, *clusters: str, project: str = PROJECT + JOB, **files: str) -> Compiled:
    """A repo with those clusters, and `bot` on all of them."""
    names = [yaml.safe_load(one)["metadata"]["name"] for one in clusters]
    named = {f"clusters/{name}.yaml": text for name, text in zip(names, clusters, strict=True)}
    specs = {"hydra.yaml": project + f"clusters: {names}\n", "greetings.jsonl": "{}\n"} if project else {}
    more = {path.replace("__", "/") + ".yaml": text for path, text in files.items()}
    settings = {".hydra.yaml": f"foreign: {{platform: {names}}}\n"}
    return compiled(repo_of(root, named | specs | more | settings))


def objects_below(result: Compiled, directory: str) -> dict[str, dict[str, Any]]:
    """The objects in a directory of the tree, by file; not those below it."""
    files = {
        path.removeprefix(f"{directory}/"): text
        for path, text in result.rendered.files.items()
        if path.startswith(f"{directory}/")
    }
    return {
        path: yaml.safe_load(text) for path, text in files.items() if "/" not in path and path != "kustomization.yaml"
    }
