"""Where the files of a model are, as KServe takes it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from compiler.diagnostics import Diagnostic
from compiler.dialects.kserveoperator import problems
from compiler.dialects.kserveoperator.components import Component
from compiler.dialects.kubeflow_pods import entries, text
from compiler.source.document import Path
from compiler.spec.patterns import DNS_SUBDOMAIN

_CLAIM = "pvc://"
_WRONG_CLAIM = re.compile(r"pvc:(?!//)|PVC:")


def about_storage(component: Component) -> Iterator[Diagnostic]:
    """One place or several, each of the right form."""
    one = component.storage_uri()
    several = [*entries(component.value, "storageUris")]
    if one is not None:
        yield from _uri(component, *one)
        if several:
            wrong = "`storageUri` and `storageUris` exclude each other."
            yield problems.bad_storage(component.at("storageUris", key=True), wrong, "Keep one of the two.")
    places: list[str] = []
    claimed: set[str] = set()
    for index, entry in several:
        uri, mount = text(entry.get("uri")), text(entry.get("mountPath")) or "/mnt/models"
        yield from _uri(component, ("storageUris", index, "uri"), uri)
        yield from _mount(component, index, mount)
        if uri.startswith(_CLAIM) and mount in claimed:
            wrong = f"Two claims are mounted at `{mount}`."
            yield problems.bad_storage(
                component.at("storageUris", index, "mountPath"), wrong, "Give each its own path."
            )
        if uri.startswith(_CLAIM):
            claimed.add(mount)
        else:
            places.append(mount)
    absolute = [one for one in places if one.startswith("/")]
    if len(absolute) > 1 and posixpath.commonpath(absolute) == "/":
        wrong = "What is loaded from several places goes into one directory, and these have none in common."
        at = component.at("storageUris", key=True)
        yield problems.bad_storage(at, wrong, "Mount them below one directory, such as `/mnt/models`.")


def _uri(component: Component, path: Path, uri: str) -> Iterator[Diagnostic]:
    at = component.at(*path)
    if not uri:
        yield problems.bad_storage(at, "The place of the files is empty.", "Write it, such as `pvc://claim/path`.")
    elif _WRONG_CLAIM.match(uri):
        yield problems.bad_storage(at, f"`{uri}` names no claim.", "Write `pvc://claim/path`.")
    elif uri.startswith(_CLAIM):
        claim, _, inner = uri.removeprefix(_CLAIM).partition("/")
        if not re.fullmatch(DNS_SUBDOMAIN, claim):
            yield problems.bad_storage(at, f"`{claim}` in `{uri}` is no name of a claim.", "Write `pvc://claim/path`.")
        elif ".." in inner.split("/"):
            yield problems.bad_storage(at, f"`{uri}` leads out of the claim.", "Write a path without `..`.")


def _mount(component: Component, index: int, mount: str) -> Iterator[Diagnostic]:
    at = component.at("storageUris", index, "mountPath")
    if mount == "/" or not mount.startswith("/") or ".." in mount:
        wrong = f"KServe mounts nothing at `{mount}`."
        yield problems.bad_storage(at, wrong, "Write an absolute path below `/`, without `..`.")
