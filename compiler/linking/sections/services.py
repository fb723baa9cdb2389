"""`services`: each entry is a workload, and brings along the models of the library that it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.linking.implicit import reference
from compiler.linking.scope import Entry, Scope
from compiler.linking.sections.finetunes import environment_of
from compiler.linking.serving import Expose, Scale, Service
from compiler.linking.workload import JobNames, Reference, SecretKey

if TYPE_CHECKING:
    from compiler.spec.project.services import Replicas
    from compiler.spec.project.services import Service as Written

REFERABLE = True
"""Whether references may name its entries."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Services as workloads."""
    written: dict[str, Written] = getattr(scope.project, "services", None) or {}
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for name, one in written.items():
        named = [("model", one.model, scope.at("services", name, "model"))]
        adapters = scope.at("services", name, "adapters")
        named += [(f"adapter-{index}", each, adapters.child(index)) for index, each in enumerate(one.adapters)]
        references: list[Reference] = []
        for role, target, at in named:
            made = reference(scope, role, "model", target, at)
            found += made.found
            references.append(made.value.reference)
            if made.value.artifact is not None:
                entries.append(made.value.artifact)
        entries.append(_service(scope, name, one, tuple(references)))
    return Staged(entries, found)


def _service(scope: Scope, name: str, one: Written, references: tuple[Reference, ...]) -> Service:
    project = scope.project.metadata
    stem = object_name([project.name, name])
    return Service(
        key=(project.name, name),
        of=f"{project.name}/services/{name}",
        unit=project.name,
        namespace=project.namespace,
        origin=scope.at("services", name, key=True),
        names=JobNames(claim=stem, job=stem, files=stem),
        labels=scope.labels("service"),
        project_labels=project.labels,
        references=references,
        runtime=one.runtime,
        engine=one.engine,
        accelerator=one.accelerator.type if one.accelerator else None,
        cards=one.accelerator.count if one.accelerator else None,
        context=one.context,
        concurrency=one.concurrency,
        quantization=one.quantization,
        tensor=one.parallelism.tensor,
        pipeline=one.parallelism.pipeline,
        scale=_scale(one.replicas),
        arguments={argument.lstrip("-"): value for argument, value in one.arguments.items()},
        environment=environment_of(one.env),
        file=one.file,
        image=one.image,
        command=tuple(one.command),
        port=one.port,
        cpu=one.resources.cpu,
        memory=one.resources.memory,
        api_key=SecretKey(one.key.secret, one.key.key) if one.key else None,
        expose=Expose(one.expose.host, one.expose.path) if one.expose else None,
        canary=one.canary,
    )


def _scale(replicas: Replicas) -> Scale:
    most = replicas.max if replicas.max is not None else max(1, replicas.min)
    target = replicas.target
    return Scale(replicas.min, most, target.metric if target else None, target.value if target else None)
