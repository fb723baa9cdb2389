"""KubeRay: clusters, jobs and services of Ray. Checked and passed through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Dialect, Passed, Read
from compiler.dialects.kubernetes import check_metadata
from compiler.dialects.problems import bad_name
from compiler.source.document import Document

API = "ray.io/v1"

_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


class Kind(NamedTuple):
    """A kind of KubeRay."""

    kind: str
    longest: int
    """Characters of a name. What is made from it has to fit into 63."""

    cluster: tuple[str, ...]
    """Where the cluster stands."""


KINDS = (
    Kind("RayCluster", 53, ("spec",)),
    Kind("RayJob", 47, ("spec", "rayClusterSpec")),
    Kind("RayService", 47, ("spec", "rayClusterConfig")),
)


def read_ray(kind: Kind, document: Document, unit: str) -> Staged[list[Read]]:
    """The document under its own name, and what the operator would refuse or change.

    Its fields are held against the schema of its kind later; until then any of them may be anything.
    """
    found = check_metadata(document)
    if found:
        return Staged([], found)
    return Staged([Passed(document, unit)], [*_about(kind, document)])


def _about(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    from compiler.dialects.rayoperator.clusters import Cluster, about_cluster

    yield from _name(kind, document)
    yield from about_cluster(Cluster(document, kind.cluster))
    if kind.kind == "RayCluster":
        return
    from compiler.dialects.rayoperator.services import nested_strategy

    yield from nested_strategy(document, kind.cluster)
    if kind.kind == "RayJob":
        from compiler.dialects.rayoperator.jobs import about_job

        yield from about_job(document)
    else:
        from compiler.dialects.rayoperator.services import about_service
        from compiler.dialects.rayoperator.serving import about_serving

        yield from about_service(document)
        yield from about_serving(document)


def _name(kind: Kind, document: Document) -> Iterator[Diagnostic]:
    name = str(document.value["metadata"]["name"])
    at = document.at("metadata", "name")
    if len(name) > kind.longest:
        wrong = f"The name of a {kind.kind} has at most {kind.longest} characters, and `{name}` has {len(name)}."
        yield bad_name(at, wrong, f"Make it shorter by {len(name) - kind.longest}.")
    elif not _NAME.fullmatch(name):
        wrong = f"KubeRay takes no name like `{name}`."
        yield bad_name(at, wrong, "Begin with a letter, and use `a-z`, `0-9` and `-`.")


DIALECTS = tuple(Dialect(API, one.kind, partial(read_ray, one)) for one in KINDS)
