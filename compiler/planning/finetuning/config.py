"""The files of a run: what the trainer reads, DeepSpeed's configuration, and what takes the run to its marker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.emission.digests import run_digest
from compiler.emission.yaml_text import dump
from compiler.library.settings import render_settings
from compiler.library.templates import render, render_values
from compiler.linking.accelerators import Resolved
from compiler.linking.artifact import ModelInfo
from compiler.linking.workload import Finetune
from compiler.planning.finetuning.data import Data, descriptions
from compiler.planning.finetuning.runs import ADAPTERS, MERGED, training_directory
from compiler.planning.finetuning.script import RUN, RUN_DIGEST
from compiler.planning.training.values import TrainingPlan

if TYPE_CHECKING:
    from compiler.library.entries.trainer import Trainer

CONFIG = "/mnt/config"
MODEL = "/mnt/model"
DATASET = "/mnt/dataset"
OUTPUT = "/mnt/output"
SCRATCH = "/mnt/scratch"

DEEPSPEED = "deepspeed.json"
SLOW_VOLUME = 100_000_000
"""Bytes a second that a volume takes at least."""

FOUR_BIT = frozenset({"awq-int4", "gptq-int4"})
"""Types of weights that adapters are trained on as they are, and that nothing can be merged into."""

PUBLISH_SECONDS = 3600
"""How long other workers wait for the first one to merge and publish."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode

WORKERS = 16
"""Most processes that tokenise."""


class Given(NamedTuple):
    """What the files of a run are made from."""

    finetune: Finetune
    trainer: Trainer
    plan: TrainingPlan
    data: Data
    model: str
    """Directory of the weights in the pod."""

    template: str | None
    dataset: str
    """Directory of the data in the pod."""

    info: ModelInfo
    """What is known of the model."""

    run: str
    """The run digest."""

    weights: int
    """Bytes of the whole model's weights."""

    accelerator: Resolved

    @property
    def processors(self) -> bool:
        """Whether it runs without a card."""
        return self.accelerator.pool.card.resource is None

    @property
    def directory(self) -> str:
        """The run's directory in the pod."""
        return f"{OUTPUT}/runs/{self.run}"

    @property
    def merges(self) -> bool:
        """Whether adapters are merged."""
        return self.finetune.output.merge and self.finetune.method in ADAPTERS


def files_of(given: Given, context: Mapping[str, Any]) -> dict[str, str]:
    """Every file of the run by its name.

    Raises: compiler.library.plain.TemplateFault, with the place in the trainer's entry.
    """
    trainer = given.trainer
    files: dict[str, str] = {}
    for name, settings in trainer.files.items():
        further = given.finetune.arguments if name == trainer.arguments else {}
        files[name] = _written(name, {**render_settings(settings, context), **further})
    if trainer.descriptions is not None:
        files[trainer.descriptions.file] = _json(descriptions(trainer, given.data, given.dataset))
    if given.plan.deepspeed is not None:
        literal = isinstance(given.finetune.deepspeed, Mapping)
        files[DEEPSPEED] = _json(_sorted(given.plan.deepspeed) if literal else given.plan.deepspeed)
    if given.merges and trainer.merge is not None:
        for name, settings in trainer.merge.files.items():
            files[name] = _written(name, render_settings(settings, context))
    files["run.json"] = _json(_run(given, context))
    files["run.py"] = RUN
    return files


def _sorted(value: Any) -> Any:
    """A literal configuration in the order of its keys: who writes them in another order means the same."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value


def digest_of(files: Mapping[str, str]) -> str:
    """The digest of a run's files. The script, which is the same for all, is told by its own."""
    return run_digest({name: RUN_DIGEST if text is RUN else text for name, text in files.items()})


def _written(name: str, values: Mapping[str, Any]) -> str:
    return dump(values) if name.endswith(".yaml") else _json(values)


def _json(value: Any) -> str:
    return pretty(value) + "\n"


def pretty(value: Any, pad: str = "\n") -> str:
    """JSON with two blanks a level, as `json.dumps` writes it with `indent=2`, which is slow.

    >>> pretty({"a": [1, "x"], "b": {}}) == json.dumps({"a": [1, "x"], "b": {}}, indent=2)
    True
    """
    inner = pad + "  "
    if isinstance(value, Mapping) and value:
        items = [f"{inner}{_encode(key)}: {pretty(item, inner)}" for key, item in value.items()]
        return "{" + ",".join(items) + pad + "}"
    if isinstance(value, list | tuple) and value:
        return "[" + ",".join([inner + pretty(item, inner) for item in value]) + pad + "]"
    return _encode(value)


def _run(given: Given, context: Mapping[str, Any]) -> dict[str, Any]:
    """What `run.py` is told."""
    training = training_directory(given.finetune)
    marker = {"run": given.run, "of": given.finetune.of}
    told: dict[str, Any] = {
        "run": given.run,
        "directory": given.directory,
        "training": training,
        "train": render(given.trainer.launch, context),
    }
    if given.merges and given.trainer.merge is not None:
        told["merge"] = render(given.trainer.merge.command, context)
    told["publishSeconds"] = publish_seconds(given.weights)
    told["layout"] = _layout(given.plan)
    told["resumes"] = given.finetune.stage in given.trainer.resumes
    told["mode"] = given.finetune.mount.file_mode
    told["ready"] = {**marker, "path": training}
    if "merge" in told:
        told["merged"] = {**marker, "path": MERGED.removesuffix(".json")}
    return told


def _checkpoints(given: Given) -> dict[str, Any]:
    kept = given.finetune.stage in given.trainer.resumes
    return {"kept": kept, "strategy": "steps" if kept else "no"}


def publish_seconds(weights: int) -> int:
    """How long others wait for the first one to merge weights of so many bytes, and to publish them: an hour, or the time
    to read them once and write them twice over a slow link."""
    return max(PUBLISH_SECONDS, 3 * weights // SLOW_VOLUME)


def _layout(plan: TrainingPlan) -> str:
    """How a checkpoint's states are parted. DeepSpeed resumes with as many processes of the same stage only."""
    return "whole" if plan.deepspeed is None else f"{plan.strategy} of {plan.world} processes"


def context_of(given: Given) -> dict[str, Any]:
    """What a trainer's templates see."""
    finetune, data = given.finetune, given.data
    adapter = finetune.method in ADAPTERS
    train, validation = data.files["train"], data.files.get("validation")
    return {
        "stage": finetune.stage,
        "method": finetune.method,
        "preference": finetune.stage in {"dpo", "kto"},
        "adapted": {
            "type": "lora" if adapter else finetune.method,
            "adapter": adapter,
            # What is stored in 4 bits is trained on as it is.
            "quantized": finetune.method == "qlora" and given.info.dtype not in FOUR_BIT,
            "dropout": adapter and finetune.lora.dropout > 0,
            "frozen": finetune.method == "freeze",
        },
        "lora": {
            "rank": finetune.lora.rank,
            "alpha": finetune.lora.alpha or 2 * finetune.lora.rank,
            "dropout": finetune.lora.dropout,
            "targets": _targets(finetune.lora.targets),
        },
        "freeze": {"layers": finetune.freeze.layers},
        "hyperparameters": {name: _number(name, value) for name, value in finetune.hyperparameters.values.items()},
        "model": {"path": given.model, "template": given.template, "remote_code": given.info.remote_code},
        # Left out, it is on with plain text: there it is always said.
        "packing": {
            "stated": finetune.stage == "pt" or finetune.hyperparameters.values["packing"],
            "value": bool(finetune.hyperparameters.values["packing"]),
        },
        "checkpoints": _checkpoints(given),
        "dataset": {
            "name": data.name,
            "validation_name": data.validation,
            "train": f"{given.dataset}/{train}",
            "validation": f"{given.dataset}/{validation}" if validation else None,
            "style": data.style,
            "columns": dict(data.columns),
        },
        "run": {
            "digest": given.run,
            "directory": given.directory,
            "output": f"{given.directory}/{training_directory(finetune)}",
            "merged": f"{given.directory}/merged.partial",
        },
        "accelerator": {"id": given.accelerator.id, "vendor": given.accelerator.entry.vendor},
        "plan": _plan(given),
        "keep": finetune.output.keep,
        "config": CONFIG,
        "scratch": SCRATCH,
        "script": finetune.script,
    }


def _plan(given: Given) -> dict[str, Any]:
    plan, processors = given.plan, given.processors
    deepspeed = plan.deepspeed is not None
    return {
        "nodes": plan.nodes,
        "per_node": plan.per_node,
        "world": plan.world,
        "one_node": plan.nodes == 1,
        "many_nodes": plan.nodes > 1,
        "micro_batch": plan.micro_batch,
        "accumulation": plan.accumulation,
        "global_batch": plan.global_batch,
        "strategy": plan.strategy,
        "precision": plan.precision,
        "bf16": plan.precision == "bf16",
        "fp16": plan.precision == "fp16",
        "deepspeed": f"{CONFIG}/{DEEPSPEED}" if deepspeed else None,
        "workers": min(WORKERS, plan.cpu),
        "without_checkpointing": not given.finetune.hyperparameters.gradient_checkpointing,
        "cuda": given.accelerator.entry.vendor == "nvidia" and not processors,
        "processors": processors,
        "use_cpu": processors and not deepspeed,
        "experts_apart": _experts_apart(given),
    }


def _experts_apart(given: Given) -> bool:
    """Whether processes that are joined without DeepSpeed may each meet other experts in a step."""
    facts = given.info.facts
    experts = facts is not None and facts.experts is not None
    return experts and given.plan.world > 1 and given.plan.deepspeed is None


def _targets(targets: str | list[str]) -> str:
    return targets if isinstance(targets, str) else ",".join(targets)


_FLOATS = frozenset({"learning_rate", "epochs", "warmup_ratio", "weight_decay", "max_grad_norm", "beta"})


def _number(name: str, value: Any) -> Any:
    """A rate is a float also where it is written without a fraction: trainers print and compare it."""
    return float(value) if name in _FLOATS and value is not None else value


def environment_of(given: Given, context: Mapping[str, Any]) -> dict[str, str]:
    """Environment variables of the trainer.

    Raises: compiler.library.plain.TemplateFault.
    """
    own = {"HOME": SCRATCH, "USER": "hydra"}
    return own | render_values(given.trainer.environment, context)
