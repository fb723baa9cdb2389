"""The sections of an explanation that only trainings have: hyperparameters and where they came from, and DeepSpeed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from compiler.explaining import EVERYTHING, Target
from compiler.linking.workload import Finetune
from compiler.report.plan.sections import columns, missing, place, text_of, title, value_at
from compiler.report.plan.view import Paper, Question
from compiler.spec.names import camel

if TYPE_CHECKING:
    from compiler.linking.workload import Hyperparameters


def hyperparameters(question: Question, paper: Paper) -> Iterator[str]:
    """What the spec says, or what a preset says in its place.

    Raises: UnknownTargetError, where it has no hyperparameter of the name that is asked for.
    """
    target, aspect, workload = question.target, question.aspect, question.workload
    chosen: Hyperparameters | None = getattr(workload, "hyperparameters", None)
    if chosen is None:
        return
    said = {camel(name): name for name, value in chosen.values.items() if value is not None}
    if target.aspect == "hyperparameters" and target.inner:
        said = {_one_of(target, said): said[_one_of(target, said)]}
    elif aspect is not EVERYTHING and target.aspect != "hyperparameters":
        said = {shown: name for shown, name in said.items() if name in aspect.hyperparameters}
    rows = [(shown, text_of(chosen.values[name]), _source(chosen, name, paper)) for shown, name in said.items()]
    head = "Hyperparameters"
    if "deepspeed" in aspect.parts and isinstance(workload, Finetune):
        head = "What was asked for"
        rows.insert(0, _deepspeed_row(workload, paper))
    if rows:
        yield from title(head)
        yield from columns(rows)


def deepspeed(question: Question, _: Paper) -> Iterator[str]:
    """The DeepSpeed configuration, or a value of it.

    Raises: UnknownTargetError, where it has nothing at the way that is asked for.
    """
    plan, target = question.summary.plan, question.target
    config: Any = plan.deepspeed if plan is not None else None
    if config is None:
        if plan is not None:
            yield ""
            yield "There is no DeepSpeed configuration: it runs without."
        return
    for depth, step in enumerate(target.inner):
        if not isinstance(config, Mapping) or step not in config:
            way = ".".join(("deepspeed", *target.inner[:depth]))
            raise missing(f"`{way}` has no `{step}`.", step, config if isinstance(config, Mapping) else ())
        config = config[step]
    yield from title(".".join(("DeepSpeed", *target.inner)))
    yield json.dumps(config, indent=2)


def _one_of(target: Target, known: Mapping[str, Any]) -> str:
    """The name of a hyperparameter at the way into the target."""
    name = ".".join(target.inner)
    if name not in known:
        raise missing(f"`{target.of}` has no hyperparameter `{name}`.", name, known)
    return name


def _deepspeed_row(finetune: Finetune, paper: Paper) -> tuple[str, str, str]:
    literal = isinstance(finetune.deepspeed, Mapping)
    at = finetune.at("deepspeed")
    source = place(at, paper) if value_at(at) is not None else "what holds where nothing is said"
    return "deepspeed", "a configuration" if literal else str(finetune.deepspeed), source


def _source(chosen: Hyperparameters, name: str, paper: Paper) -> str:
    if name in chosen.places:
        return place(chosen.places[name], paper)
    return chosen.origins.get(name, "")
