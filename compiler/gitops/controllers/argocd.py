"""Argo CD: an Application for the whole cluster or an ApplicationSet with one a unit, and health checks for `argocd-cm`.

Source: Argo CD, "Application Specification", "Sync Options", "Automated Sync", "Git Generator", "Controlling Resource
Modification", "Resource Health". Why which option: docs/decisions/0023-objects-beside-the-tree.md.
"""

from __future__ import annotations

from typing import Any

from compiler.emission.paths import DELIVERY
from compiler.gitops.checks import checks
from compiler.gitops.delivery import CLUSTER_SCOPED, Delivery
from compiler.gitops.objects import Bootstrap, Controller, bootstrap
from compiler.gitops.owned import ignored
from compiler.manifest import Body

API = "argoproj.io/v1alpha1"
HEALTH = "_health"
"""Directory below `_gitops` of the health checks, which somebody else's ConfigMap takes in. No unit is called so."""

RETRY = {"limit": 3, "backoff": {"duration": "30s", "factor": 2, "maxDuration": "5m"}}
"""Few and soon: until they are over, a newer commit waits. Source: argoproj/argo-cd#11494."""


def objects(delivery: Delivery) -> list[Bootstrap]:
    """The Application or ApplicationSet, and the health checks."""
    make = application_set if delivery.settings.per_unit else application
    return [bootstrap(delivery, make(delivery)), bootstrap(delivery, health(delivery), unit=HEALTH)]


def application(delivery: Delivery) -> Body:
    """One Application for all of the cluster."""
    return {
        "apiVersion": API,
        "kind": "Application",
        # No finalizer: deleting the Application must not delete what it applied, storage least of all.
        "metadata": {"name": delivery.name, "namespace": delivery.namespace},
        "spec": _spec(delivery, delivery.path),
    }


def application_set(delivery: Delivery) -> Body:
    """An Application for each directory `<namespace>/<unit>`, those included that are added later."""
    settings = delivery.settings
    directories = [
        {"path": f"{delivery.path}/*/*"},
        {"path": f"{delivery.path}/{DELIVERY}/*", "exclude": True},
    ]
    return {
        "apiVersion": API,
        "kind": "ApplicationSet",
        "metadata": {"name": delivery.name, "namespace": delivery.namespace},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [
                {"git": {"repoURL": settings.repo, "revision": settings.revision, "directories": directories}}
            ],
            # A directory that is renamed must not delete what the old name applied.
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            "template": {
                "metadata": {"name": f"{delivery.name}.{_unit_name(delivery)}"},
                "spec": _spec(delivery, "{{ .path.path }}"),
            },
        },
    }


def _unit_name(delivery: Delivery) -> str:
    """`<namespace>.<unit>` of a directory, `<unit>` of one with cluster-scoped objects. No namespace has a dot."""
    namespace = f"(index .path.segments {delivery.path.count('/') + 1})"
    return f'{{{{ if ne {namespace} "{CLUSTER_SCOPED}" }}}}{{{{ {namespace} }}}}.{{{{ end }}}}{{{{ .path.basename }}}}'


def _spec(delivery: Delivery, path: str) -> dict[str, Any]:
    settings = delivery.settings
    differences = ignored(delivery.objects)
    spec: dict[str, Any] = {
        "project": settings.project,
        "source": {"repoURL": settings.repo, "targetRevision": settings.revision, "path": path},
        # Every object says its namespace, hence none here.
        "destination": {"name": settings.destination},
        "syncPolicy": _sync_policy(delivery, respected=bool(differences)),
    }
    if differences:
        spec["ignoreDifferences"] = differences
    return spec


def _sync_policy(delivery: Delivery, *, respected: bool) -> dict[str, Any]:
    settings = delivery.settings
    policy: dict[str, Any] = {}
    if settings.automated:
        policy["automated"] = {"prune": settings.prune, "selfHeal": True}
    # No PruneLast: it waits until all else is healthy, and an earlier run would keep the cards that the next one needs.
    policy["syncOptions"] = ["ServerSideApply=true", "ApplyOutOfSyncOnly=true"]
    if respected:
        policy["syncOptions"].append("RespectIgnoreDifferences=true")
    policy["retry"] = RETRY
    return policy


def health(delivery: Delivery) -> Body:
    """The health checks, as the part of `argocd-cm` that holds them."""
    scripts = {
        f"resource.customizations.health.{group}_{kind}": check.lua
        for check in checks()
        if check.lua
        for group, kind in check.kinds
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm", "namespace": delivery.namespace},
        "data": dict(sorted(scripts.items())),
    }


CONTROLLER = Controller("argocd", objects)
