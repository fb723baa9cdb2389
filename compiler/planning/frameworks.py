"""Frameworks of training jobs: which pods they have, and who of them leads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Role(NamedTuple):
    """One kind of pod of a framework."""

    name: str
    """As the object's field spells it."""

    accelerated: bool = True
    """Whether it gets the cards that the job asks for."""

    least: int = 0
    """Pods where the job does not say."""

    most: int | None = None
    runs: bool = True
    """Whether it runs the job's program; a worker of MPI is reached by ssh."""


class Framework(NamedTuple):
    """The roles of a framework, the leading one first."""

    kind: str
    """Kind of its object."""

    roles: Mapping[str, Role]
    """By the language's word."""

    together: bool = False
    """Whether all pods fail where one does, since each step needs all of them."""


FRAMEWORKS: Mapping[str, Framework] = MappingProxyType({
    "pytorch": Framework("PyTorchJob", {"worker": Role("Worker", least=1)}, together=True),
    "mpi": Framework("MPIJob", {
        "launcher": Role("Launcher", accelerated=False, least=1, most=1),
        "worker": Role("Worker", least=1, runs=False),
    }),
    "tensorflow": Framework("TFJob", {
        "chief": Role("Chief", most=1),
        "worker": Role("Worker", least=1),
        "ps": Role("PS", accelerated=False),
        "evaluator": Role("Evaluator", most=1),
    }),
    "xgboost": Framework("XGBoostJob", {"master": Role("Master", least=1, most=1), "worker": Role("Worker")}),
    "paddle": Framework("PaddleJob", {"master": Role("Master", most=1), "worker": Role("Worker", least=1)}),
    "jax": Framework("JAXJob", {"worker": Role("Worker", least=1)}, together=True),
    "general": Framework("Job", {"worker": Role("Worker", least=1)}),
})  # fmt: skip
"""By the language's word, with `general` for a Job of Kubernetes, which only a dialect asks for.

Source: kubeflow/training-operator v1.9.0, pkg/apis/kubeflow.org/v1, `*_validation.go` and `*_defaults.go`.
"""


def pods_of(framework: str, replicas: Mapping[str, int]) -> dict[str, int]:
    """Pods by role, in the framework's order: those that a job asks for, else what the framework needs."""
    roles = FRAMEWORKS[framework].roles
    asked = {name: replicas.get(name, role.least) for name, role in roles.items()}
    return {name: number for name, number in asked.items() if number}


def accelerated(framework: str, replicas: Mapping[str, int]) -> int:
    """Pods that get the cards that a job asks for."""
    roles = FRAMEWORKS[framework].roles
    return sum(number for name, number in pods_of(framework, replicas).items() if roles[name].accelerated)
