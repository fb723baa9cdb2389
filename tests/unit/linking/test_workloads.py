"""What fine-tunings and jobs name: resolved, completed, and told about once."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.diagnostics import Severity
from compiler.linking.implicit import slug
from compiler.linking.workload import SecretKey
from compiler.planning.training.values import Stage
from tests.unit.linking.programs import Linked, linked, project

SHARED = """\
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
models:
  base: {source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28}
"""
CARDS = "accelerator: {type: a100-80gb, count: 8}"


def tuned(root: Path, *entries: str, more: str = "") -> Linked:
    """Fine-tunings of a base on tickets, a line each."""
    lines = "".join(f"  {entry}\n" for entry in entries)
    return linked(root, project(f"{SHARED}{more}finetunes:\n{lines}"))


def test_what_an_override_takes_out_is_missed_by_who_needs_it(tmp_path: Path) -> None:
    section = f"{SHARED}finetunes: {{lora: {{model: base, dataset: tickets, {CARDS}}}}}\n"
    taken = "overrides: {prod: {datasets: {tickets: null}}}\n"
    result = linked(tmp_path, project(f"{section}{taken}"))
    assert [one.code.id for one in result.found if one.level is Severity.ERROR] == ["HYD306"]


def test_references_lead_to_entries_of_the_project(tmp_path: Path) -> None:
    result = tuned(tmp_path, f"lora: {{model: base, dataset: tickets, {CARDS}}}")
    finetune = result.finetune("lora")
    assert not result.found
    assert result.program.links[finetune.of, "model"].of == "bot/models/base"
    assert result.program.links[finetune.of, "dataset"].of == "bot/datasets/tickets"


def test_a_fine_tuning_is_a_model_too(tmp_path: Path) -> None:
    result = tuned(
        tmp_path,
        f"first: {{model: base, dataset: tickets, output: {{merge: true}}, {CARDS}}}",
        f"second: {{model: first, dataset: tickets, {CARDS}}}",
    )
    assert not result.found
    assert result.program.links["bot/finetunes/second", "model"] is result.finetune("first")


def test_a_full_fine_tuning_needs_no_merge(tmp_path: Path) -> None:
    first = f"first: {{model: base, dataset: tickets, method: full, {CARDS}}}"
    assert not tuned(tmp_path, first, f"second: {{model: first, dataset: tickets, {CARDS}}}").found


def test_a_job_may_mount_an_adapter(tmp_path: Path) -> None:
    job = "jobs:\n  look: {framework: jax, image: acme.io/look:1, mounts: {/adapter: {model: lora}}}\n"
    result = tuned(tmp_path, f"lora: {{model: base, dataset: tickets, {CARDS}}}", more=job)
    assert not result.found
    assert result.program.links["bot/jobs/look", "/adapter"] is result.finetune("lora")


def test_a_model_of_the_library_is_one_implicit_entry_a_project(tmp_path: Path) -> None:
    sections = """\
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
finetunes:
  one: {model: qwen2.5-7b-instruct, dataset: tickets, accelerator: {type: a100-80gb}}
  two: {model: qwen2.5-7b-instruct, dataset: tickets, accelerator: {type: a100-80gb}}
jobs:
  look: {framework: jax, image: acme.io/look:1, mounts: {/model: {model: qwen2.5-7b-instruct}}}
"""
    result = linked(tmp_path, project(sections), project(sections, "other"))
    models = [one.of for one in result.program.artifacts if one.component == "model"]
    assert models == ["bot/models/qwen2-5-7b-instruct", "other/models/qwen2-5-7b-instruct"]
    targets = {
        target.of for (of, role), target in result.program.links.items() if of.startswith("bot/") and "model" in role
    }
    assert targets == {"bot/models/qwen2-5-7b-instruct"}


def test_an_entry_of_the_project_goes_before_the_library(tmp_path: Path) -> None:
    sections = SHARED.replace("base:", "qwen2-5-7b-instruct:") + (
        f"finetunes:\n  lora: {{model: qwen2-5-7b-instruct, dataset: tickets, {CARDS}}}\n"
    )
    result = linked(tmp_path, project(sections))
    assert not result.found
    (model,) = [one for one in result.program.artifacts if one.component == "model"]
    assert not model.implicit


@pytest.mark.parametrize("name", ["qwen2.5-7b-instruct", "Llama_3", "a..b", "--"])
def test_a_slug_is_made_of_letters_digits_and_dashes(name: str) -> None:
    assert set(slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(slug(name)) == slug(name)


def test_data_of_another_namespace_has_a_clone_in_the_own_one(tmp_path: Path) -> None:
    records = "datasets:\n  records: {source: nfs://10.0.0.5/records, share: true, format: {style: alpaca, splits: {train: a}}}\n"
    own = SHARED + f"finetunes:\n  lora: {{model: base, dataset: other/records, {CARDS}}}\n"
    result = linked(tmp_path, project(own), project(records, "other", "vision"))
    clone = result.program.links["bot/finetunes/lora", "dataset"]
    assert not result.found
    assert (clone.of, clone.namespace) == ("bot/finetunes/lora#dataset", "nlp")
    assert result.program.targets[clone.of].of == "other/datasets/records"


def test_each_mistake_is_told_once_and_what_is_behind_it_is_silent(tmp_path: Path) -> None:
    result = tuned(
        tmp_path,
        f"a: {{model: bsae, dataset: tickets, method: full, {CARDS}}}",
        f"b: {{model: a, dataset: tickets, method: full, {CARDS}}}",
        f"c: {{model: b, dataset: tickets, {CARDS}}}",
        f"d: {{model: base, dataset: tickets, {CARDS}}}",
    )
    assert result.said == ["9 HYD306 No model is called `bsae`."]
    assert result.names == ["bot/finetunes/d"]


def test_a_circle_is_told_once_and_what_is_behind_it_is_silent(tmp_path: Path) -> None:
    result = tuned(
        tmp_path,
        f"a: {{model: c, dataset: tickets, method: full, {CARDS}}}",
        f"b: {{model: a, dataset: tickets, method: full, {CARDS}}}",
        f"c: {{model: b, dataset: tickets, method: full, {CARDS}}}",
        f"behind: {{model: b, dataset: tickets, method: full, {CARDS}}}",
    )
    assert result.said == ["9 HYD345 This fine-tuning depends on itself: `a` -> `c` -> `b` -> `a`."]
    assert not result.names


def test_a_dataset_with_a_mistake_of_its_own_is_not_told_about_again(tmp_path: Path) -> None:
    broken = SHARED.replace("s3://corp/tickets", "s4://corp/tickets")
    result = linked(tmp_path, project(f"{broken}finetunes:\n  lora: {{model: base, dataset: tickets, {CARDS}}}\n"))
    assert [one.partition(" ")[2][:6] for one in result.said] == ["HYD502"]
    assert not result.names


def test_a_long_chain_of_fine_tunings_is_linked(tmp_path: Path) -> None:
    first = f"t0: {{model: base, dataset: tickets, method: full, {CARDS}}}"
    entries = [f"t{n}: {{model: t{n - 1}, dataset: tickets, method: full, {CARDS}}}" for n in range(1, 600)]
    result = tuned(tmp_path, first, *entries)
    assert not result.found
    assert len(result.names) == 600


def chosen(root: Path, written: str, *, more: str = "", rest: str = "") -> Linked:
    """A fine-tuning with hyperparameters."""
    hyperparameters = f"hyperparameters: {written}, " if written else ""
    return tuned(root, f"lora: {{model: base, dataset: tickets, {hyperparameters}{rest}{CARDS}}}", more=more)


def test_hyperparameters_that_are_left_out_come_from_the_preset(tmp_path: Path) -> None:
    result = chosen(tmp_path, "").finetune("lora").hyperparameters
    assert (result.learning_rate, result.global_batch_size, result.epochs) == (1e-4, 16, 3)
    assert result.origins["learning_rate"] == "library hyperparameters/lora"
    assert not result.places


@pytest.mark.parametrize(
    ("stage", "method", "preset"),
    [("dpo", "lora", "dpo-lora"), ("dpo", "full", "dpo-full"), ("sft", "freeze", "freeze")],
)
def test_the_preset_is_that_of_stage_and_method_or_of_the_method(
    stage: Stage, method: str, preset: str, tmp_path: Path
) -> None:
    result = chosen(tmp_path, "", rest=f"stage: {stage}, method: {method}, ").finetune("lora").hyperparameters
    assert set(result.origins.values()) >= {f"library hyperparameters/{preset}"}


def test_a_set_of_the_project_stands_over_the_preset(tmp_path: Path) -> None:
    more = "hyperparameters:\n  gentle: {learningRate: 2.0e-5}\n"
    result = chosen(tmp_path, "gentle", more=more).finetune("lora").hyperparameters
    assert (result.learning_rate, result.epochs) == (2e-5, 3)
    assert result.origins["learning_rate"] == "hydra.yaml"
    assert result.places["learning_rate"].path == ("hyperparameters", "gentle", "learningRate")


def test_fields_stand_over_a_set_and_sets_over_each_other(tmp_path: Path) -> None:
    more = (
        "hyperparameters:\n  gentle: {learningRate: 2.0e-5, seed: 7}\n  careful: {from: gentle, learningRate: 1.0e-5}\n"
    )
    result = chosen(tmp_path, "{from: careful, epochs: 1}", more=more).finetune("lora").hyperparameters
    assert (result.learning_rate, result.seed, result.epochs) == (1e-5, 7, 1)
    assert result.places["learning_rate"].path == ("hyperparameters", "careful", "learningRate")
    assert result.places["epochs"].path == ("finetunes", "lora", "hyperparameters", "epochs")


def test_a_preset_by_name_keeps_what_it_does_not_say(tmp_path: Path) -> None:
    result = chosen(tmp_path, "lora", rest="stage: dpo, ").finetune("lora").hyperparameters
    assert (result.learning_rate, result.beta) == (1e-4, 0.1)
    assert result.origins["beta"] == "library hyperparameters/dpo-lora"


def test_a_set_of_the_project_hides_a_preset_of_its_name(tmp_path: Path) -> None:
    more = "hyperparameters:\n  lora: {learningRate: 3.0e-5}\n"
    assert chosen(tmp_path, "lora", more=more).finetune("lora").hyperparameters.learning_rate == 3e-5


def test_steps_take_the_place_of_epochs_and_the_other_way_round(tmp_path: Path) -> None:
    more = "hyperparameters:\n  short: {maxSteps: 10}\n"
    short = chosen(tmp_path, "short", more=more).finetune("lora").hyperparameters
    assert (short.max_steps, short.epochs) == (10, None)
    again = chosen(tmp_path, "{from: short, epochs: 2}", more=more).finetune("lora").hyperparameters
    assert (again.max_steps, again.epochs) == (None, 2)


def test_sets_that_nobody_uses_are_checked_too(tmp_path: Path) -> None:
    sets = "hyperparameters:\n  a: {from: b}\n  b: {from: a}\n  c: {from: nothing}\n"
    assert [one.partition(" ")[2] for one in linked(tmp_path, project(sets)).said] == [
        "HYD349 These hyperparameters begin from themselves: `a` -> `b` -> `a`.",
        "HYD343 No hyperparameters are called `nothing`.",
    ]


def test_a_broken_set_is_told_once_however_many_use_it(tmp_path: Path) -> None:
    more = "hyperparameters:\n  a: {from: nothing}\n"
    entries = [f"{name}: {{model: base, dataset: tickets, hyperparameters: a, {CARDS}}}" for name in ("x", "z")]
    result = tuned(tmp_path, *entries, more=more)
    assert len(result.said) == 1
    assert not result.names


def test_variables_are_text_or_keys_of_secrets(tmp_path: Path) -> None:
    jobs = (
        "jobs:\n  run: {framework: jax, image: acme.io/run:1, env: {SEED: '7', WANDB: {secret: wandb, key: token}}}\n"
    )
    environment = linked(tmp_path, project(jobs)).job("run").environment
    assert environment == {"SEED": "7", "WANDB": SecretKey("wandb", "token")}


def test_an_accelerator_of_a_job_is_of_each_replica(tmp_path: Path) -> None:
    jobs = "jobs:\n  run: {framework: jax, image: acme.io/run:1, accelerator: {type: l4, count: 2}, replicas: {worker: 3}}\n"
    job = linked(tmp_path, project(jobs)).job("run")
    assert (job.accelerator, job.cards, job.replicas) == ("l4", 2, {"worker": 3})
