"""Training jobs as entries of `jobs`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.importing.base import Entry, Stays, Taken, Taking
from compiler.linking.workload import FieldPath, SecretKey
from compiler.planning.export import bucket_of_upload
from compiler.planning.frameworks import pods_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.linking.workload import Environment, OutputClaim, TrainingJob

RETRIES = 3
"""What a Project's job has, where it does not say."""


def entry_of(job: TrainingJob, taking: Taking) -> Taken | Stays:
    """The entry of a job."""
    why = next(_unsayable(job, taking), "")
    if why:
        return Stays(why)
    place = taking.names.places[taking.document]
    value: dict[str, Any] = {"framework": job.framework, "image": job.image}
    value |= {"command": [*job.command]} if job.command else {}
    value |= {"args": [*job.arguments]} if job.arguments else {}
    value |= {"env": environment(job.environment)} if job.environment else {}
    if pods_of(job.framework, job.replicas) != pods_of(job.framework, {}):
        value["replicas"] = _replicas(job)
    if job.accelerator:
        value["accelerator"] = {"type": job.accelerator, "count": job.cards}
    resources = {"cpu": job.cpu, "memory": job.memory}
    value |= {"resources": found} if (found := {name: one for name, one in resources.items() if one}) else {}
    mounts = {one.role: {one.wanted: taking.names.reference(one.key, place.project)} for one in job.mounts}
    value |= {"mounts": mounts} if mounts else {}
    value |= {"output": _output(job.outputs[0], taking)} if job.outputs else {}
    value |= {"retries": job.retries} if job.retries not in (None, RETRIES) else {}
    value |= {"deadline": duration(job.deadline_seconds)} if job.deadline_seconds else {}
    value |= {"workdir": job.workdir} if job.workdir else {}
    return Taken((Entry("jobs", place.entry, value, taking.document),))


def _unsayable(job: TrainingJob, taking: Taking) -> Iterator[str]:
    """Why a Project cannot say a job."""
    if job.framework == "general":
        yield "It is a plain Job, and a Project's jobs run under a training operator."
    if len(job.outputs) > 1:
        yield f"It writes to {len(job.outputs)} claims, and a Project's job has one `output`."
    if job.upload is not None and bucket_of_upload(job.upload, taking.side.program).value is not None:
        yield "It copies its result to the cluster's bucket, which a Project's job cannot."
    if job.cards and job.accelerator is None:
        yield "It takes any GPU, or one that the cluster does not list; a Project names an `accelerator` of the cluster."
    if job.extra_resources or job.capabilities:
        yield "It runs over InfiniBand, which a Project's job cannot ask for."
    if job.read_write:
        yield "It writes to what it mounts, and a Project mounts for reading."
    yield from (
        f"`{name}` is a field of the pod, which a Project's `env` cannot hold."
        for name, value in job.environment.items()
        if isinstance(value, FieldPath)
    )


def environment(variables: Environment) -> dict[str, Any]:
    """Variables as a Project has them. None of them is a field of the pod."""
    return {
        name: {"secret": one.secret, "key": one.key} if isinstance(one, SecretKey) else one
        for name, one in variables.items()
    }


def _replicas(job: TrainingJob) -> dict[str, int]:
    """Pods by role, but for those that the framework cannot do without."""
    usual = pods_of(job.framework, {})
    said = {role: number for role, number in pods_of(job.framework, job.replicas).items() if usual.get(role) != number}
    return said or dict(job.replicas)


def _output(output: OutputClaim, taking: Taking) -> dict[str, Any]:
    return {"path": output.path, **claim(output, taking)}


def claim(output: OutputClaim, taking: Taking) -> Mapping[str, Any]:
    """Size, class and modes of a claim, as far as the cluster does not give them anyway."""
    default = taking.side.program.profile.storage
    found: dict[str, Any] = {}
    if output.size and output.size != default.size:
        found["size"] = output.size
    if output.storage_class and output.storage_class != default.class_:
        found["class"] = output.storage_class
    if output.access_modes and list(output.access_modes) != list(default.access_modes):
        found["accessModes"] = [*output.access_modes]
    return found


def duration(seconds: int) -> str:
    """A length of time as the language writes it.

    >>> duration(43200), duration(5400), duration(61)
    ('12h', '1h30m', '1m1s')
    """
    hours, rest = divmod(seconds, 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
