"""Findings about training jobs."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Code, Diagnostic, Located, Severity

BAD_DIRECTORY = Code(
    "HYD944",
    Severity.ERROR,
    "A directory that nothing can be mounted at.",
    "Kubernetes refuses a pod with two volumes at one place, and no container starts whose volume lies in data that is mounted read-only.",
    bad="mounts: {/data: {dataset: tickets}, /data/base: {model: base}}",
    good="mounts: {/data/tickets: {dataset: tickets}, /data/base: {model: base}}",
)
NOT_A_ROLE = Code(
    "HYD945",
    Severity.ERROR,
    "A role that the framework does not have, or more pods of it than it may.",
    "The operator would refuse the job.",
    bad="framework: jax\nreplicas: {launcher: 1, worker: 2}",
    good="framework: jax\nreplicas: {worker: 2}",
)
BEYOND_CLUSTER = Code(
    "HYD946",
    Severity.ERROR,
    "A job asks for more cards than the cluster has, or a replica for more than a node.",
    "Its pods would wait for ever.",
    bad="accelerator: {type: a100-80gb, count: 16}   # of a replica, and a node has 8",
    good="replicas: {worker: 2}\naccelerator: {type: a100-80gb, count: 8}",
)
NOT_ELASTIC = Code(
    "HYD947",
    Severity.ERROR,
    "An elastic job that cannot be one.",
    "Only PyTorch jobs are elastic, and the number of workers lies within the bounds.",
    bad="framework: mpi\nelastic: {min: 1, max: 4}",
    good="framework: pytorch\nreplicas: {worker: 2}\nelastic: {min: 1, max: 4}",
)
ANY_WORKER_ENDS_IT = Code(
    "HYD948",
    Severity.INFO,
    "A job of several workers that is over when any of them is.",
    "The operator calls an elastic PyTorchJob done as soon as one worker has ended well, and ends the others. With an `output`, Hydra lets the others wait for the first one's marker.",
    bad="framework: pytorch\nreplicas: {worker: 4}",
    good="framework: pytorch\nreplicas: {worker: 4}\noutput: {path: /out, size: 100Gi}",
    source="https://github.com/kubeflow/training-operator/blob/v1.9.0/pkg/controller.v1/pytorch/pytorchjob_controller.go",
)
NO_MARKER = Code(
    "HYD949",
    Severity.INFO,
    "A job whose end nobody can see on its volume.",
    "Without a `command`, the image's own program is run as it is: nothing can be put around it that writes a marker, so a new object of the job runs it again.",
    bad="jobs:\n  pretrain: {framework: pytorch, image: acme/train:1, output: {path: /out}}",
    good="jobs:\n  pretrain: {framework: pytorch, image: acme/train:1, command: [python, train.py], output: {path: /out}}",
)


def bad_directory(at: Located, wrong: str, do: str) -> Diagnostic:
    """A directory of a pod that cannot be one."""
    return Diagnostic(BAD_DIRECTORY, at, wrong, do)


BEYOND_WITHOUT_QUEUE = Code(
    "HYD942",
    Severity.WARNING,
    "All workloads together ask for more cards than the cluster has, and nothing queues them.",
    "Pods are scheduled one by one: two jobs can each hold half of what they need, and wait for each other for ever.",
    bad="# 96 cards are asked for\naccelerators: {a100-80gb: {count: 64, perNode: 8}}",
    good="accelerators: {a100-80gb: {count: 64, perNode: 8}}\nqueue: {kind: kueue, name: ml}",
)


def beyond_without_queue(at: Located, cards: int, there: int, accelerator: str) -> Diagnostic:
    """More than there is."""
    return Diagnostic(
        BEYOND_WITHOUT_QUEUE, at,
        f"The workloads ask for {cards} cards of `{accelerator}` together, and the cluster has {there}.",
        "Add `queue` to the cluster, or run fewer of them at a time.",
    )  # fmt: skip


def not_a_role(at: Located, framework: str, role: str, known: Iterable[str]) -> Diagnostic:
    """A role of another framework."""
    listed = ", ".join(f"`{one}`" for one in known)
    return Diagnostic(NOT_A_ROLE, at, f"A job of `{framework}` has no role `{role}`.", f"Its roles are {listed}.")


def too_many_of_role(at: Located, framework: str, role: str, most: int) -> Diagnostic:
    """More pods of a role than there may be."""
    return Diagnostic(
        NOT_A_ROLE, at, f"A job of `{framework}` has at most {most} of role `{role}`.", f"Write `{role}: {most}`."
    )


def beyond_node(at: Located, cards: int, per_node: int, accelerator: str) -> Diagnostic:
    """A replica larger than a node."""
    return Diagnostic(
        BEYOND_CLUSTER, at, f"A replica asks for {cards} cards of `{accelerator}`, and a node has {per_node}.",
        f"Ask for at most {per_node} a replica, and for more replicas.",
    )  # fmt: skip


def beyond_cluster(at: Located, cards: int, there: int, accelerator: str) -> Diagnostic:
    """A job larger than the cluster."""
    return Diagnostic(
        BEYOND_CLUSTER, at, f"The job asks for {cards} cards of `{accelerator}`, and the cluster has {there}.",
        "Ask for fewer replicas, or fewer cards a replica.",
    )  # fmt: skip


def not_elastic(at: Located, wrong: str, do: str) -> Diagnostic:
    """An elastic job that cannot be one."""
    return Diagnostic(NOT_ELASTIC, at, wrong, do)


def any_worker_ends_it(at: Located, workers: int) -> Diagnostic:
    """The rule of elastic jobs."""
    return Diagnostic(
        ANY_WORKER_ENDS_IT, at, f"The job is over when any of its {workers} workers has ended well.",
        "Let the program end on all of them at the same time, or give the job a `command` and a volume for what it makes.",
    )  # fmt: skip


def no_marker(at: Located) -> Diagnostic:
    """A program that nothing can be put around."""
    return Diagnostic(
        NO_MARKER, at, "The image's own program is run, and no marker says when it has ended.", "Give a `command`."
    )
