"""The trainers' own readers of their files, each called the way the trainer calls it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from llamafactory.data.parser import get_dataset_list
from llamafactory.data.template import TEMPLATES
from llamafactory.hparams import get_infer_args, get_train_args
from omegaconf import OmegaConf
from transformers import TrainingArguments
from transformers.integrations.deepspeed import HfTrainerDeepSpeedConfig

Arguments = dict[str, Any]
Reader = Callable[[Any], Any]


def read_train(arguments: Arguments) -> Any:
    """Read a training's arguments by both routes: one knows every key, the other every value. Gives the trainer's.

    Without the DeepSpeed file, for which the trainer would want to be one of several processes.
    """
    alone = {key: value for key, value in arguments.items() if key != "deepspeed"}
    with _any_card():
        get_train_args(as_argv(alone))
        return get_train_args(alone)[2]


def read_merge(arguments: Arguments) -> None:
    """Read a merge's arguments by both routes."""
    get_infer_args(as_argv(arguments))
    get_infer_args(dict(arguments))


def read_datasets(arguments: Arguments, folder: Path) -> list[Any]:
    """The datasets that a training names, as a description in that folder describes them."""
    return list(get_dataset_list(arguments["dataset"].split(","), str(folder)))


def knows_template(name: str) -> bool:
    """Whether the trainer has a chat template of that name."""
    return name in TEMPLATES


def agreed(config: Mapping[str, Any], arguments: Any, processes: int) -> Mapping[str, Any]:
    """A DeepSpeed configuration after Transformers has made it fit the trainer's arguments.

    Raises: ValueError, where the two contradict each other.
    """
    resolved = HfTrainerDeepSpeedConfig(json.loads(json.dumps(config)))
    model = SimpleNamespace(config=SimpleNamespace(hidden_size=64))
    with mock.patch.object(TrainingArguments, "world_size", processes):
        resolved.trainer_config_process(arguments)
        resolved.trainer_config_finalize(arguments, model, 10)
    return dict(resolved.config)


def read_launch(words: Sequence[str]) -> Any:
    """What Accelerate makes of a command line and of the file that it names."""
    return _validate_launch_command(launch_command_parser().parse_args(words))[0]


def load(file: Path) -> Arguments:
    """A YAML file as the trainer reads it."""
    return dict(OmegaConf.to_container(OmegaConf.load(file)))


def as_argv(arguments: Mapping[str, Any]) -> list[str]:
    """Arguments as words of a command line.

    >>> as_argv({"stage": "sft", "bf16": False})
    ['--stage', 'sft', '--bf16', 'false']
    """
    return [word for key, value in arguments.items() for word in (f"--{key}", _word(value))]


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def _any_card() -> Iterator[None]:
    """As on a card that computes with bfloat16: this machine has none."""
    with ExitStack() as stack:
        for module in ("transformers.training_args", "llamafactory.hparams.parser"):
            stack.enter_context(mock.patch(f"{module}.is_torch_bf16_gpu_available", return_value=True))
        yield
