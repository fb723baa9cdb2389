"""`accelerators`: the cards of the cluster, by library entry."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from compiler.spec.base import Quantity, SpecModel


class Node(SpecModel):
    """What one node has."""

    cpu: Annotated[int, Field(ge=1)]
    """Cores."""

    memory: Quantity


class Accelerator(SpecModel):
    """A pool of equal nodes."""

    count: Annotated[int, Field(ge=0)]
    """Cards in the cluster."""

    per_node: Annotated[int, Field(ge=1)] = 1
    node: Node | None = None
    node_selector: dict[str, str] = Field(default={})
    tolerations: list[dict[str, Any]] = Field(default=[])


SECTION = dict[str, Accelerator]
