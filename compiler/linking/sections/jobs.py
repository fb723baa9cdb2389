"""`jobs`: each entry is a workload with the user's own image and command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.naming import object_name
from compiler.linking.implicit import Named, reference
from compiler.linking.scope import Entry, Scope
from compiler.linking.sections.finetunes import environment_of
from compiler.linking.workload import JobNames, OutputClaim, Reference, TrainingJob
from compiler.source.document import Origin
from compiler.spec.durations import seconds

if TYPE_CHECKING:
    from compiler.spec.project.jobs import Job, Mounted
    from compiler.spec.training import Environment


STORES = "output"
"""The field that gives its entries storage."""


def expand(scope: Scope) -> Staged[list[Entry]]:
    """Jobs as workloads, and the models of the library that they mount."""
    jobs: dict[str, Job] = getattr(scope.project, "jobs", None) or {}
    entries: list[Entry] = []
    found: list[Diagnostic] = []
    for name, job in jobs.items():
        at = scope.at("jobs", name)
        mounts = [_mount(scope, path, one, at.child("mounts", path)) for path, one in sorted(job.mounts.items())]
        found += [finding for one in mounts for finding in one.found]
        entries += [one.value.artifact for one in mounts if one.value.artifact is not None]
        entries.append(_job(scope, name, job, [one.value for one in mounts]))
    return Staged(entries, found)


def _mount(scope: Scope, path: str, one: Mounted, at: Origin) -> Staged[Named]:
    if one.dataset is not None:
        return reference(scope, path, "dataset", one.dataset, at.child("dataset"))
    return reference(scope, path, "model", str(one.model), at.child("model"))


def _job(scope: Scope, name: str, job: Job, mounts: list[Named]) -> TrainingJob:
    project = scope.project.metadata.name
    stem = object_name([project, name])
    elastic, told = job.elastic, _addresses(job)
    return TrainingJob(
        key=(project, name),
        of=f"{project}/jobs/{name}",
        unit=project,
        namespace=scope.project.metadata.namespace,
        origin=scope.at("jobs", name, key=True),
        names=JobNames(claim=scope.stored_as(name), job=stem, files=stem),
        labels=scope.labels("job"),
        references=(*(one.reference for one in mounts), *_asked(scope, name, job)),
        framework=job.framework,
        image=job.image,
        command=job.command,
        arguments=job.args,
        environment=environment_of(
            cast("Environment", {name: one for name, one in job.env.items() if name not in told})
        ),
        addresses=told,
        replicas={str(role): number for role, number in job.replicas.items()},
        accelerator=job.accelerator.type if job.accelerator else None,
        cards=job.accelerator.count if job.accelerator else 0,
        cpu=job.resources.cpu,
        memory=job.resources.memory,
        outputs=_outputs(scope, name, job, scope.stored_as(name)),
        attempt=job.attempt,
        retries=job.retries,
        deadline_seconds=seconds(job.deadline) if job.deadline else None,
        elastic=(elastic.min, elastic.max, elastic.restarts) if elastic else None,
        workdir=job.workdir,
        formerly=scope.formerly("jobs", name),
    )


ADDRESS = "address-of-"
"""What begins the role of a reference to a service; the variable's name is behind it."""


def _asked(scope: Scope, name: str, job: Job) -> Iterator[Reference]:
    """Services whose addresses the job is told."""
    for variable, value in sorted(job.env.items()):
        service = getattr(value, "service", None)
        if service is not None:
            owner, _, entry = service.rpartition("/")
            at = scope.at("jobs", name, "env", variable, "service")
            key = (owner or scope.project.metadata.name, entry)
            yield Reference(f"{ADDRESS}{variable}", "service", service, key, at)


def _addresses(job: Job) -> dict[str, str]:
    """Variables that hold the address of a service -> role of the reference to it."""
    return {name: f"{ADDRESS}{name}" for name, value in job.env.items() if getattr(value, "service", None)}


def _outputs(scope: Scope, name: str, job: Job, claim: str) -> tuple[OutputClaim, ...]:
    output = job.output
    if output is None:
        return ()
    modes = tuple(output.access_modes) if output.access_modes is not None else None
    at = scope.at("jobs", name, "output")
    return (OutputClaim(claim, output.path, output.size, output.class_, modes, at),)
