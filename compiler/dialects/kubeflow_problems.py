"""Findings about jobs of the Kubeflow operators that are passed through: what happens once they run."""

from __future__ import annotations

from compiler.diagnostics import Code, Diagnostic, Located, Severity

MORE_PROCESSES = Code(
    "HYD351",
    Severity.WARNING,
    "More processes in a pod than cards.",
    "Trainers give each process of a node a card of its own; those without one fail at their start.",
    bad='nprocPerNode: "8"\n# and in the container\nresources: {limits: {nvidia.com/gpu: 1}}',
    good='nprocPerNode: "8"\n# and in the container\nresources: {limits: {nvidia.com/gpu: 8}}',
    source="https://docs.pytorch.org/docs/stable/elastic/run.html",
)
RUNS_AGAIN = Code(
    "HYD352",
    Severity.WARNING,
    "A job that goes away when it is done.",
    "A GitOps controller sees that the job of the repo is gone, makes it again, and it trains again, for ever.",
    bad="runPolicy: {ttlSecondsAfterFinished: 600}",
    good="runPolicy: {cleanPodPolicy: Running}",
    source="https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
)
SUSPENDED = Code(
    "HYD353",
    Severity.WARNING,
    "A job that says itself whether it is suspended.",
    "Kueue suspends a job until there is room and then lets it run. What the repo says is put back by a GitOps "
    "controller: a job that is never let run, or one that runs without having been admitted.",
    bad="metadata: {labels: {kueue.x-k8s.io/queue-name: ml}}\nspec: {runPolicy: {suspend: true}}",
    good="metadata: {labels: {kueue.x-k8s.io/queue-name: ml}}\nspec: {runPolicy: {backoffLimit: 3}}",
    source="https://kueue.sigs.k8s.io/docs/tasks/run/kubeflow/",
)
NO_ROOM = Code(
    "HYD354",
    Severity.WARNING,
    "A job's name that leaves no room for the names of its pods.",
    "The operator adds role and number to the name, for the pod and for its Service, which takes 63 characters. "
    "The job is accepted, and its pods never find each other.",
    bad="metadata: {name: a-name-of-a-job-that-fills-up-all-of-the-sixty-three-characters}",
    good="metadata: {name: pretrain}",
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
)
OF_KUBEDL = Code(
    "HYD355",
    Severity.INFO,
    "A job of KubeDL.",
    "Its operator is not part of Kubeflow, and no operator of Kubeflow runs it.",
    bad="apiVersion: training.kubedl.io/v1alpha1\nkind: MarsJob",
    good="apiVersion: kubeflow.org/v1\nkind: PyTorchJob",
    source="https://github.com/kubedl-io/kubedl",
)


def more_processes(at: Located, field: str, processes: int, cards: int, role: str) -> Diagnostic:
    """More processes than cards; `cards` are those of a pod of the role."""
    have = "1 card" if cards == 1 else f"{cards} cards"
    return Diagnostic(
        MORE_PROCESSES,
        at,
        f"`{field}` starts {processes} processes in each pod, and a pod of `{role}` asks for {have}.",
        f"Say {cards}, or ask for {processes} cards.",
    )


def runs_again(at: Located) -> Diagnostic:
    """A time to live."""
    return Diagnostic(
        RUNS_AGAIN,
        at,
        "`ttlSecondsAfterFinished` removes the job when it is done, and a GitOps controller makes it again.",
        "Remove it; `cleanPodPolicy: Running` removes pods that still run.",
    )


def suspended(at: Located, *, queued: bool) -> Diagnostic:
    """`suspend`, in a job with or without a queue."""
    if queued:
        wrong = "`suspend` is Kueue's to set: a GitOps controller would put back what stands here."
    else:
        wrong = "`suspend: true` keeps the job from starting, and it names no queue that would let it run."
    return Diagnostic(SUSPENDED, at, wrong, "Remove it.")


def no_room(at: Located, pod: str) -> Diagnostic:
    """A name that is too long for the names of its pods."""
    return Diagnostic(
        NO_ROOM,
        at,
        f"The pod and the Service `{pod}` would have {len(pod)} characters, and 63 are the most.",
        f"Make the name shorter by {len(pod) - 63}.",
    )


def of_kubedl(at: Located, kind: str) -> Diagnostic:
    """A job of KubeDL, and how far it is checked."""
    return Diagnostic(
        OF_KUBEDL,
        at,
        f"The operator of `{kind}` is KubeDL, which is not part of Kubeflow. Names and types of its fields, its roles and "
        "their pods are checked, and not what only KubeDL reads.",
        "Install KubeDL where the job is to run.",
    )
