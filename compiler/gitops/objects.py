"""Objects of a GitOps controller, and the directory that they stand in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from compiler.emission.paths import DELIVERY
from compiler.gitops.delivery import Delivery
from compiler.manifest import Body, Manifest


class Bootstrap(Manifest):
    """An object that makes a controller apply the tree. It is no part of what is applied.

    Its unit is the directory below `_gitops`, and empty for `_gitops` itself.
    """

    __slots__ = ()

    @property
    def directory(self) -> str:
        """Its directory below the cluster's."""
        return f"{DELIVERY}/{self.unit}" if self.unit else DELIVERY


class Controller(NamedTuple):
    """A GitOps controller."""

    namespace: str
    """Where it usually runs, and looks for its objects."""

    objects: Callable[[Delivery], list[Bootstrap]]
    """The objects that make it apply a tree."""


def bootstrap(delivery: Delivery, body: Body, *, unit: str = "") -> Bootstrap:
    """An object of the delivery. Its file and findings name the section of the cluster."""
    return Bootstrap(body, logical=body["metadata"]["name"], unit=unit, origin=delivery.origin)
