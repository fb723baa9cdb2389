"""Fine-tunings as entries of `finetunes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from compiler.importing.base import Entry, Stays, Taken, Taking
from compiler.importing.sections.jobs import duration, environment
from compiler.linking.hyperparameters import fields, preset_of
from compiler.linking.workload import FieldPath
from compiler.planning.export import bucket_of_upload
from compiler.spec.checked import trusted_part
from compiler.spec.names import camel

if TYPE_CHECKING:
    from compiler.linking.workload import Finetune

PREFERENCES = frozenset({"dpo", "kto"})
"""Stages that `beta` counts in."""

STEPS = ("epochs", "max_steps")
"""Of the two, one counts: to say one is to unsay the other."""


def entry_of(tuning: Finetune, taking: Taking) -> Taken | Stays:
    """The entry of a fine-tuning."""
    why = next(_unsayable(tuning, taking), "")
    if why:
        return Stays(why)
    place = taking.names.places[taking.document]
    named = {one.role: taking.names.reference(one.key, place.project) for one in tuning.references}
    value: dict[str, Any] = {"model": named["model"], "dataset": named["dataset"]}
    value |= {"stage": tuning.stage} if tuning.stage != "sft" else {}
    value |= {"method": tuning.method} if tuning.method != "lora" else {}
    value |= {"lora": found} if (found := _changed("Lora", tuning.lora)) and tuning.method in {"lora", "qlora"} else {}
    value |= {"freeze": found} if (found := _changed("Freeze", tuning.freeze)) and tuning.method == "freeze" else {}
    value |= {"hyperparameters": found} if (found := _hyperparameters(tuning, taking)) else {}
    value["accelerator"] = {"type": tuning.accelerator, **({"count": tuning.cards} if tuning.cards != 1 else {})}
    value |= {"deepspeed": tuning.deepspeed} if tuning.deepspeed != "auto" else {}
    value |= {"trainer": tuning.trainer} if tuning.trainer != "llamafactory" else {}
    value |= {"image": tuning.image} if tuning.image else {}
    value |= {"template": tuning.template} if tuning.template else {}
    value |= {"env": environment(tuning.environment)} if tuning.environment else {}
    value |= {"deadline": duration(tuning.deadline_seconds)} if tuning.deadline_seconds else {}
    value |= {"output": found} if (found := _output(tuning, taking)) else {}
    return Taken((Entry("finetunes", place.entry, value, taking.document),))


def _unsayable(tuning: Finetune, taking: Taking) -> Iterator[str]:
    """Why a Project cannot say a fine-tuning."""
    if tuning.arguments:
        listed = ", ".join(f"`{name}`" for name in sorted(tuning.arguments))
        yield f"It hands {listed} on to the trainer, and a Project's fine-tuning has no field for it."
    if any(isinstance(one, FieldPath) for one in tuning.environment.values()):
        yield "A variable of it is a field of the pod, which a Project's `env` cannot hold."
    unset = [
        name
        for name in fields()
        if tuning.hyperparameters.values.get(name) is None
        and name not in STEPS
        and _usual(tuning, taking).get(name) is not None
    ]
    if unset:
        listed = ", ".join(f"`{camel(name)}`" for name in unset)
        yield f"It leaves {listed} to the trainer, and a Project's fine-tuning would take the library's."


def _usual(tuning: Finetune, taking: Taking) -> Mapping[str, Any]:
    """Hyperparameters of the library for the stage and method."""
    return preset_of(taking.side.program.library, tuning.stage, tuning.method).values


def _hyperparameters(tuning: Finetune, taking: Taking) -> dict[str, Any]:
    """Those that are not the library's, in the order of their names in the language."""
    usual, values = _usual(tuning, taking), tuning.hyperparameters.values
    idle = set() if tuning.stage in PREFERENCES else {"beta"}
    said = {name: values.get(name) for name in fields() if name not in idle and values.get(name) is not None}
    return {camel(name): value for name, value in said.items() if value != usual.get(name)}


def _changed(definition: str, given: Any) -> dict[str, Any]:
    """The fields of a part of the language that are not as they are where nothing is said."""
    usual = trusted_part("Project", definition, {})
    names = [name for name in vars(given) if name not in {"raw", "model_fields_set"}]
    return {
        camel(name): getattr(given, name)
        for name in names
        if getattr(given, name) is not None and getattr(given, name) != getattr(usual, name)
    }


def _output(tuning: Finetune, taking: Taking) -> dict[str, Any]:
    output, default = tuning.output, taking.side.program.profile.storage
    found: dict[str, Any] = {}
    if output.size:
        found["size"] = output.size
    if output.class_ and output.class_ != default.class_:
        found["class"] = output.class_
    if output.access_modes and list(output.access_modes) != list(default.access_modes):
        found["accessModes"] = list(output.access_modes)
    found |= {"keep": output.keep} if output.keep != 2 else {}
    found |= {"merge": True} if output.merge else {}
    return found | ({"export": exported} if (exported := _export(tuning, taking)) else {})


def _export(tuning: Finetune, taking: Taking) -> dict[str, Any]:
    """Where the result is copied to: a path of the bucket that the cluster names. Nowhere, where it names none."""
    if tuning.upload is None:
        return {}
    bucket = bucket_of_upload(tuning.upload, taking.side.program).value
    given = {"uri": bucket.uri, "secret": bucket.secret, "endpoint": bucket.endpoint} if bucket else {}
    return {name: one for name, one in given.items() if one}
