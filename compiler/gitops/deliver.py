"""The objects of a cluster's GitOps controller, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Findings, Staged
from compiler.gitops.delivery import decide
from compiler.gitops.objects import Controller
from compiler.gitops.owned import Rendered
from compiler.manifest import Manifest

if TYPE_CHECKING:
    from compiler.again.units import Unit
    from compiler.linking.profile import Profile


def deliver(profile: Profile, output: str, units: Iterable[Unit], schemas: Schemas) -> Staged[Sequence[Manifest]]:
    """What makes the cluster's controller apply its tree, which lies below `output` and holds these units."""
    if profile.gitops is None:
        return Staged(())
    found = Findings()
    controller = controller_of(profile.gitops.controller)
    objects = frozenset(Rendered(*one) for unit in units for one in unit.applied)
    delivery = found.of(decide(profile, output, controller.namespace, objects))
    if delivery is None:
        return Staged((), found.all)
    manifests = controller.objects(delivery)
    found.of(check(manifests, schemas))
    return Staged(manifests, found.all)


def controller_of(name: str) -> Controller:
    """The controller of a name that the language knows."""
    controller: Controller = import_module(f"compiler.gitops.controllers.{name}").CONTROLLER
    return controller
