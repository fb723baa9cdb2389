"""`finetunes`: each entry is a workload, and brings along the model of the library that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.linking import workload_problems as problems
from compiler.linking.hyperparameters import complete, preset_of
from compiler.linking.implicit import reference
from compiler.linking.scope import Entry, Scope
from compiler.linking.workload import Environment, Finetune, JobNames, SecretKey
from compiler.spec.durations import seconds

if TYPE_CHECKING:
    from compiler.spec.project.finetunes import Finetune as Written
    from compiler.spec.training import Environment as WrittenEnvironment

REFERABLE = True
"""Whether references may name its entries."""

STORES = True
"""Whether its entries have storage."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Fine-tunings as workloads. One whose hyperparameters cannot be read is left out, with its diagnostics."""
    written: dict[str, Written] = getattr(scope.project, "finetunes", None) or {}
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for name, one in written.items():
        if name in (getattr(scope.project, "models", None) or {}):
            first = scope.at("models", name, key=True)
            found.append(problems.same_name(scope.at("finetunes", name, key=True), name, "models", first))
            continue
        made = _finetune(scope, name, one)
        found += made.found
        entries += made.value
    return Staged(entries, found)


def _finetune(scope: Scope, name: str, one: Written) -> Staged[list[Entry]]:
    at = scope.at("finetunes", name)
    model = reference(scope, "model", "model", one.model, at.child("model"))
    dataset = reference(scope, "dataset", "dataset", one.dataset, at.child("dataset"))
    preset = preset_of(scope.library, one.stage, one.method)
    chosen = complete(scope, preset, one.hyperparameters, at.child("hyperparameters"))
    found = [*model.found, *dataset.found, *chosen.found]
    brought: list[Entry] = [] if model.value.artifact is None else [model.value.artifact]
    if chosen.found:
        return Staged(brought, found)
    project = scope.project.metadata.name
    stem = object_name([project, name])
    finetune = Finetune(
        key=(project, name),
        of=f"{project}/finetunes/{name}",
        unit=project,
        namespace=scope.project.metadata.namespace,
        origin=scope.at("finetunes", name, key=True),
        names=JobNames(claim=scope.stored_as(name), job=stem, files=stem),
        labels=scope.labels("finetune"),
        references=(model.value.reference, dataset.value.reference),
        stage=one.stage,
        method=one.method,
        lora=one.lora,
        freeze=one.freeze,
        hyperparameters=chosen.value,
        accelerator=one.accelerator.type,
        cards=one.accelerator.count,
        deepspeed=one.deepspeed,
        trainer=one.trainer,
        output=one.output,
        attempt=one.attempt,
        deadline_seconds=seconds(one.deadline) if one.deadline else None,
        template=one.template,
        image=one.image,
        script=one.script,
        environment=environment_of(one.env),
        formerly=scope.formerly("finetunes", name),
    )
    return Staged([*brought, finetune], found)


def environment_of(written: WrittenEnvironment) -> Environment:
    """Environment variables as values."""
    return {
        name: value if isinstance(value, str) else SecretKey(value.secret, value.key) for name, value in written.items()
    }
