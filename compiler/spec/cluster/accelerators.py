"""`accelerators`: the cards of the cluster, by library entry. What trains is placed on them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from compiler.spec.base import Quantity, SpecModel


class Node(SpecModel):
    """What one node has."""

    cpu: Annotated[int, Field(ge=1)]
    """Cores."""

    memory: Quantity
    """Main memory, e.g. `1Ti`."""


class Accelerator(SpecModel):
    """A pool of equal nodes."""

    count: Annotated[int, Field(ge=0)]
    """Cards in the cluster."""

    per_node: Annotated[int, Field(ge=1)] = 1
    """Cards in one node."""

    node: Node | None = None
    """What one node has beside its cards."""

    node_selector: dict[str, str] = Field(default={})
    """Labels that select the pool's nodes."""

    tolerations: list[dict[str, Any]] = Field(default=[])
    """Tolerations of the pool's taints, as in a pod."""


SECTION = dict[str, Accelerator]
