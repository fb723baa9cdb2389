"""The worked example of the design, to the last digit that it states."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from compiler.library.facts import ModelFacts
from compiler.planning.training.values import Ask
from tests.unit.planning.training.asks import GIB, ask, planned, pool, sizes

UPSTREAM = os.environ.get("HYDRA_UPSTREAM")
TINY = ModelFacts.model_validate(
    {
        "parameters": 99584,
        "layers": 2,
        "hidden": 64,
        "heads": 4,
        "kvHeads": 2,
        "intermediate": 128,
        "vocab": 395,
        "context": 512,
    }
)
SMOKE = Ask(TINY, "float32", "sft", "full", 2, pool("cpu", 4, 1, 16, 64), 128, 4, deepspeed="zero2")
FULL = ask(method="full", cards=16)
LORA = ask(lora_rank=16)
ZERO2 = {
    "train_batch_size": 64,
    "train_micro_batch_size_per_gpu": 4,
    "gradient_accumulation_steps": 1,
    "gradient_clipping": 1.0,
    "bf16": {"enabled": True},
    "zero_optimization": {
        "stage": 2,
        "allgather_partitions": True,
        "allgather_bucket_size": 205520896,
        "reduce_scatter": True,
        "reduce_bucket_size": 205520896,
        "overlap_comm": False,
        "contiguous_gradients": True,
        "round_robin_gradients": True,
    },
}


def test_adapters_on_one_node_need_no_deepspeed() -> None:
    plan = planned(LORA)
    assert (plan.nodes, plan.per_node, plan.strategy, plan.micro_batch, plan.accumulation) == (1, 8, "none", 4, 2)
    assert (plan.precision, plan.deepspeed, plan.trainable) == ("bf16", None, 40_370_176)
    assert sizes(plan) == (41.9, 48.8, 57.9)
    assert (plan.cpu, plan.shm // GIB, plan.memory.host // GIB) == (64, 32, 256)


def test_all_weights_on_two_nodes_are_zero2() -> None:
    plan = planned(FULL)
    assert (plan.nodes, plan.per_node, plan.strategy, plan.micro_batch, plan.accumulation) == (2, 8, "zero2", 4, 1)
    assert sizes(plan) == (49.2, 56.0, 65.1)
    assert plan.trainable == 7_615_616_512
    assert (plan.cpu, plan.shm // GIB, plan.memory.host // GIB) == (64, 64, 256)
    assert json.dumps(plan.deepspeed) == json.dumps(ZERO2)


def test_processors_train_in_32_bit_and_ask_for_little() -> None:
    plan = planned(SMOKE)
    assert (plan.nodes, plan.per_node, plan.strategy, plan.micro_batch, plan.precision) == (2, 1, "zero2", 2, "fp32")
    assert (plan.cpu, plan.shm, plan.memory.host // GIB) == (2, 0, 4)
    assert plan.deepspeed is not None
    assert not {"bf16", "fp16"} & plan.deepspeed.keys()
    assert plan.deepspeed["zero_optimization"]["reduce_bucket_size"] == 65536
    alone = planned(SMOKE._replace(method="lora", cards=1, deepspeed="auto", lora_rank=4))
    assert (alone.strategy, alone.micro_batch, alone.accumulation, alone.memory.host // GIB) == ("none", 4, 1, 4)


@pytest.mark.upstream
@pytest.mark.parametrize(
    ("wanted", "file"),
    [(FULL, "support-bot/configmap-support-bot-dolly-full"), (SMOKE, "smoke/configmap-smoke-sums-full")],
)
def test_configurations_are_those_of_the_example(wanted: Ask, file: str) -> None:
    if UPSTREAM is None:
        pytest.skip("HYDRA_UPSTREAM does not name a folder with reference cases")
    path = Path(UPSTREAM) / "cases/exemplar/expected/rendered/prod/nlp" / f"{file}.yaml"
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))["data"]["deepspeed.json"]
    assert json.dumps(planned(wanted).deepspeed, indent=2) == expected.strip()


def test_parts_add_up() -> None:
    for wanted in (LORA, FULL, SMOKE):
        memory = planned(wanted).memory
        assert memory.total == tuple(map(sum, zip(*memory.parts.values(), strict=True)))
