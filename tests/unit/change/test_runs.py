"""What objects say of their runs: the digest of the result that the marker on the volume has, and the bytes to load."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compiler.change.values import Subject, View
from tests.unit.change.changes import viewed
from tests.unit.change.repos import REPOS

EMPTY = {**REPOS["project"], "hydra.yaml": REPOS["documents"]["hydra.yaml"].split("---\n")[0]}
EXPORTING = REPOS["project"]["hydra.yaml"].replace(
    "merge: true}", "merge: true, export: {uri: s3://models/lora, secret: s3-write}}"
)


@pytest.fixture(scope="module")
def made() -> dict[str, Subject]:
    shown: View = viewed(EMPTY, {**REPOS["project"], "hydra.yaml": EXPORTING})
    return {one.subject.target: one.subject for one in shown.outcomes if one.after is not None}


def containers(body: Any) -> list[Any]:
    """All containers of an object, wherever its pods are."""
    below = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    own = body.get("containers", []) if isinstance(body, dict) else []
    return [*own, *(one for inner in below for one in containers(inner))]


def ready(one: Subject) -> str:
    """The text of the marker that the pods write."""
    variables = [variable for each in containers(one.body) for variable in each.get("env", ())]
    return next(str(variable["value"]) for variable in variables if variable["name"] == "HYDRA_READY")


@pytest.mark.parametrize(
    "target", ["Job/nlp/bot-base-preload", "Job/nlp/bot-tickets-preload", "PyTorchJob/nlp/bot-train"]
)
def test_a_run_is_the_one_that_its_marker_names(made: dict[str, Subject], target: str) -> None:
    assert json.loads(ready(made[target]))["run"] == made[target].run


@pytest.mark.parametrize("name", ["lora", "careful"])
def test_a_finetuning_is_the_run_that_its_files_name(made: dict[str, Subject], name: str) -> None:
    run = made[f"PyTorchJob/nlp/bot-{name}"].run
    told = json.loads(made[f"ConfigMap/nlp/bot-{name}"].body["data"]["run.json"])
    assert told["ready"]["run"] == run
    assert told["directory"].endswith(f"/{run}")


def test_a_comparison_is_the_run_that_its_files_name(made: dict[str, Subject]) -> None:
    told = json.loads(made["ConfigMap/nlp/bot-candidates"].body["data"]["compare.json"])
    assert told["run"] == made["Job/nlp/bot-candidates"].run


def test_an_export_is_a_run_of_its_own(made: dict[str, Subject]) -> None:
    trained, copied = made["PyTorchJob/nlp/bot-lora"].run, made["Job/nlp/bot-lora-export"].run
    assert copied.startswith(f"{trained}-")


def test_a_job_that_leaves_no_marker_has_no_run(made: dict[str, Subject]) -> None:
    assert made["PyTorchJob/nlp/bot-probe"].run == ""


def test_a_directory_is_made_once(made: dict[str, Subject]) -> None:
    assert made["Job/nlp/bot-shared-directory"].run == "nlp/bot-shared"


def test_what_does_not_run_to_completion_has_no_run(made: dict[str, Subject]) -> None:
    kinds = {one.body["kind"] for one in made.values() if one.run}
    assert kinds == {"Job", "PyTorchJob"}


def test_only_weights_that_are_known_have_a_size(made: dict[str, Subject]) -> None:
    sizes = {target: one.download for target, one in made.items() if one.download}
    assert sizes == {"Job/nlp/bot-base-preload": 15_231_233_024}
