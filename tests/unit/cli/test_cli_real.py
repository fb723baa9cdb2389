"""`hydra validate --real`, with DeepSpeed played by the test; and with DeepSpeed itself, where it is installed."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.checking.real import trainings as real
from tests.unit.cli.trainings import LARGE, hydra_in, trainings

LITERAL = """\
  given:
    model: qwen2.5-0.5b-instruct
    dataset: pairs
    method: full
    deepspeed: {zero_optimization: {stage: 2}, checkpoint: {tag_validation: Sometimes}}
    accelerator: {type: rtx-4090, count: 8}
"""


class DeepSpeed:
    """Says of each configuration what the test has set, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[str, Any], int]] = []
        self.says: list[str] = []

    def problems_of(self, config: Mapping[str, Any], world_size: int) -> list[str]:
        self.asked.append((config, world_size))
        return self.says


def errors(report: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(report)["findings"] if one["severity"] == "error"]


@pytest.fixture
def deepspeed(monkeypatch: pytest.MonkeyPatch) -> DeepSpeed:
    played = DeepSpeed()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(real, "problems_of", played.problems_of)
    monkeypatch.setattr(real, "_version", lambda: "1.2.3")
    return played


def test_without_deepspeed_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    ran = hydra_in(trainings(tmp_path), "validate", "--real")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.endswith(
        "Error: DeepSpeed is not installed. Install it beside Hydra: pip install 'hydra-compiler[deepspeed]'\n"
    )


def test_a_broken_deepspeed_is_told(deepspeed: DeepSpeed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> list[str]:
        raise ImportError("No module named 'torch'")

    monkeypatch.setattr(real, "problems_of", fail)
    ran = hydra_in(trainings(tmp_path), "validate", "--real")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "Error: DeepSpeed cannot be imported: No module named 'torch'. Install it beside Hydra: " in ran.stderr


def test_every_configuration_is_read_at_its_world_size(deepspeed: DeepSpeed, tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "validate", "--real")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "\nDeepSpeed read 2 configurations.\n" in ran.stdout
    assert [world for _, world in deepspeed.asked] == [8, 8]
    for config, world in deepspeed.asked:
        product = config["train_micro_batch_size_per_gpu"] * config["gradient_accumulation_steps"] * world
        assert config["train_batch_size"] == product == 32


def test_without_the_option_nothing_is_asked(deepspeed: DeepSpeed, tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "validate")
    assert (ran.exit_code, deepspeed.asked) == (0, [])
    assert "DeepSpeed" not in ran.stdout


def test_what_it_says_is_an_error_at_the_fine_tuning(deepspeed: DeepSpeed, tmp_path: Path) -> None:
    deepspeed.says = ["no such mode."]
    ran = hydra_in(trainings(tmp_path, search=LITERAL), "validate", "--real", "--format", "json", "search")
    assert ran.exit_code == 1
    (found,) = errors(ran.stdout)
    assert (found["code"], found["span"]["line"]) == ("HYD951", 17)
    assert found["message"] == (
        "DeepSpeed 1.2.3 does not take the configuration of `search/finetunes/given` on `two`: no such mode."
    )
    assert found["do"] == (
        "Change `deepspeed`, or leave it to Hydra with `deepspeed: auto`. "
        "`hydra explain search/finetunes/given.deepspeed` shows all of it."
    )


def test_a_configuration_of_hydra_is_not_the_users_fault(deepspeed: DeepSpeed, tmp_path: Path) -> None:
    deepspeed.says = ["no such mode"]
    ran = hydra_in(trainings(tmp_path), "validate", "--real", "--format", "json", "bot")
    findings = errors(ran.stdout)
    assert [one["code"] for one in findings] == ["HYD951", "HYD951"]
    assert all(one["do"].startswith("Hydra wrote it: ") for one in findings)


def test_its_findings_stand_beside_those_of_hydra(deepspeed: DeepSpeed, tmp_path: Path) -> None:
    deepspeed.says = ["no such mode"]
    ran = hydra_in(trainings(tmp_path, search=LARGE), "validate", "--real", "--format", "json")
    assert sorted(one["code"] for one in errors(ran.stdout)) == ["HYD901", "HYD951", "HYD951"]


@pytest.mark.training
def test_with_deepspeed_itself(tmp_path: Path) -> None:
    pytest.importorskip("deepspeed")
    fine = hydra_in(trainings(tmp_path / "fine"), "validate", "--real")
    assert fine.exit_code == 0
    assert "\nDeepSpeed read 2 configurations.\n" in fine.stdout
    ran = hydra_in(trainings(tmp_path / "literal", search=LITERAL), "validate", "--real", "--format", "json")
    (found,) = errors(ran.stdout)
    assert (ran.exit_code, found["code"]) == (1, "HYD951")
    assert "tag_validation" in found["message"]
