"""Kubeflow: jobs of the training operator and of the MPI operator, and those of KubeDL. Checked and passed through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import kubeflow_problems as problems
from compiler.dialects.base import Dialect, Passed, Read
from compiler.dialects.kubeflow_pods import cards_of, mapping, number, roles
from compiler.dialects.kubernetes import check_metadata
from compiler.dialects.problems import without_effect
from compiler.source.document import Document

KUEUE = "kueue.x-k8s.io/queue-name"
LONGEST = 63
"""Characters of a Service's name."""


class Kind(NamedTuple):
    """A kind of job."""

    api_version: str
    kind: str
    replicas: str
    """Field of `spec` with the pods by role."""

    policy: tuple[str, ...] = ("spec", "runPolicy")
    """Where the job says when it is done."""

    processes: tuple[tuple[str, ...], ...] = ()
    """Fields of `spec` that say how many processes a pod starts."""

    services: bool = True
    """Whether each pod has a Service of its name."""


TRAINING = "kubeflow.org/v1"
MPI = "kubeflow.org/v2beta1"
KUBEDL = "training.kubedl.io/v1alpha1"

KINDS = (
    Kind(
        TRAINING, "PyTorchJob", "pytorchReplicaSpecs", processes=(("nprocPerNode",), ("elasticPolicy", "nProcPerNode"))
    ),
    Kind(TRAINING, "TFJob", "tfReplicaSpecs"),
    Kind(TRAINING, "XGBoostJob", "xgbReplicaSpecs"),
    Kind(TRAINING, "PaddleJob", "paddleReplicaSpecs"),
    Kind(TRAINING, "JAXJob", "jaxReplicaSpecs"),
    Kind(TRAINING, "MPIJob", "mpiReplicaSpecs", processes=(("slotsPerWorker",),), services=False),
    Kind(MPI, "MPIJob", "mpiReplicaSpecs", processes=(("slotsPerWorker",),)),
    Kind(KUBEDL, "ElasticDLJob", "elasticdlReplicaSpecs", policy=("spec",)),
    Kind(KUBEDL, "MarsJob", "marsReplicaSpecs", policy=("spec",)),
)


def read_job(kind: Kind, document: Document, unit: str) -> Staged[list[Read]]:
    """The job under its own name, and what will happen to it that it does not say.

    Its fields are held against the schema of its kind later; until then any of them may be anything.
    """
    found = check_metadata(document)
    if found:
        return Staged([], found)
    return Staged([Passed(document, unit)], [*_about(kind, document)])


def _about(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    if kind.api_version == KUBEDL:
        yield problems.of_kubedl(document.at("kind"), kind.kind)
    yield from _end(kind, document)
    yield from _start(kind, document)
    yield from _processes(kind, document)
    yield from _restart(kind, document)
    yield from _names(kind, document)


def _end(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    field = "ttlSecondsAfterFinished"
    if mapping(document.value, *kind.policy).get(field) is not None:
        yield problems.runs_again(document.at(*kind.policy, field))


def _start(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    suspend = mapping(document.value, *kind.policy).get("suspend")
    queued = KUEUE in mapping(document.value, "metadata", "labels")
    if isinstance(suspend, bool) and (queued or suspend):
        yield problems.suspended(document.at(*kind.policy, "suspend"), queued=queued)


def _processes(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    cards = [(cards_of(spec), role) for role, spec in roles(document.value, kind.replicas)]
    fewest = min((one for one in cards if one[0] and one[1] != "Launcher"), default=None)
    for path in kind.processes:
        processes = number(mapping(document.value, "spec", *path[:-1]).get(path[-1]))
        if processes is not None and fewest is not None and fewest[0] < processes:
            yield problems.more_processes(document.at("spec", *path), path[-1], processes, *fewest)


def _restart(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    for role, spec in roles(document.value, kind.replicas):
        if mapping(spec, "template", "spec").get("restartPolicy") is not None:
            at = document.at("spec", kind.replicas, role, "template", "spec", "restartPolicy")
            wrong = f"The operator sets the pods' `restartPolicy` from that of the role `{role}`."
            yield without_effect(at, wrong, "Say it beside `template`.")


def _names(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    if not kind.services:
        return
    job = str(document.value["metadata"]["name"])
    pods = [
        f"{job}-{role.lower()}-{(number(spec.get('replicas')) or 1) - 1}"
        for role, spec in roles(document.value, kind.replicas)
    ]
    longest = max(pods, key=len, default="")
    if len(longest) > LONGEST and len(job) <= LONGEST:
        yield problems.no_room(document.at("metadata", "name"), longest)


DIALECTS = tuple(Dialect(one.api_version, one.kind, partial(read_job, one)) for one in KINDS)
