"""How a cluster's tree is delivered: what is decided before the controller's objects are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.emission.digests import text_digest
from compiler.emission.naming import object_name
from compiler.gitops import problems
from compiler.gitops.owned import Rendered
from compiler.gitops.repository import check_key, check_repository, name_of
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.linking.profile import Profile
    from compiler.spec.cluster.gitops import GitOps

CLUSTER_SCOPED = "_cluster"
_WITHOUT_OBJECTS = frozenset({"controller", "destination", "project", "repo", "revision"})
"""Settings that may stand there without a repository: they say how things are, and ask for nothing."""


class Delivery(NamedTuple):
    """How a cluster's tree is delivered."""

    settings: GitOps
    name: str
    """Begins the names of all objects. A DNS label: what is appended with a dot can be told apart from it."""

    namespace: str
    path: str
    """The cluster's directory, from the root of the repository."""

    objects: frozenset[Rendered]
    """What it applies; by directory, where each is applied by itself and the objects for that have to be written."""

    origin: Origin


def decide(profile: Profile, output: str, namespace: str, objects: frozenset[Rendered]) -> Staged[Delivery | None]:
    """The delivery of a cluster's tree below `output`; nothing where none is asked for, or something is wrong.

    `namespace` is the one where the controller itself usually runs.
    """
    settings, at = profile.gitops, profile.document.at("spec", "gitops")
    if settings is None:
        return Staged(None)
    said = profile.document.value["spec"]["gitops"]
    if settings.repo is None and settings.flux.source is None:
        return Staged(None, [_without_repo(said, at)])
    found = [*check_repository(settings, output, at)]
    if found or not objects:
        return Staged(None, found)
    path = "/".join(filter(None, (settings.path, output.strip("/"), profile.name)))
    name = label_of(beginning(settings), profile.name)
    delivery = Delivery(settings, name, settings.namespace or namespace, path, objects, at)
    return Staged(delivery, [*check_key(settings, at)])


def beginning(settings: GitOps) -> str:
    """What the names of the objects begin with."""
    return settings.name or (name_of(settings.repo) if settings.repo is not None else "hydra")


def _without_repo(said: Mapping[str, object], at: Origin) -> Diagnostic:
    asked = [field for field in said if field not in _WITHOUT_OBJECTS]
    if not asked:
        return problems.no_objects(at)
    return problems.no_repo(at.child(asked[0], key=True), asked[0], flux=said.get("controller") == "flux")


def label_of(name: str, cluster: str) -> str:
    """`<name>-<cluster>` as a DNS label. One that had to be changed or cut gets a digest.

    >>> label_of("platform", "prod"), label_of("platform", "eu.prod")
    ('platform-prod', 'platform-eu-prod-k2ggm9f47k')
    """
    whole = f"{name}-{cluster}"
    if "." in whole:
        return object_name([whole.replace(".", "-")], digest=text_digest(whole))
    return object_name([whole])


class Part(NamedTuple):
    """A part of a tree that is applied by itself."""

    name: str
    directory: str
    objects: Sequence[Rendered]


def parts(delivery: Delivery) -> list[Part]:
    """The parts of a tree: cluster-scoped objects all together, and first, then each `<namespace>/<unit>`."""
    grouped: dict[str, list[Rendered]] = {}
    for one in sorted(delivery.objects):
        scoped = one.directory.startswith(f"{CLUSTER_SCOPED}/")
        grouped.setdefault(CLUSTER_SCOPED if scoped else one.directory, []).append(one)
    return [
        Part(_name(delivery, directory), directory, grouped[directory]) for directory in sorted(grouped, key=_order)
    ]


def _order(directory: str) -> tuple[bool, str]:
    return directory != CLUSTER_SCOPED, directory


def _name(delivery: Delivery, directory: str) -> str:
    last = "cluster" if directory == CLUSTER_SCOPED else directory.replace("/", ".")
    # Flux labels every object with the name, which 63 characters are the most for.
    return object_name([f"{delivery.name}.{last}"])
