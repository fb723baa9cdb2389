"""Decisions about fine-tunings: what asks for another run, how large results are, what is said of the data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.linking.workload import SecretKey
from compiler.planning.finetuning.claim import output_size
from compiler.planning.finetuning.runs import run_of_finetune
from compiler.planning.plans import ClaimPlan, FilesPlan
from compiler.planning.work import WorkPlan, WorkPod
from compiler.planning.workloads.finetune import plan_finetune
from tests.compiled import compiled
from tests.unit.linking.programs import CLUSTER, Linked, linked, project

SHARED = """\
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
  others: {source: s3://corp/others, format: {style: alpaca, splits: {train: train.jsonl}}}
  pairs: {source: s3://corp/pairs, format: {style: preference, splits: {train: pairs.jsonl}}}
models:
  base: {source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28}
  other: {source: hf://Qwen/Qwen2.5-7B-Instruct@bb46c15ee4bb56c5b63245ef50fd7637234d6f75}
finetunes:
"""
ENTRY: dict[str, Any] = {
    "model": "base",
    "dataset": "tickets",
    "accelerator": {"type": "a100-80gb", "count": 8},
    "hyperparameters": {"globalBatchSize": 64},
}


class Planned(NamedTuple):
    """The plans of a fine-tuning."""

    plans: Sequence[Any]
    found: Sequence[str]

    @property
    def claim(self) -> ClaimPlan:
        (one,) = [one for one in self.plans if isinstance(one, ClaimPlan)]
        return one

    @property
    def files(self) -> FilesPlan:
        (one,) = [one for one in self.plans if isinstance(one, FilesPlan)]
        return one

    @property
    def work(self) -> WorkPlan:
        (one,) = [one for one in self.plans if isinstance(one, WorkPlan)]
        return one

    @property
    def pod(self) -> WorkPod:
        (replicas,) = self.work.replicas
        return replicas.pod

    @property
    def size(self) -> str:
        """Of the output claim."""
        return str(self.claim.spec["resources"]["requests"]["storage"])

    def json(self, name: str) -> Any:
        """A file of the run."""
        return json.loads(self.files.files[name])

    @property
    def config(self) -> dict[str, Any]:
        """The trainer's configuration."""
        return dict(yaml.safe_load(self.files.files["train.yaml"]))


def over(entry: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """A merge patch (RFC 7386)."""
    merged = {**entry}
    for key, value in patch.items():
        old = merged.get(key)
        merged[key] = over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def of(root: Path, shared: str = SHARED, cluster: str = CLUSTER, **patch: Any) -> Linked:
    """A program with the fine-tuning `lora`."""
    line = json.dumps(over(ENTRY, patch))
    return linked(root, project(f"{shared}  lora: {line}\n"), cluster=cluster)


def planned(root: Path, shared: str = SHARED, cluster: str = CLUSTER, **patch: Any) -> Planned:
    """Its plans."""
    result = of(root, shared, cluster, **patch)
    assert not result.found, result.said
    staged = plan_finetune(result.finetune("lora"), result.program)
    return Planned(staged.value.plans, [f"{one.code.id} {one.wrong}" for one in staged.found])


def run(root: Path, shared: str = SHARED, cluster: str = CLUSTER, **patch: Any) -> str:
    """Its run digest."""
    result = of(root, shared, cluster, **patch)
    return run_of_finetune(result.finetune("lora"), result.program)


SAME: dict[str, dict[str, Any]] = {
    "cards": {"accelerator": {"count": 16}},
    "another card": {"accelerator": {"type": "l4", "count": 4}},
    "deepspeed": {"deepspeed": "zero2"},
    "a literal deepspeed": {"deepspeed": {"zero_optimization": {"stage": 3}}},
    "micro batch": {"hyperparameters": {"microBatchSize": 2}},
    "checkpointing": {"hyperparameters": {"gradientCheckpointing": False}},
    "precision": {"hyperparameters": {"precision": "bf16"}},
    "logging": {"hyperparameters": {"loggingSteps": 1, "saveSteps": 7}},
    "image": {"image": "registry.acme.io/llamafactory:0.9.5-acme"},
    "environment": {"env": {"NCCL_DEBUG": "INFO"}},
    "merge": {"output": {"merge": True}},
    "keep and size": {"output": {"keep": 5, "size": "1Ti", "class": "fast"}},
    "deadline": {"deadline": "48h"},
    "the default alpha": {"lora": {"alpha": 16}},
    "freeze of an adapter": {"freeze": {"layers": 3}},
    "what the preset says anyway": {"hyperparameters": {"learningRate": 1.0e-4, "epochs": 3}},
}
OTHER: dict[str, dict[str, Any]] = {
    "learning rate": {"hyperparameters": {"learningRate": 2.0e-5}},
    "global batch": {"hyperparameters": {"globalBatchSize": 128}},
    "sequence": {"hyperparameters": {"sequenceLength": 1024}},
    "seed": {"hyperparameters": {"seed": 43}},
    "steps": {"hyperparameters": {"maxSteps": 10}},
    "packing": {"hyperparameters": {"packing": True}},
    "samples": {"hyperparameters": {"maxSamples": 10}},
    "optimizer": {"hyperparameters": {"optimizer": "adamw_8bit"}},
    "attempt": {"attempt": 2},
    "method": {"method": "qlora"},
    "rank": {"lora": {"rank": 16}},
    "alpha": {"lora": {"alpha": 32}},
    "targets": {"lora": {"targets": ["q_proj"]}},
    "template": {"template": "chatml"},
    "model": {"model": "other"},
    "dataset": {"dataset": "others"},
}


@pytest.mark.parametrize("patch", SAME.values(), ids=SAME.keys())
def test_what_asks_for_no_other_result_is_the_same_run(patch: dict[str, Any], tmp_path: Path) -> None:
    assert run(tmp_path, **patch) == run(tmp_path)


@pytest.mark.parametrize("patch", OTHER.values(), ids=OTHER.keys())
def test_what_asks_for_another_result_is_another_run(patch: dict[str, Any], tmp_path: Path) -> None:
    assert run(tmp_path, **patch) != run(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tickets: {source", "tickets: {round: 2, source"),
        ("s3://corp/tickets", "s3://corp/tickets/2024"),
        ("@a09a35458c702b33eeacc393d103063234e8bc28", "@bb46c15ee4bb56c5b63245ef50fd7637234d6f75"),
        ("train: train.jsonl", "train: other.jsonl"),
        ("style: alpaca,", "style: alpaca, columns: {prompt: question, response: answer},"),
    ],
    ids=["round", "source", "revision", "splits", "columns"],
)
def test_other_data_is_another_run(before: str, after: str, tmp_path: Path) -> None:
    assert before in SHARED
    assert run(tmp_path, SHARED.replace(before, after)) != run(tmp_path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tickets: {source", "tickets: {volume: {size: 1Ti}, source"),
        ("tickets: {source", "tickets: {share: true, source"),
        ("train: train.jsonl", "train: train.jsonl, validation: dev.jsonl"),
        ("train: train.jsonl", "train: train.jsonl, test: test.jsonl"),
    ],
    ids=["volume", "share", "validation", "test"],
)
def test_where_data_lies_and_what_measures_it_are_not_in_the_run(before: str, after: str, tmp_path: Path) -> None:
    assert run(tmp_path, SHARED.replace(before, after)) == run(tmp_path)


def test_mirrors_are_not_in_the_run(tmp_path: Path) -> None:
    mirrored = CLUSTER.replace("spec:\n", "spec:\n  images: {registry: registry.acme.io/mirror}\n")
    assert run(tmp_path, cluster=mirrored) == run(tmp_path)


def test_a_base_that_trains_again_makes_another_run_of_what_begins_from_it(tmp_path: Path) -> None:
    first = "  first: {model: base, dataset: others, method: full, accelerator: {type: a100-80gb, count: 8}}\n"
    before = run(tmp_path, SHARED + first, model="first")
    assert before != run(tmp_path)
    assert run(tmp_path, SHARED + first.replace("method", "attempt: 2, method"), model="first") != before
    assert run(tmp_path, SHARED + first.replace("count: 8", "count: 16"), model="first") == before


def test_a_changed_micro_batch_is_another_object_of_the_same_run(tmp_path: Path) -> None:
    one, other = planned(tmp_path), planned(tmp_path, hyperparameters={"microBatchSize": 1})
    assert one.files.digest != other.files.digest
    assert one.json("run.json")["run"] == other.json("run.json")["run"]


def sized(root: Path, **patch: Any) -> str:
    return planned(root, **patch).size


def test_results_of_a_full_training_are_checkpoints_and_models(tmp_path: Path) -> None:
    # (3 checkpoints x 14 B + 2 models x 2 B) x 7,615,616,512 x 1.1 = 359 GiB
    assert sized(tmp_path, method="full", accelerator={"count": 16}, output={"keep": 2}) == "360Gi"
    assert sized(tmp_path, method="full", accelerator={"count": 16}, output={"keep": 1}) == "240Gi"


def test_results_of_adapters_are_small_unless_they_are_merged(tmp_path: Path) -> None:
    assert sized(tmp_path) == "2Gi"
    assert sized(tmp_path, output={"keep": 1}) == "1Gi"
    merged = int(sized(tmp_path, output={"merge": True}).removesuffix("Gi"))
    assert 2 * 14.2 * 1.1 <= merged <= 2 * 14.2 * 1.1 + 3


def test_a_size_that_is_said_is_taken(tmp_path: Path) -> None:
    assert sized(tmp_path, output={"size": "100Gi"}) == "100Gi"


def test_a_tiny_result_takes_one_gibibyte(tmp_path: Path) -> None:
    facts = (
        "{parameters: 99584, layers: 2, hidden: 64, heads: 4, kvHeads: 2, intermediate: 128, vocab: 395, context: 512}"
    )
    tiny = SHARED.replace(
        "finetunes:", f"  tiny: {{source: s3://corp/tiny, template: qwen, facts: {facts}}}\nfinetunes:"
    )
    hyperparameters = {"sequenceLength": 128}
    assert planned(tmp_path, tiny, model="tiny", method="full", hyperparameters=hyperparameters).size == "1Gi"


def test_from_a_hundred_on_sizes_are_whole_tens(tmp_path: Path) -> None:
    result = of(tmp_path, method="full", accelerator={"count": 16})
    plan = plan_finetune(result.finetune("lora"), result.program).value.summary
    assert plan is not None
    assert plan.plan is not None
    for weights in range(0, 400 << 30, 7 << 30):
        size = int(output_size(result.finetune("lora"), plan.plan, weights).removesuffix("Gi"))
        assert size <= 100 or size % 10 == 0


def test_no_name_of_storage_has_a_digest(tmp_path: Path) -> None:
    assert planned(tmp_path).claim.identity.name == planned(tmp_path, attempt=2).claim.identity.name == "bot-lora"


def test_one_node_is_a_master_and_many_are_elastic_workers(tmp_path: Path) -> None:
    one, many = planned(tmp_path), planned(tmp_path, accelerator={"count": 16})
    assert [(each.role, each.number) for each in one.work.replicas] == [("Master", 1)]
    assert one.work.elastic is None
    assert [(each.role, each.number) for each in many.work.replicas] == [("Worker", 2)]
    assert many.work.elastic is not None
    assert (many.work.elastic.least, many.work.elastic.most) == (2, 2)
    assert many.work.elastic.rendezvous_id == many.json("run.json")["run"]


def test_a_deadline_bounds_the_gate_too(tmp_path: Path) -> None:
    result = planned(tmp_path, deadline="2h")
    assert result.work.deadline_seconds == 7200
    assert {one.timeout_seconds for one in result.pod.gates} == {7200}
    assert {one.timeout_seconds for one in planned(tmp_path).pod.gates} == {86400}


def test_a_merge_has_a_marker_of_its_own(tmp_path: Path) -> None:
    told = planned(tmp_path, output={"merge": True}).json("run.json")
    assert told["ready"]["path"] == "adapter"
    assert told["merged"]["path"] == "merged"
    assert told["merge"][:2] == ["llamafactory-cli", "export"]
    assert "merge" not in planned(tmp_path).json("run.json")


def test_a_full_model_has_nothing_to_merge(tmp_path: Path) -> None:
    result = planned(tmp_path, method="full", output={"merge": True})
    assert "merge" not in result.json("run.json")
    assert "merge.yaml" not in result.files.files


def test_what_begins_from_a_merged_model_waits_for_the_merge(tmp_path: Path) -> None:
    first = "  first: {model: base, dataset: others, output: {merge: true}, accelerator: {type: a100-80gb, count: 8}}\n"
    result = planned(tmp_path, SHARED + first, model="first")
    gate = result.pod.gates[0]
    assert gate.wanted == "bot/finetunes/first"
    assert gate.producer == "PyTorchJob nlp/bot-first"
    assert gate.marker.startswith("/mnt/model/runs/")
    assert gate.marker.endswith("/merged.json")
    assert result.config["model_name_or_path"] == gate.marker.removesuffix("merged.json") + "merged"


def test_variables_of_the_spec_stand_over_those_of_the_trainer(tmp_path: Path) -> None:
    result = planned(tmp_path, env={"NCCL_DEBUG": "INFO", "WANDB": {"secret": "wandb", "key": "token"}})
    assert result.pod.environment["NCCL_DEBUG"] == "INFO"
    assert result.pod.environment["WANDB"] == SecretKey("wandb", "token")


def test_the_number_of_the_replica_is_the_operators(tmp_path: Path) -> None:
    assert planned(tmp_path, env={"HYDRA_REPLICA": "0"}).pod.environment["HYDRA_REPLICA"] != "0"


def test_preference_training_reads_pairs(tmp_path: Path) -> None:
    result = planned(tmp_path, stage="dpo", dataset="pairs")
    (described,) = result.json("dataset_info.json").values()
    assert described["ranking"] is True
    assert described["columns"] == {
        "prompt": "instruction",
        "query": "input",
        "chosen": "chosen",
        "rejected": "rejected",
    }
    assert (result.config["stage"], result.config["pref_beta"]) == ("dpo", 0.1)


def test_a_validation_split_is_evaluated_on(tmp_path: Path) -> None:
    with_validation = SHARED.replace("train: train.jsonl", "train: train.jsonl, validation: dev.jsonl", 1)
    result = planned(tmp_path, with_validation)
    assert result.config["eval_dataset"] == "tickets-validation"
    assert result.config["do_eval"] is True
    assert set(result.json("dataset_info.json")) == {"tickets", "tickets-validation"}
    assert "eval_dataset" not in planned(tmp_path).config


def test_the_batch_is_reached_exactly(tmp_path: Path) -> None:
    for count in (1, 2, 4, 8, 16):
        config = planned(tmp_path, accelerator={"count": count}).config
        assert config["per_device_train_batch_size"] * config["gradient_accumulation_steps"] * count == 64


def test_records_of_a_file_of_the_repo_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "sums.jsonl").write_text('{"question": "1 + 1", "output": "2"}\n')
    sums = SHARED.replace("s3://corp/tickets", "./sums.jsonl").replace("train.jsonl", "sums.jsonl", 1)
    assert planned(tmp_path, sums).found == [
        "HYD933 Record 1 of `sums.jsonl` has no `instruction`, which `prompt` is read from."
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has no records"),
        ("[]", "it has no records"),
        ("[1]", "record 1 is not an object"),
        ('{"a": 1}\n\n2\n', "line 3 is not an object"),
        ('{"a": 1}\nno\n', "line 2 is not JSON at column 1"),
        ("[" * 3000, "it nests too deep"),
        ('{"a": ' * 3000, "line 1 nests too deep"),
        ('{"a": ' + "1" * 5000 + "}", "line 1 holds a number that is too long"),
    ],
    ids=["empty", "empty list", "number", "third line", "text", "deep", "deep line", "long number"],
)
def test_a_file_without_records_says_why(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "sums.jsonl").write_text(text)
    sums = SHARED.replace("s3://corp/tickets", "./sums.jsonl").replace("train.jsonl", "sums.jsonl", 1)
    assert planned(tmp_path, sums).found == [f"HYD933 `sums.jsonl` cannot be read as training data: {why}."]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sums.jsonl", '{"instruction": "a", "output": "b"}\n'),
        ("sums.json", '[{"instruction": "a", "output": "b"}]'),
        ("sums.csv", "instruction,output\na,b\n"),
    ],
)
def test_records_come_in_several_forms(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    sums = SHARED.replace("s3://corp/tickets", f"./{name}").replace("train.jsonl", name, 1)
    assert not planned(tmp_path, sums).found


def shuffled(value: Any, draw: st.DrawFn) -> Any:
    """The same mapping with its keys in another order, at every depth."""
    if not isinstance(value, dict):
        return value
    keys = draw(st.permutations(sorted(value)))
    return {key: shuffled(value[key], draw) for key in keys}


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """A project with its keys in some order."""
    whole = yaml.safe_load(project(f"{SHARED}  lora: {json.dumps(ENTRY)}\n"))
    whole["jobs"] = {"run": {"framework": "jax", "image": "acme.io/run:1", "command": ["run"], "mounts": {"/m": {"model": "lora"}, "/d": {"dataset": "tickets"}}}}  # fmt: skip
    return dict(shuffled(whole, draw))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(orders())
def test_the_order_of_keys_does_not_matter(tmp_path: Path, written: dict[str, Any]) -> None:
    reference = tmp_path / "reference"
    if not reference.exists():
        (reference / "clusters").mkdir(parents=True)
        (reference / "clusters" / "prod.yaml").write_text(CLUSTER)
    expected = whole_of(reference, dict(sorted(written.items())))
    assert whole_of(reference, written) == expected
    assert whole_of(reference, written) == expected


def whole_of(root: Path, written: dict[str, Any]) -> dict[str, str]:
    """Every file that a project becomes, but for what depends on the order on purpose: none does."""
    (root / "hydra.yaml").write_text(json.dumps(written), "utf-8")
    result = compiled(root)
    assert not result.errors()
    return dict(result.rendered.files)
