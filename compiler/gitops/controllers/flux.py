"""Flux: a GitRepository, and one Kustomization for the whole cluster or one a unit.

Source: Flux, "Kustomization" and "GitRepository" of the v1 API. Why which field: docs/decisions/0023-objects-beside-the-tree.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compiler.gitops.checks import checks
from compiler.gitops.delivery import CLUSTER_SCOPED, Delivery, Part, parts
from compiler.gitops.objects import Bootstrap, Controller, bootstrap
from compiler.gitops.owned import Rendered
from compiler.gitops.repository import as_url, flux_reference
from compiler.manifest import Body

RETRY_INTERVAL = "2m"


def objects(delivery: Delivery) -> list[Bootstrap]:
    """The source, where none is named that is there, and the Kustomizations."""
    bodies = [] if delivery.settings.flux.source is not None else [source(delivery)]
    if not delivery.settings.per_unit:
        bodies.append(kustomization(delivery, Part(delivery.name, "", sorted(delivery.objects))))
        return [bootstrap(delivery, body) for body in bodies]
    every = parts(delivery)
    first = [one.name for one in every if one.directory == CLUSTER_SCOPED]
    bodies += [kustomization(delivery, one, after=[name for name in first if name != one.name]) for one in every]
    return [bootstrap(delivery, body) for body in bodies]


def source(delivery: Delivery) -> Body:
    """The repository, fetched every interval."""
    settings = delivery.settings
    spec: dict[str, Any] = {
        "interval": settings.flux.interval,
        "url": as_url(settings.repo or ""),
        "ref": flux_reference(settings.revision),
    }
    if settings.flux.secret is not None:
        spec["secretRef"] = {"name": settings.flux.secret}
    return {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "GitRepository",
        "metadata": {"name": delivery.name, "namespace": delivery.namespace},
        "spec": spec,
    }


def kustomization(delivery: Delivery, part: Part, after: Iterable[str] = ()) -> Body:
    """The Kustomization of a part of the tree; of all of it, where that has no directory."""
    flux = delivery.settings.flux
    path = f"{delivery.path}/{part.directory}" if part.directory else delivery.path
    # Neither `force`, which deletes what a typing error is in, nor `postBuild`, which fills in variables of scripts.
    spec: dict[str, Any] = {"interval": flux.interval, "retryInterval": RETRY_INTERVAL}
    waited = [{"name": one} for one in after]
    if waited:
        spec["dependsOn"] = waited
    spec |= {
        "sourceRef": _source_reference(delivery),
        "path": f"./{path}",
        "prune": delivery.settings.prune,
        # Deleting the Kustomization must not delete what it applied, storage least of all.
        "deletionPolicy": "Orphan",
    }
    if flux.service_account is not None:
        spec["serviceAccountName"] = flux.service_account
    if flux.wait:
        spec |= {"wait": True, "timeout": flux.timeout}
        asked = expressions(part.objects)
        if asked:
            spec["healthCheckExprs"] = asked
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": part.name, "namespace": delivery.namespace},
        "spec": spec,
    }


def _source_reference(delivery: Delivery) -> dict[str, str]:
    there = delivery.settings.flux.source
    if there is None:
        return {"kind": "GitRepository", "name": delivery.name}
    reference = {"kind": there.kind, "name": there.name}
    return reference if there.namespace is None else reference | {"namespace": there.namespace}


def expressions(objects: Iterable[Rendered]) -> list[dict[str, str]]:
    """`healthCheckExprs` for the kinds that are there, each once: Flux takes them for every version of a kind."""
    versions = {(one.group, one.kind): one.api_version for one in sorted(objects, reverse=True)}
    found = []
    for check in checks():
        for group, kind in check.kinds:
            if check.current and (group, kind) in versions:
                said = {"apiVersion": versions[group, kind], "kind": kind}
                found.append(said | {"failed": check.failed, "current": check.current})
    return found


CONTROLLER = Controller("flux-system", objects)
