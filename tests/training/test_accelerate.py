"""A script of one's own starts as often as was planned, with DeepSpeed where that was planned, by the real launchers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.training

pytest.importorskip("accelerate", reason="Accelerate is not installed: `make test-training`")

from tests.compiled import compiled, repo_of  # noqa: E402
from tests.training.cluster import Cluster  # noqa: E402
from tests.training.node import Node  # noqa: E402

REPO = Path(__file__).with_name("repo")
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: own, namespace: nlp}
datasets:
  numbers: {source: "pvc://own-data/numbers", format: {style: text, splits: {train: numbers.txt}}}
models:
  tiny:
    source: pvc://own-data/tiny
    facts: {parameters: 99584, layers: 2, hidden: 64, heads: 4, kvHeads: 2, intermediate: 128, vocab: 395, context: 512}
hyperparameters:
  quick: {epochs: 1, learningRate: 1.0e-3, globalBatchSize: 4, sequenceLength: 128, scheduler: cosine, warmupRatio: 0}
finetunes:
  lone: &entry
    model: tiny
    dataset: numbers
    stage: pt
    method: full
    trainer: accelerate
    image: registry.acme.io/train:1.0
    script: /mnt/model/tiny/train.py
    hyperparameters: quick
    accelerator: {type: cpu, count: 1}
    deepspeed: none
    output: {size: 1Gi}
  plain: {<<: *entry, accelerator: {type: cpu, count: 2}}
  parted: {<<: *entry, accelerator: {type: cpu, count: 2}, deepspeed: zero2}
"""
SCRIPT = '''\
"""Trains a layer for two steps, and says what Accelerate made of what it was told."""
import json
import sys
from pathlib import Path

import torch
from accelerate import Accelerator

told = json.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())
accelerator = Accelerator()
layer = torch.nn.Linear(4, 4)
rows = torch.utils.data.DataLoader(torch.ones(8, 4), batch_size=told["microBatchSize"])
layer, optimizer, rows = accelerator.prepare(layer, torch.optim.AdamW(layer.parameters()), rows)
for row in rows:
    accelerator.backward(layer(row).sum())
    optimizer.step()
if accelerator.is_main_process:
    output = Path(told["output"])
    output.mkdir(parents=True, exist_ok=True)
    output.joinpath("said.json").write_text(json.dumps([
        accelerator.num_processes, accelerator.distributed_type.value, accelerator.mixed_precision,
    ]))
accelerator.wait_for_everyone()
'''


@pytest.fixture
def made(node: Node, tmp_path: Path) -> Callable[[str], Cluster]:
    """A cluster by its name, with the script beside the model's weights."""

    def cluster_of(name: str) -> Cluster:
        files = {
            "hydra.yaml": PROJECT,
            f"clusters/{name}.yaml": (REPO / "clusters" / f"{name}.yaml").read_text("utf-8"),
        }
        result = compiled(repo_of(tmp_path / "repo", files))
        assert result.errors() == []
        cluster = Cluster(node, tmp_path, result.objects)
        data = {"tiny/train.py": SCRIPT, "tiny/config.json": "{}", "numbers/numbers.txt": "one\n"}
        repo_of(cluster.claim("own-data"), data)
        return cluster

    return cluster_of


@pytest.mark.parametrize(
    ("where", "name", "said"),
    [
        ("wide", "lone", '[1, "NO", "no"]'),
        ("wide", "plain", '[2, "MULTI_CPU", "no"]'),
        ("wide", "parted", '[2, "DEEPSPEED", "no"]'),
        ("nodes", "plain", '[2, "MULTI_CPU", "no"]'),
        ("nodes", "parted", '[2, "DEEPSPEED", "no"]'),
    ],
)
@pytest.mark.usefixtures("deepspeed_op")
def test_a_script_runs_as_was_planned(where: str, name: str, said: str, made: Callable[[str], Cluster]) -> None:
    cluster = made(where)
    job = cluster.run("PyTorchJob", f"own-{name}", 120)
    assert job.succeeded, job.log
    (file,) = cluster.claim(f"own-{name}").glob("runs/*/*/said.json")
    assert file.read_text("utf-8") == said
