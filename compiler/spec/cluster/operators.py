"""`operators`: API and version of the operators, which rules and spellings are keyed by, and engines are chosen by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from compiler.spec.base import SpecModel

Version = Annotated[str, StringConstraints(pattern=r"^v?[0-9]+(\.[0-9]+)*$", max_length=64)]


class Operator(SpecModel):
    """An operator: the API that it serves and its version."""

    api: str
    """API group and version that it serves, e.g. `kubeflow.org/v1`."""

    version: Version
    """Its own version, in quotes."""


class Inference(Operator):
    """KServe: also its deployment mode and autoscaler."""

    mode: Literal["Standard", "Knative"] = "Standard"
    """How InferenceServices are deployed."""

    autoscaler: Literal["hpa", "keda", "knative"] = "hpa"
    """What scales them."""


class Operators(SpecModel):
    """The operators of the cluster."""

    training: Operator | None = None
    """Kubeflow's training operator."""

    ray: Operator | None = None
    """KubeRay."""

    inference: Inference | None = None
    """KServe."""

    injected: list[str] = Field(default=[])
    """Images that operators add to pods themselves."""


SECTION = Operators
