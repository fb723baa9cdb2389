"""What is asked about: the objects of one cluster of a repo, as its GitOps controller applies them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from compiler.change.values import Subject
from compiler.diagnostics import Diagnostic, Findings, Located, Severity, in_source_order
from compiler.emission.paths import DELIVERY
from compiler.emission.rendering import VERBATIM, kept_verbatim
from compiler.live.problems import EVERYTHING
from compiler.manifest import Body
from compiler.repo import Repo
from compiler.requests import Request
from compiler.spec.settings import Settings


class Tree(NamedTuple):
    """A compiled repo."""

    clusters: Mapping[str, Sequence[Subject]]
    """The objects of each cluster; none where the specs have errors."""

    found: Sequence[Diagnostic]
    repo: Repo
    settings: Settings


class WrongClusterError(ValueError):
    """It cannot be told which cluster of the repo a context is. The text says so."""


def tree_of(request: Request) -> Tree:
    """The objects of a repo. Reads the repo, writes nothing."""
    from compiler.pipeline import compile_repo

    repo, found = Repo(request.root), Findings()
    rendered = compile_repo(repo, request._replace(comparing=True), found)
    clusters: dict[str, list[Subject]] = {}
    if found.worst() is not Severity.ERROR:
        clusters = {name: [] for name in rendered.front.parts}
        for one in rendered.subjects:
            clusters[one.cluster].append(one)
    return Tree(clusters, in_source_order(found.all), repo, rendered.front.settings)


def cluster_of(clusters: Collection[str], context: str) -> str:
    """The cluster of the repo that a context is: the only one, or the one of its name.

    Raises: WrongClusterError.
    """
    if len(clusters) == 1:
        return next(iter(clusters))
    if context in clusters:
        return context
    names = ", ".join(f"`{one}`" for one in sorted(clusters))
    raise WrongClusterError(f"Which cluster of the repo is the context `{context}`? Name it with --cluster: {names}.")


def applied(subject: Subject) -> Body:
    """The object as its file has it."""
    if "${" not in json.dumps(subject.body):
        return subject.body
    return kept_verbatim(subject.body)


def compared(body: Body, subject: Subject) -> Body:
    """An object as `applied` has it, in the form of the subject's own body: without what only the file has."""
    own = subject.body["metadata"].get("annotations", {})
    metadata = body["metadata"]
    annotations = metadata.get("annotations", {})
    kept = {name: value for name, value in annotations.items() if name in own or VERBATIM.get(name) != value}
    rest = {name: value for name, value in metadata.items() if name != "annotations"}
    return {**body, "metadata": {**rest, "annotations": kept} if kept else rest}


def beside(subject: Subject) -> bool:
    """Whether it starts the GitOps controller, which may run on another cluster."""
    return subject.file.startswith(f"{DELIVERY}/")


def place(subject: Subject) -> Located:
    """Where the spec has it."""
    return subject.origin or EVERYTHING


def shown(subject: Subject) -> str:
    """Its name in findings: that of reviews, and with it the one on the cluster, where that has a digest."""
    name = str(subject.body["metadata"]["name"])
    return subject.target if subject.target.endswith(f"/{name}") else f"{subject.target} ({name})"
