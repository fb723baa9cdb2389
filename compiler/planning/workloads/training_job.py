"""A training job with the user's own image and command."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from compiler.diagnostics import Diagnostic, Severity, Staged
from compiler.emission.digests import run_digest
from compiler.emission.quantities import quantity
from compiler.linking.accelerators import PRODUCT, Resolved
from compiler.linking.program import Program
from compiler.linking.workload import FieldPath, Finetune, OutputClaim, Reference, SecretKey, TrainingJob
from compiler.planning import job_problems as problems
from compiler.planning.export import Result, bucket_of_upload, plan_export
from compiler.planning.finetuning.runs import READY, data_digest
from compiler.planning.frameworks import FRAMEWORKS, Framework, Role, accelerated, pods_of
from compiler.planning.identity import Identity
from compiler.planning.images import pinned
from compiler.planning.job_checks import check_amounts, check_paths
from compiler.planning.job_script import JOB
from compiler.planning.plans import Plan
from compiler.planning.pod_parts import (
    Mounted,
    check_held,
    check_image,
    check_nodes,
    check_output,
    gate_seconds,
    gates_of,
    groups_of,
    modes_of,
    queue_labels,
    volcano_queue,
    volumes_of,
)
from compiler.planning.pools import pool_of
from compiler.planning.promotions import run_served
from compiler.planning.results import ResultClaim, result_plans, size_of
from compiler.planning.summary import PodSummary, Summary, pod_summary
from compiler.planning.training.placement import CORES_OF_CARD, SHARED_OF_CARD, USABLE
from compiler.planning.training.values import Reason
from compiler.planning.whereabouts import Whereabouts, whereabouts, whereabouts_of_run
from compiler.planning.work import Elasticity, PodVolume, Replicas, WorkPlan, WorkPod
from compiler.planning.working import Planned, PlannerOf

GIB = 1 << 30
REPLICA = FieldPath("metadata.labels['training.kubeflow.org/replica-index']")
STATE = "/mnt/hydra"
"""Where the directory of the run's marker is mounted."""

PUBLISH_SECONDS = 3600
WITHOUT_CARDS = {"cpu": "1", "memory": "2Gi"}
"""What a pod without cards asks for, where its job does not say."""

ANY_CARD = "nvidia.com/gpu"
"""What a pod with cards asks for, where its job says no type that the cluster has."""


class _Read(NamedTuple):
    """A job and everything that it names."""

    job: TrainingJob
    program: Program
    framework: Framework
    resolved: Resolved | None
    mounted: tuple[Mounted, ...]
    run: str
    addresses: Mapping[str, str]
    """Environment variables with addresses of services."""

    @property
    def wrapped(self) -> bool:
        """Whether the program is put into a script that writes a marker."""
        return bool(self.job.command and self.job.outputs)

    @property
    def roles(self) -> dict[str, int]:
        """Pods by role."""
        return pods_of(self.job.framework, self.job.replicas)


def plan_job(job: TrainingJob, program: Program) -> Staged[Planned]:
    """Every decision about a job; with an error, what is wrong and no plan."""
    read, found = _read(job, program)
    if read is None:
        return Staged(Planned(), found)
    found = [*found, *_checks(read)]
    if any(one.level is Severity.ERROR for one in found):
        return Staged(Planned(), found)
    claims = [_claim(read, one) for one in job.outputs]
    placed = [result_plans(job, one, program) for one in claims]
    storage = tuple(plan for one in placed for plan in one.value)
    sizes = tuple((one.name, size_of(storage, one)) for one in claims)
    work = _work(read)
    copy = _copy(read)
    found += [*(one for each in placed for one in each.found), *copy.found]
    return Staged(Planned((*storage, work, *copy.value), _summary(read, work, sizes)), found)


def _copy(read: _Read) -> Staged[tuple[Plan, ...]]:
    """The Job that copies the result to where a dialect wants it."""
    job = read.job
    if job.upload is None or not job.outputs:
        return Staged(())
    bucket = bucket_of_upload(job.upload, read.program)
    output = next((one for one in job.outputs if one.path == job.upload.directory), job.outputs[-1])
    if bucket.value is None or not read.wrapped:
        return Staged((), bucket.found)
    state = state_of(output, read.run)
    directory = f"runs/{read.run}/data" if output.per_run else ""
    producer = f"{read.framework.kind} {job.namespace}/{job.names.job}"
    # The marker lies on the last claim, which is the one of the results.
    result = Result(job, output.claim, directory, f"{state}/{READY}", state, read.run, producer)
    copy = plan_export(result, bucket.value, read.program)
    return Staged(copy.value, [*bucket.found, *copy.found])


def state_of(output: OutputClaim, run: str) -> str:
    """Directory of a run's marker on its claim."""
    return f"runs/{run}" if output.per_run else f".hydra/{run}"


def _read(job: TrainingJob, program: Program) -> Staged[_Read | None]:
    found: list[Diagnostic] = []
    resolved = None
    if job.accelerator is not None:
        staged = pool_of(program, job.accelerator, job.at("accelerator", "type"))
        found += staged.found
        resolved = staged.value
    mounted = []
    for index, reference in enumerate(job.mounts):
        place = _place(job, reference, program)
        if place is not None:
            mounted.append(Mounted(f"{reference.wanted}-{index}", reference.role, place))
    if (job.accelerator is not None and resolved is None) or len(mounted) < len(job.mounts):
        return Staged(None, found)
    addresses = _addresses(job, program)
    if len(addresses) < len(job.addresses):
        return Staged(None, found)
    framework = FRAMEWORKS[job.framework]
    run = run_of_job(job, program)
    return Staged(_Read(job, program, framework, resolved, tuple(mounted), run, addresses), found)


def _addresses(job: TrainingJob, program: Program) -> dict[str, str]:
    """Addresses of services, by variable. One whose service cannot be planned, which has said so, is left out."""
    if not job.addresses:
        return {}
    from compiler.planning.serving.routes import url_of

    found = {name: url_of(program.services[job.of, role], program) for name, role in job.addresses.items()}
    return {name: url for name, url in sorted(found.items()) if url is not None}


def _place(job: TrainingJob, reference: Reference, program: Program) -> Whereabouts | None:
    """Where a mount lies: of a fine-tuning, the run that the job is held on."""
    target = program.links[job.of, reference.role]
    if not isinstance(target, Finetune):
        return whereabouts(target, program)
    run = run_served(program, job.of, target, reference.role)
    return whereabouts_of_run(target, run.run, run.result)


def _content(job: TrainingJob, reference: Reference, program: Program) -> str:
    target = program.links[job.of, reference.role]
    if isinstance(target, Finetune):
        return run_served(program, job.of, target, reference.role).run
    return data_digest(target, program)


def _asked(job: TrainingJob, program: Program) -> dict[str, str]:
    return {name: program.services[job.of, role].of for name, role in job.addresses.items()}


def run_of_job(job: TrainingJob, program: Program) -> str:
    """The digest of a job's run: its program, what it reads, and how often it was asked for. Not its resources."""
    environment = {name: value if isinstance(value, str) else list(value) for name, value in job.environment.items()}
    return run_digest(
        {
            "framework": job.framework,
            "image": job.image,
            "command": [*job.command, "--", *job.arguments],
            # A service that answers elsewhere by now is the same service.
            "environment": {**environment, **_asked(job, program)},
            "mounts": {one.role: _content(job, one, program) for one in job.mounts},
            "attempt": job.attempt,
        }
    )


def _checks(read: _Read) -> Iterator[Diagnostic]:
    job, profile = read.job, read.program.profile
    yield from _check_roles(read)
    yield from _check_cards(read)
    yield from check_image(profile, job.image, job.at("image"))
    nodes = sum(read.roles.values())
    if job.elastic is not None:
        nodes = max(nodes, job.elastic[1])
    claims: dict[str, tuple[str, ...] | None] = {
        one.data.claim: modes_of(read.program, job.namespace, one) for one in read.mounted
    }
    claims |= {one.claim: one.access_modes or tuple(profile.storage.access_modes) for one in job.outputs}
    written = {one.claim for one in job.outputs} | (set(claims) if job.read_write else set())
    yield from check_nodes(read.program, job.namespace, claims, written=written, nodes=nodes, at=job.at("replicas"))
    for output in job.outputs:
        yield from check_output(output.access_modes or (), (output.at or job.origin).child("accessModes"))
    waited = {one.data.claim: (one, reference.at) for one, reference in zip(read.mounted, job.mounts, strict=True)}
    if nodes == 1:
        yield from check_held(read.program, job.namespace, waited)
    yield from check_amounts(job)
    yield from check_paths(job, reserved=(STATE,))
    if job.outputs and not job.command:
        yield problems.no_marker(job.origin)


def _check_roles(read: _Read) -> Iterator[Diagnostic]:
    job, roles = read.job, read.framework.roles
    for name, number in job.replicas.items():
        at = job.at("replicas", name)
        if name not in roles:
            yield problems.not_a_role(at._replace(key=True), job.framework, name, roles)
            continue
        most = roles[name].most
        if most is not None and number > most:
            yield problems.too_many_of_role(at, job.framework, name, most)
    workers = read.roles.get("worker", 0)
    if job.elastic is not None:
        least, most, _ = job.elastic
        if job.framework != "pytorch":
            at = job.at("elastic")._replace(key=True)
            yield problems.not_elastic(at, f"A job of `{job.framework}` is not elastic.", "Remove `elastic`.")
        elif not least <= workers <= most:
            wrong = f"The job has {workers} workers, and its bounds are {least} and {most}."
            yield problems.not_elastic(job.at("elastic"), wrong, "Correct `replicas.worker` or the bounds.")
    if job.framework == "pytorch" and workers > 1 and not read.wrapped:
        yield problems.any_worker_ends_it(job.origin, workers)


def _check_cards(read: _Read) -> Iterator[Diagnostic]:
    job, resolved = read.job, read.resolved
    if resolved is None or not job.cards:
        return
    at, pool = job.at("accelerator", "count"), resolved.pool
    if job.cards > pool.per_node:
        yield problems.beyond_node(at, job.cards, pool.per_node, resolved.id)
    total = job.cards * accelerated(job.framework, job.replicas)
    if total > pool.cards:
        yield problems.beyond_cluster(at, total, pool.cards, resolved.id)


def _asks(read: _Read) -> bool:
    """Whether any pod asks for a card that is a device."""
    return bool(read.job.cards and (read.resolved is None or read.resolved.pool.card.resource))


def _claim(read: _Read, output: OutputClaim) -> ResultClaim:
    size = quantity(output.size or read.program.profile.storage.size)
    return ResultClaim(
        output.claim, size, output.storage_class, output.access_modes, output.at or read.job.origin._replace(key=False)
    )


def _work(read: _Read) -> WorkPlan:
    job, profile = read.job, read.program.profile
    roles = read.framework.roles
    replicas = tuple(
        Replicas(_role_name(read, name), number, _pod(read, roles[name], leads=name == next(iter(read.roles))))
        for name, number in read.roles.items()
    )
    labels = queue_labels(profile, asks=_asks(read))
    return WorkPlan(
        identity=Identity(
            job.names.job,
            job.namespace,
            job.unit,
            job.origin,
            {**job.labels, **labels},
            job.annotations,
            {"image": job.at("image")},
        ),
        framework=job.framework,
        replicas=replicas,
        processes=_processes(read),
        backoff_limit=_retries(read),
        deadline_seconds=job.deadline_seconds,
        elastic=_elasticity(read),
        volcano_queue=volcano_queue(profile, asks=_asks(read)),
        restart="Never" if job.framework == "general" else "OnFailure",
        run=read.run if read.wrapped else "",
    )


def _retries(read: _Read) -> int | None:
    """Restarts that the operator allows. Where the pods fail together, it counts the restart of each."""
    retries, framework = read.job.retries, read.framework
    return retries * sum(read.roles.values()) if retries is not None and framework.together else retries


def _role_name(read: _Read, name: str) -> str:
    """A single worker of PyTorch is the Master: a job without one has no rendezvous that plain scripts know."""
    alone = read.job.framework == "pytorch" and read.roles.get("worker") == 1 and read.job.elastic is None
    return "Master" if alone else read.framework.roles[name].name


def _processes(read: _Read) -> str | None:
    job = read.job
    if job.framework not in {"pytorch", "mpi"}:
        return None
    return str(job.processes or max(1, job.cards))


def _elasticity(read: _Read) -> Elasticity | None:
    job, workers = read.job, read.roles.get("worker", 0)
    if job.framework != "pytorch" or (workers < 2 and job.elastic is None):
        return None
    least, most, restarts = job.elastic or (workers, workers, None)
    return Elasticity(least, most, read.run, restarts)


def _pod(read: _Read, role: Role, *, leads: bool) -> WorkPod:
    job, profile = read.job, read.program.profile
    cards, image = (job.cards if role.accelerated else 0), pinned(job.image, profile)
    wraps = read.wrapped and leads
    command, arguments = _command(read, role, wraps=wraps)
    resolved = read.resolved if cards else None
    selector: Mapping[str, str] = resolved.node_selector if resolved else {}
    if cards and resolved is None and job.product:
        selector = {PRODUCT: job.product}
    return WorkPod(
        image=image,
        command=command,
        arguments=arguments,
        environment=_environment(read, role, wraps=wraps),
        volumes=_volumes(read, cards, wraps=wraps),
        gates=tuple(gates_of(read.mounted, gate_seconds(profile, job.deadline_seconds))),
        gate_image=image,
        resources=_resources(read, cards),
        uid=job.mount.uid,
        gid=job.mount.gid,
        fs_group=profile.storage.fs_group,
        groups=groups_of(read.mounted, job.mount.gid),
        node_selector=selector,
        tolerations=resolved.tolerations if resolved else (),
        pull_secrets=profile.pull_secrets,
        service_account=profile.service_account,
        labels=profile.pod_labels,
        workdir=job.workdir,
        capabilities=job.capabilities,
    )


def _command(read: _Read, role: Role, *, wraps: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    job = read.job
    if not role.runs:
        return (), ()
    if wraps:
        return ("sh", "-c", JOB, "job"), (*job.command, *job.arguments)
    return tuple(job.command), tuple(job.arguments)


def _environment(read: _Read, role: Role, *, wraps: bool) -> dict[str, str | SecretKey | FieldPath]:
    job = read.job
    if not role.runs:
        return dict(sorted({**job.environment, **read.addresses}.items()))
    own: dict[str, str | SecretKey | FieldPath] = {}
    if wraps:
        ready = json.dumps({"run": read.run, "of": job.of})
        own = {
            "HYDRA_MARKER": f"{STATE}/{READY}",
            "HYDRA_READY": ready,
            "HYDRA_PUBLISH_SECONDS": str(PUBLISH_SECONDS),
            "HYDRA_REPLICA": "0" if job.framework in {"mpi", "general"} else REPLICA,
        }
    given = dict(sorted({**job.environment, **read.addresses}.items()))
    return {"HOME": "/tmp", "USER": "hydra", **given, **own}  # noqa: S108


def _volumes(read: _Read, cards: int, *, wraps: bool) -> tuple[PodVolume, ...]:
    job = read.job
    # The data alone, where the program looks for it; gates see the whole claim, with the marker.
    volumes = [
        one._replace(read_only=not job.read_write, sub_path=data.data.directory)
        for one, data in zip(volumes_of(read.mounted), read.mounted, strict=True)
    ]
    for index, output in enumerate(job.outputs):
        name = "output" if len(job.outputs) == 1 else f"output-{index}"
        sub = f"runs/{read.run}/data" if output.per_run else ""
        volumes.append(PodVolume(name, output.path, claim=output.claim, sub_path=sub))
    if wraps:
        output = job.outputs[-1]
        volumes.append(PodVolume("state", STATE, claim=output.claim, sub_path=state_of(output, read.run)))
    taken = {posixpath.normpath(one.path) for one in volumes}
    own = [PodVolume("tmp", "/tmp", size="20Gi")]  # noqa: S108
    if cards > 1:
        size = quantity(f"{cards * SHARED_OF_CARD // GIB}Gi")
        own.append(PodVolume("shm", "/dev/shm", size=size, in_memory=True))  # noqa: S108
    return (*volumes, *(one for one in own if one.path not in taken))


def _resources(read: _Read, cards: int) -> dict[str, Any]:
    """What a pod asks for. With cards, and unless the job says otherwise, their share of the node, and no less."""
    job, resolved = read.job, read.resolved if cards else None
    share: dict[str, str] = dict(WITHOUT_CARDS) if not cards else {}
    if resolved is not None:
        share = _share(resolved, cards)
    asked = share | {name: amount for name, amount in (("cpu", job.cpu), ("memory", job.memory)) if amount}
    asked = {name: quantity(amount) for name, amount in asked.items()}
    if cards:
        resource = resolved.pool.card.resource if resolved else ANY_CARD
        asked |= {resource: str(cards)} if resource else {}
        asked |= job.extra_resources
    # Extended resources have limits that equal the requests; cores are shared with whoever needs them.
    limits = {name: amount for name, amount in asked.items() if name != "cpu" or cards}
    if not cards and job.memory is None:
        limits.pop("memory", None)
    return {"requests": asked, "limits": limits}


def _share(resolved: Resolved, cards: int) -> dict[str, str]:
    pool = resolved.pool
    share: dict[str, str] = {}
    if pool.node_cpu is not None:
        most = max(1, pool.node_cpu * USABLE * cards // (100 * pool.per_node))
        share["cpu"] = str(min(CORES_OF_CARD * cards, most))
    if pool.node_memory is not None:
        memory = pool.node_memory * USABLE * cards // (100 * pool.per_node)
        share["memory"] = f"{max(1, memory // GIB)}Gi"
    return share


def _summary(read: _Read, work: WorkPlan, storage: tuple[tuple[str, str], ...]) -> Summary:
    job, roles = read.job, read.framework.roles
    pods = tuple(
        pod_summary(one, job.cards if roles[name].accelerated else 0)
        for name, one in zip(read.roles, work.replicas, strict=True)
    )
    return Summary(
        job.of,
        read.framework.kind,
        job.namespace,
        job.origin,
        _card(read),
        pods,
        storage,
        reasons=_reasons(read, work, pods),
    )


def _card(read: _Read) -> str | None:
    """What the job's cards are called."""
    if read.resolved is not None:
        return read.resolved.id
    return read.job.product or (ANY_CARD if read.job.cards else None)


def _reasons(read: _Read, work: WorkPlan, pods: tuple[PodSummary, ...]) -> tuple[Reason, ...]:
    roles = ", ".join(_role(one, _card(read)) for one in pods)
    reasons = [Reason("accelerator", f"The job says its replicas: {roles}.")]
    if work.elastic is not None:
        why = (
            "Workers alone, by the elastic form: the operator puts an init container that is not restricted into "
            "Workers of a job that has a Master."
        )
        reasons.append(Reason("accelerator", why))
    if read.wrapped:
        reasons.append(Reason("pod", f"Run {read.run}: the program is not run again where its marker stands."))
    return tuple(reasons)


def _role(pods: PodSummary, card: str | None) -> str:
    """`2 Worker with 8 cards of `a100-80gb` each`."""
    if not pods.cards:
        return f"{pods.number} {pods.role}"
    each = " each" if pods.number > 1 else ""
    return f"{pods.number} {pods.role} with {pods.cards} {'card' if pods.cards == 1 else 'cards'} of `{card}`{each}"


def cards(job: TrainingJob, program: Program) -> tuple[str | None, int]:
    """The accelerators that it names, and how many all of its pods have."""
    del program
    return job.accelerator, job.cards * accelerated(job.framework, job.replicas)


PLANNER = PlannerOf(TrainingJob, plan_job, cards)
