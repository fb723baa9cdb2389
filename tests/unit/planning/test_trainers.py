"""What trainers are told: variables of a vendor only on its cards, and Accelerate's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from compiler.library.entries.accelerator import Accelerator
from compiler.library.entries.trainer import Vendor
from compiler.planning.plans import FilesPlan
from compiler.planning.work import WorkPlan
from compiler.planning.workloads.finetune import plan_finetune
from tests.unit.linking.programs import linked, project

SECTIONS = """\
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
finetunes:
"""
CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage: {default: {class: cephfs, accessModes: [ReadWriteMany], fsGroup: true}}
  accelerators:
    a100-80gb: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    v100-32gb: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    mi300x: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    ascend-910b: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    cpu: {count: 4, perNode: 2, node: {cpu: 16, memory: 64Gi}}
"""
MODEL = "qwen2.5-0.5b-instruct"
OWN: dict[str, Any] = {"trainer": "accelerate", "script": "/train.py"}
CUDA = {"PYTORCH_CUDA_ALLOC_CONF", "NCCL_DEBUG"}


class Told:
    """The configuration, the command and the variables of a fine-tuning."""

    def __init__(
        self, root: Path, accelerator: str, count: int, arguments: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        entry = {"model": MODEL, "dataset": "tickets", "image": "registry.acme.io/train:1.0", **fields}
        line = json.dumps({**entry, "accelerator": {"type": accelerator, "count": count}})
        repo = linked(root, project(f"{SECTIONS}  one: {line}\n"), cluster=CLUSTER)
        staged = plan_finetune(repo.finetune("one")._replace(arguments=arguments or {}), repo.program)
        assert staged.value.plans, [one.wrong for one in staged.found]
        (files,) = [one.files for one in staged.value.plans if isinstance(one, FilesPlan)]
        (work,) = [one for one in staged.value.plans if isinstance(one, WorkPlan)]
        self.environment = work.replicas[0].pod.environment
        self.command = " ".join(json.loads(files["run.json"])["train"])
        self.deepspeed = json.loads(files.get("deepspeed.json", "{}"))
        self.config = yaml.safe_load(files["accelerate.yaml"]) if "accelerate.yaml" in files else {}


def test_trainers_and_accelerators_know_the_same_vendors() -> None:
    assert get_args(Vendor) == get_args(Accelerator.model_fields["vendor"].annotation)


@pytest.mark.parametrize("trainer", ["llamafactory", "torchrun", "accelerate"])
@pytest.mark.parametrize(
    ("accelerator", "variables"),
    [("a100-80gb", CUDA), ("mi300x", set()), ("ascend-910b", set()), ("cpu", set())],
)
def test_variables_of_cuda_are_for_cards_that_have_it(
    trainer: str, accelerator: str, variables: set[str], tmp_path: Path
) -> None:
    script: dict[str, Any] = {} if trainer == "llamafactory" else {"script": "/train.py"}
    told = Told(tmp_path, accelerator, 1, trainer=trainer, **script)
    assert told.environment.keys() & CUDA == variables


@pytest.mark.parametrize(
    ("method", "arguments", "fields", "made"),
    [
        ("lora", {}, {}, True),
        ("lora", {"logging_steps": 5}, {}, True),
        ("full", {}, {}, False),
        # Transformers refuses two figures for one thing, and DeepSpeed knows nothing of the other optimizers.
        ("lora", {"adam_beta1": 0.8}, {}, False),
        ("lora", {"loraplus_lr_ratio": 16.0}, {}, False),
        # A script makes its own, and Accelerate refuses a second one.
        ("lora", {}, OWN, False),
    ],
)
def test_deepspeed_makes_the_optimizer_of_adapters_where_the_trainer_lets_it(
    method: str, arguments: dict[str, Any], fields: dict[str, Any], made: bool, tmp_path: Path
) -> None:
    told = Told(tmp_path, "a100-80gb", 2, arguments, method=method, deepspeed="zero2", **fields)
    assert told.deepspeed
    assert ("optimizer" in told.deepspeed) is made


@pytest.mark.parametrize(("deepspeed", "said"), [("zero2", True), ("none", False)])
def test_deepspeed_is_told_that_it_is_on_processors(deepspeed: str, said: bool, tmp_path: Path) -> None:
    told = Told(tmp_path, "cpu", 2, deepspeed=deepspeed)
    assert (told.environment.get("DS_ACCELERATOR") == "cpu") is said


@pytest.mark.parametrize(
    ("accelerator", "count", "distributed", "precision"),
    [
        ("a100-80gb", 1, "NO", "bf16"),
        ("a100-80gb", 8, "MULTI_GPU", "bf16"),
        ("v100-32gb", 2, "MULTI_GPU", "fp16"),
        ("cpu", 1, "NO", "no"),
        ("cpu", 2, "MULTI_GPU", "no"),
    ],
)
def test_accelerate_on_one_node(accelerator: str, count: int, distributed: str, precision: str, tmp_path: Path) -> None:
    told = Told(tmp_path, accelerator, count, deepspeed="none", **OWN)
    assert (told.config["distributed_type"], told.config["mixed_precision"]) == (distributed, precision)
    assert told.config["num_processes"] == count
    assert "deepspeed" not in told.command
    assert not [name for name in told.environment if name.startswith("ACCELERATE_")]


def test_accelerate_is_not_told_the_precision_beside_deepspeed(tmp_path: Path) -> None:
    told = Told(tmp_path, "a100-80gb", 8, deepspeed="zero2", **OWN)
    assert "mixed_precision" not in told.config
    assert "--use_deepspeed --deepspeed_config_file=/mnt/config/deepspeed.json" in told.command


@pytest.mark.parametrize(
    ("accelerator", "count", "deepspeed", "variables"),
    [
        ("a100-80gb", 16, "none", {"MIXED_PRECISION": "bf16"}),
        ("a100-80gb", 16, "zero2", {"MIXED_PRECISION": "bf16", "USE_DEEPSPEED": "true"}),
        ("cpu", 4, "none", {"MIXED_PRECISION": "no", "USE_CPU": "true"}),
        ("cpu", 4, "zero2", {"MIXED_PRECISION": "no", "USE_DEEPSPEED": "true"}),
    ],
)
def test_accelerate_on_many_nodes(
    accelerator: str, count: int, deepspeed: str, variables: dict[str, str], tmp_path: Path
) -> None:
    told = Told(tmp_path, accelerator, count, deepspeed=deepspeed, **OWN)
    found = {name: value for name, value in told.environment.items() if name.startswith("ACCELERATE_")}
    file = found.pop("ACCELERATE_DEEPSPEED_CONFIG_FILE", None)
    assert found == {f"ACCELERATE_{name}": value for name, value in variables.items()}
    assert file == ("/mnt/config/deepspeed.json" if deepspeed != "none" else None)
    assert told.command.startswith("torchrun /train.py")
