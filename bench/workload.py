"""The repos that are measured: N small projects for one cluster.

    python -m bench.workload 1000 /tmp/repo [projects|datasets|finetunes]

`projects` have one dataset and one model each, `datasets` a dataset alone, `finetunes` a fine-tuning alone, of one model
and on one dataset that all share.

A project of the first kind has 17 lines and becomes four objects: a claim and a loading Job for the dataset, and the same for the model.
Nothing is random: the same N is the same bytes. Projects differ in what teams' projects differ in (names, sizes,
sources, revisions), so that no emitter gains from seeing one text a thousand times.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

OBJECTS = 4
"""Objects of a project."""

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata:
  name: prod
spec:
  kubernetes: "1.33"
  storage:
    default: {class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}
"""

PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata:
  name: {app}
  namespace: {namespace}
  labels: {{team: {team}}}
datasets:
  tickets:
    source: s3://corp-data/{app}/tickets
    secret: s3-readonly
    volume: {{size: {data}Gi}}
    mount: {{path: /, mode: "0774", uid: 1000, gid: 1000}}
models:
  base:
    source: hf://acme/{app}-7b@{revision}
    secret: hf-token
    volume: {{size: {weights}Gi}}
"""


DATASET = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: {app}, namespace: ml, labels: {{team: {team}}}}}
datasets:
  tickets:
    source: s3://corp-data/{app}/tickets
    secret: s3-readonly
    volume: {{size: {data}Gi}}
    format: {{style: alpaca, splits: {{train: train.jsonl}}}}
"""

FINETUNE = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: {app}, namespace: ml, labels: {{team: {team}}}}}
finetunes:
  tuned:
    model: shared/base
    dataset: shared/tickets
    method: {method}
    hyperparameters: {{learningRate: {rate}e-5, globalBatchSize: 64, sequenceLength: {tokens}}}
    accelerator: {{type: a100-80gb, count: {cards}}}
"""

SHARED = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: shared, namespace: ml}
datasets:
  tickets:
    source: s3://corp-data/tickets
    secret: s3-readonly
    format: {style: alpaca, splits: {train: train.jsonl}}
models:
  base: {source: "hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28"}
"""

CARDS = """\
  accelerators:
    a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 1Ti}}
  queue: {kind: kueue, name: ml}
"""
"""What fine-tunings need of a cluster."""

WAYS = (("lora", 8), ("qlora", 1), ("full", 16), ("lora", 1))
"""Methods and cards, in turn."""


def app(number: int) -> str:
    """The name of a project, which is also the name of its directory."""
    return f"app-{number:05d}"


def parameters(number: int) -> dict[str, str]:
    """What one project has of its own."""
    return {
        "app": app(number),
        "namespace": f"team-{number % 20:02d}",
        "team": f"team-{number % 20:02d}",
        "data": str(20 + number % 7 * 10),
        "weights": str(30 + number % 5 * 10),
        "method": WAYS[number % 4][0],
        "cards": str(WAYS[number % 4][1]),
        "rate": f"{1 + number / 1000:.3f}",
        "tokens": str(1024 << number % 3),
        "revision": hashlib.sha1(app(number).encode(), usedforsecurity=False).hexdigest(),
    }


def files(count: int, kind: str = "projects") -> Iterator[tuple[str, str]]:
    """The repo's files: path from its root, and text."""
    yield ".hydra.yaml", "output: rendered\n"
    yield "clusters/prod.yaml", CLUSTER + (CARDS if kind == "finetunes" else "")
    if kind == "finetunes":
        yield "teams/shared/hydra.yaml", SHARED
    text = {"projects": PROJECT, "datasets": DATASET, "finetunes": FINETUNE}[kind]
    for number in range(count):
        yield f"teams/{app(number)}/hydra.yaml", text.format(**parameters(number))


def write(root: Path, count: int, kind: str = "projects") -> Path:
    """Write the repo below `root`, which may exist and is not emptied. Answers `root`."""
    for path, text in files(count, kind):
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return root


if __name__ == "__main__":
    write(Path(sys.argv[2]), int(sys.argv[1]), *sys.argv[3:])
