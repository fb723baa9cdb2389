"""The built-in presets of hyperparameters: complete, and one for every stage and method."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from compiler.data import data_root
from compiler.library.entries.hyperparameters import Hyperparameters
from compiler.library.kinds import kinds
from compiler.library.layers import Layer
from compiler.library.library import Library, open_library
from compiler.spec.training import Method, Stage

# Read as a repo's own, so that the models check the entries.
LIBRARY = Library([Layer(data_root(), "library")])
NAMES = LIBRARY.names("hyperparameters")
PREFERENCE = {"dpo", "kto"}
DECIDED = {"max_steps", "micro_batch_size", "precision", "max_samples", "beta"}
"""What a preset leaves to the spec or to planning, and what only some stages have."""

SAME = {
    "save_steps": 200, "logging_steps": 10, "seed": 42, "gradient_checkpointing": True,
    "optimizer": "adamw_torch", "sequence_length": 2048,
}  # fmt: skip


def preset(name: str) -> Hyperparameters:
    staged = LIBRARY.find("hyperparameters", name)
    assert not staged.found
    entry: Hyperparameters = staged.value
    return entry


def default(stage: str, method: str) -> Hyperparameters:
    """The preset of a fine-tuning that names none."""
    own = f"{stage}-{method}"
    return preset(own if own in NAMES else method)


def test_the_kind_is_its_own_plural() -> None:
    assert kinds()["hyperparameters"][:3] == ("hyperparameters", "Hyperparameters", "hyperparameters")


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_complete_and_says_who_says_so(name: str) -> None:
    entry = preset(name)
    stated = entry.values.model_dump(exclude=DECIDED)
    assert [field for field, value in stated.items() if value is None] == []
    assert {field: stated[field] for field in SAME} == SAME
    assert stated["packing"] is name.startswith("pt-")
    assert entry.source.startswith("https://")


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_leaves_the_rest_to_planning(name: str) -> None:
    assert preset(name).values.model_dump(include=DECIDED - {"beta"}, exclude_none=True) == {}


@pytest.mark.parametrize("name", NAMES)
def test_beta_is_stated_for_preference_stages_alone(name: str) -> None:
    assert (preset(name).values.beta is not None) == (name.partition("-")[0] in PREFERENCE)


@pytest.mark.parametrize(("stage", "method"), list(product(get_args(Stage), get_args(Method))))
def test_every_stage_and_method_has_a_preset(stage: str, method: str) -> None:
    assert (default(stage, method).values.beta is not None) == (stage in PREFERENCE)


@pytest.mark.parametrize("stage", get_args(Stage))
def test_all_weights_are_trained_at_a_lower_rate_than_adapters(stage: str) -> None:
    rates = {method: default(stage, method).values.learning_rate or 0 for method in get_args(Method)}
    assert rates["full"] == rates["freeze"] < rates["lora"] <= rates["qlora"]


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_divides_among_two_nodes_of_eight_cards(name: str) -> None:
    assert (preset(name).values.global_batch_size or 0) % 16 == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_built_in_preset_reads_as_the_model_does(name: str) -> None:
    record = open_library(None).find("hyperparameters", name).value
    values = preset(name).values
    assert {field: getattr(record.values, field) for field in type(values).model_fields} == values.model_dump()


def test_a_preset_of_the_repo_extends_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "library" / "hyperparameters").mkdir(parents=True)
    text = "kind: Hyperparameters\nname: gentle\nsummary: Gentle\nsource: us\nextends: dpo-lora\nvalues: {beta: null, epochs: 2}\n"
    (tmp_path / "library" / "hyperparameters" / "gentle.yaml").write_text(text, encoding="utf-8")
    entry, found = open_library(tmp_path, ["library"]).find("hyperparameters", "gentle")
    assert not found
    assert (entry.values.beta, entry.values.epochs, entry.values.learning_rate) == (None, 2, 5e-6)


def test_a_misspelt_hyperparameter_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "library" / "hyperparameters").mkdir(parents=True)
    text = "kind: Hyperparameters\nname: own\nsummary: Ours\nsource: us\nvalues: {learningRat: 1}\n"
    (tmp_path / "library" / "hyperparameters" / "own.yaml").write_text(text, encoding="utf-8")
    (problem,) = open_library(tmp_path, ["library"]).find("hyperparameters", "own").found
    assert (problem.code.id, problem.at.span()[:3]) == ("HYD201", ("library/hyperparameters/own.yaml", 5, 10))
    assert problem.candidates == ("learningRate",)
