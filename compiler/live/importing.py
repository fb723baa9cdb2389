"""The CRDs of a live cluster, as schemas of the repo."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from compiler.checking.importing import Imported, import_definitions
from compiler.diagnostics import Staged
from compiler.live import problems
from compiler.live.client import Api, UnreachableError, connected
from compiler.live.discovery import AskedError
from compiler.live.kubeconfig import UnusableError
from compiler.live.verifying import unasked
from compiler.manifest import Body

_PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NOTHING = Imported((), (), 0)


def import_from(context: str, groups: Collection[str], destination: Path) -> Staged[Imported]:
    """Write a schema for every kind that the cluster's CRDs define, of all groups or of some.

    A list that breaks off writes nothing. Raises: ImportError, where the client is not installed.
    """
    try:
        with connected(context) as api:
            return _import_from(api, groups, destination)
    except UnusableError as error:
        return Staged(_NOTHING, [error.finding])


def _import_from(api: Api, groups: Collection[str], destination: Path) -> Staged[Imported]:
    try:
        definitions = list(definitions_of(api))
    except (AskedError, UnreachableError) as error:
        return Staged(_NOTHING, [unasked(error, api)])
    there = {str(one["spec"].get("group")) for one in definitions}
    missing = [problems.no_group(group, api.server, there) for group in sorted({*groups} - there)]
    wanted = [one for one in definitions if not groups or one["spec"].get("group") in groups]
    done = import_definitions(wanted, f"context {api.context}", destination)
    return Staged(done.value, [*missing, *done.found])


def definitions_of(api: Api) -> Iterator[Body]:
    """Every CRD of a cluster. Raises: AskedError, UnreachableError."""
    for page in api.pages(_PATH):
        items = page.body.get("items")
        if not page.fine or not isinstance(items, list):
            raise AskedError(page, _PATH)
        for one in items:
            if isinstance(one, dict) and isinstance(one.get("spec"), dict):
                # Items of a list carry neither.
                yield {**one, "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
