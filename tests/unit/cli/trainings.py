"""A repo with trainings: two clusters, two projects, what fits and what does not."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from compiler.cli import hydra
from tests.command import inside, repo_of

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {{name: {name}}}
spec:
  kubernetes: "1.33"
  storage: {{default: {{class: fast, accessModes: [ReadWriteMany], size: 100Gi}}}}
  accelerators:
    a100-80gb: {{count: 64, perNode: 8, node: {{cpu: 96, memory: 1Ti}}}}
    rtx-4090: {{count: 8, perNode: 8, node: {{cpu: 64, memory: 128Gi}}}}
  operators: {{training: {{api: kubeflow.org/v1, version: "1.9"}}}}
"""
BOT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
clusters: [one, two]
datasets:
  chats: {source: s3://corp/chats, secret: s3, volume: {size: 10Gi}, format: {style: alpaca, splits: {train: a.jsonl}}}
hyperparameters:
  short: {epochs: 1, sequenceLength: 2048, globalBatchSize: 32, learningRate: 1.0e-5}
finetunes:
  tuned:
    model: qwen2.5-7b-instruct
    dataset: chats
    method: full
    hyperparameters: short
    accelerator: {type: a100-80gb, count: 8}
  adapted:
    model: qwen2.5-7b-instruct
    dataset: chats
    method: lora
    accelerator: {type: a100-80gb, count: 1}
jobs:
  own:
    framework: pytorch
    image: registry.acme.io/train:1.0
    command: [python, train.py]
    replicas: {worker: 3}
    accelerator: {type: a100-80gb, count: 8}
    mounts: {/data: {dataset: chats}}
    output: {path: /out, size: 50Gi}
"""
SEARCH = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: search, namespace: nlp}
clusters: [two]
datasets:
  pairs: {source: s3://corp/pairs, secret: s3, volume: {size: 10Gi}, format: {style: alpaca, splits: {train: a.jsonl}}}
finetunes:
  tuned:
    model: qwen2.5-0.5b-instruct
    dataset: pairs
    method: lora
    accelerator: {type: rtx-4090, count: 1}
"""
LARGE = """\
  large:
    model: qwen2.5-7b-instruct
    dataset: pairs
    method: full
    accelerator: {type: rtx-4090, count: 1}
"""
BROKEN = """\
  broken:
    model: nothing
    dataset: pairs
    accelerator: {type: rtx-4090, count: 1}
"""
FILES = {
    ".hydra.yaml": "output: rendered\n",
    "clusters/one.yaml": CLUSTER.format(name="one"),
    "clusters/two.yaml": CLUSTER.format(name="two"),
    "bot/hydra.yaml": BOT,
    "search/hydra.yaml": SEARCH,
}


def trainings(root: Path, *, search: str = "") -> Path:
    """The repo, with further fine-tunings of the project `search`."""
    return repo_of(root, FILES | {"search/hydra.yaml": SEARCH + search})


def hydra_in(root: Path, *arguments: str) -> Result:
    """`hydra <arguments>` in a repo."""
    with inside(root):
        return CliRunner().invoke(hydra, arguments, catch_exceptions=False)
