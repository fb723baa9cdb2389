"""Every configuration that is rendered is accepted by the program that will read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.training

pytest.importorskip("llamafactory", reason="LLaMA-Factory is not installed: `make test-training`")
pytest.importorskip("deepspeed", reason="DeepSpeed is not installed: `make test-training`")

from accelerate.commands.config.config_args import load_config_from_file  # noqa: E402

from compiler.checking.real.deepspeed import problems_of  # noqa: E402
from tests.training import readers  # noqa: E402
from tests.training.emitted import Training, with_files  # noqa: E402

MOUNT = "/mnt/config"


def command(training: Training) -> list[str]:
    """The command line that trains."""
    return list(json.loads(training.files["run.json"])["train"])


LAUNCHED = [one for one in with_files("run.json", "accelerate.yaml") if command(one)[:2] == ["accelerate", "launch"]]


def folder_of(training: Training, directory: Path) -> Path:
    """A directory with the files of a training."""
    for name, content in training.files.items():
        (directory / name).write_text(content, "utf-8")
    return directory


@pytest.mark.parametrize("training", with_files("deepspeed.json"), ids=str)
def test_deepspeed_takes_its_file_and_reads_every_key(training: Training) -> None:
    text = training.files["deepspeed.json"]
    assert problems_of(json.loads(text), training.processes) == []
    assert '"auto"' not in text


@pytest.mark.parametrize("training", with_files("train.yaml"), ids=str)
def test_llama_factory_takes_its_arguments_its_data_and_its_template(training: Training, tmp_path: Path) -> None:
    folder = folder_of(training, tmp_path)
    arguments = readers.load(folder / "train.yaml")
    readers.read_train(arguments)
    assert readers.read_datasets(arguments, folder)
    assert arguments["stage"] == "pt" or readers.knows_template(arguments["template"])


@pytest.mark.parametrize("training", with_files("deepspeed.json", "train.yaml"), ids=str)
def test_transformers_finds_nothing_to_change_in_the_deepspeed_file(training: Training, tmp_path: Path) -> None:
    arguments = readers.read_train(readers.load(folder_of(training, tmp_path) / "train.yaml"))
    config = json.loads(training.files["deepspeed.json"])
    assert readers.agreed(config, arguments, training.processes) == config


@pytest.mark.parametrize("training", with_files("merge.yaml"), ids=str)
def test_llama_factory_takes_the_merge(training: Training, tmp_path: Path) -> None:
    readers.read_merge(readers.load(folder_of(training, tmp_path) / "merge.yaml"))


@pytest.mark.parametrize("training", with_files("accelerate.yaml"), ids=str)
def test_accelerate_takes_its_file(training: Training, tmp_path: Path) -> None:
    load_config_from_file(str(folder_of(training, tmp_path) / "accelerate.yaml"))


@pytest.mark.parametrize("training", LAUNCHED, ids=str)
def test_accelerate_takes_its_command_line(training: Training, tmp_path: Path) -> None:
    folder = folder_of(training, tmp_path)
    read = readers.read_launch([word.replace(MOUNT, str(folder)) for word in command(training)[2:]])
    assert read.num_processes == training.processes
    assert read.use_deepspeed == ("deepspeed.json" in training.files)


def test_there_is_something_to_check() -> None:
    assert with_files("deepspeed.json")
    assert with_files("train.yaml")
    assert with_files("merge.yaml")
    assert with_files("accelerate.yaml")
    assert LAUNCHED


@pytest.mark.parametrize(
    "mistake",
    [{"learning_rat": 1e-3}, {"stage": "sfft"}, {"learning_rate": "fast"}, {"bf16": True, "fp16": True}],
    ids=str,
)
def test_llama_factory_refuses_a_mistake(mistake: dict[str, object], tmp_path: Path) -> None:
    training = with_files("train.yaml")[0]
    arguments = readers.load(folder_of(training, tmp_path) / "train.yaml")
    with pytest.raises((ValueError, SystemExit)):
        readers.read_train(arguments | mistake)


def test_transformers_refuses_a_deepspeed_file_of_another_batch(tmp_path: Path) -> None:
    training = with_files("deepspeed.json", "train.yaml")[0]
    arguments = readers.read_train(readers.load(folder_of(training, tmp_path) / "train.yaml"))
    config = json.loads(training.files["deepspeed.json"])
    with pytest.raises(ValueError, match="train_batch_size"):
        readers.agreed(config | {"train_batch_size": 3}, arguments, training.processes)
