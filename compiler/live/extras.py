"""Objects of ours on a cluster that are rendered no more, or under another digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from compiler.change.values import Subject
from compiler.diagnostics import Findings, Staged
from compiler.emission.digests import DIGEST_LENGTH, is_digest
from compiler.live import problems, refusals
from compiler.live.client import Api
from compiler.live.discovery import AskedError, Discovery, Resource, path_of
from compiler.live.merging import cleaned
from compiler.live.objects import sound
from compiler.manifest import Body

LABEL = ("app.kubernetes.io/managed-by", "hydra")
"""The label of what a Project renders."""

KINDS = (
    ("v1", "PersistentVolume"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "ConfigMap"),
    ("v1", "Service"),
    ("batch/v1", "Job"),
    ("kubeflow.org/v1", "PyTorchJob"),
    ("kubeflow.org/v1", "MPIJob"),
    ("ray.io/v1", "RayJob"),
    ("ray.io/v1", "RayService"),
    ("serving.kserve.io/v1beta1", "InferenceService"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("networking.k8s.io/v1", "Ingress"),
)
"""Kinds that a Project renders; those of the tree are looked for as well."""


def extras(wanted: Sequence[Subject], there: Mapping[str, Subject], api: Api) -> Staged[dict[str, Subject]]:
    """Objects with our label in the namespaces of the tree that are not rendered, by target.

    One that carries an earlier digest has the target of the one that takes its place; of several, the newest. What a
    controller made for another object is not ours. Raises: AskedError, UnreachableError.
    """
    found = Findings()
    names = {(one.kind, one.body["metadata"].get("namespace"), one.body["metadata"]["name"]) for one in wanted}
    spaces = {str(one.body["metadata"]["namespace"]) for one in wanted if one.body["metadata"].get("namespace")}
    named = {_stem(one): one.target for one in wanted if one.target not in there}
    more: dict[str, Subject] = {}
    labelled = found.of(_listed(wanted, spaces, api))
    others = found.of(_unlabelled([one for one in wanted if one.target not in there], api))
    for body, resource in sorted([*labelled, *others], key=_age):
        metadata = body["metadata"]
        subject = _subject(body, wanted[0].cluster if wanted else "")
        inside = (metadata.get("namespace") if resource.namespaced else _claimed_in(body)) in spaces
        known = (subject.kind, metadata.get("namespace"), metadata["name"]) in names
        if inside and not known and not metadata.get("ownerReferences"):
            target = named.get(_stem(subject), subject.target)
            if target not in there or target not in named.values():
                more[target] = subject._replace(target=target)
    return Staged(more, found.all)


def _listed(wanted: Iterable[Subject], spaces: Iterable[str], api: Api) -> Staged[list[tuple[Body, Resource]]]:
    """Every object with our label, of kinds that we render."""
    discovery, found = Discovery(api), Findings()
    listed: list[tuple[Body, Resource]] = []
    kinds = dict.fromkeys((*((str(one.body["apiVersion"]), str(one.body["kind"])) for one in wanted), *KINDS))
    for api_version, kind in kinds:
        resource = discovery.of(api_version, kind)
        if resource is None:
            continue
        try:
            listed += [(one, resource) for one in _everywhere(api, api_version, kind, resource, spaces)]
        except AskedError as error:
            lacking = refusals.lacking(error.answer)
            if lacking is None:
                raise
            found.add([problems.unlisted(lacking.resource)])
    return Staged(listed, found.all)


def _everywhere(api: Api, api_version: str, kind: str, resource: Resource, spaces: Iterable[str]) -> Iterator[Body]:
    """The objects of a kind, of the whole cluster; of each namespace, where the user may only see those."""
    ours = "=".join(LABEL)
    try:
        bodies = list(_pages(api, path_of(api_version, resource, None), labelSelector=ours))
    except AskedError as error:
        if error.answer.status != 403 or not resource.namespaced:
            raise
        bodies = [
            one
            for space in sorted(spaces)
            for one in _pages(api, path_of(api_version, resource, space), labelSelector=ours)
        ]
    for one in bodies:
        yield {**one, "apiVersion": api_version, "kind": kind}


def _unlabelled(missing: Iterable[Subject], api: Api) -> Staged[list[tuple[Body, Resource]]]:
    """Objects that those which are not there may take the place of, where these do not carry our label."""
    discovery, found = Discovery(api), Findings()
    listed: list[tuple[Body, Resource]] = []
    wanted = {_stem(one): one for one in missing if _stem(one)[2] and not _labelled(one.body)}
    places = dict.fromkeys((one.body["apiVersion"], one.body["kind"], stem[1]) for stem, one in wanted.items())
    for api_version, kind, namespace in places:
        resource = discovery.of(api_version, kind)
        if resource is None:
            continue
        path = path_of(api_version, resource, namespace)
        try:
            bodies = [{**one, "apiVersion": api_version, "kind": kind} for one in _pages(api, path)]
        except AskedError as error:
            lacking = refusals.lacking(error.answer)
            if lacking is None:
                raise
            found.add([problems.unlisted(lacking.resource)])
            continue
        listed += [(one, resource) for one in bodies if not _labelled(one) and _stem(_subject(one, "")) in wanted]
    return Staged(listed, found.all)


def _labelled(body: Body) -> bool:
    name, value = LABEL
    return bool((body["metadata"].get("labels") or {}).get(name) == value)


def _pages(api: Api, path: str, **query: str) -> Iterator[Body]:
    for page in api.pages(path, **query):
        items: Any = page.body.get("items")
        if not page.fine or not isinstance(items, list):
            raise AskedError(page, path)
        yield from (sound(one) for one in items if isinstance(one, dict))


def _subject(body: Body, cluster: str) -> Subject:
    metadata = body["metadata"]
    name = str(metadata["name"])
    stem, _, digest = name.rpartition("-")
    logical = stem if stem and is_digest(digest) else name
    target = f"{body['kind']}/{metadata.get('namespace') or '-'}/{logical}"
    unit = str((metadata.get("labels") or {}).get("app.kubernetes.io/part-of", ""))
    return Subject(cluster, target, "", unit, cleaned(body))


def _stem(subject: Subject) -> tuple[str, str | None, str]:
    """What an object has in common with the one of another digest."""
    metadata = subject.body["metadata"]
    stem, _, digest = str(metadata["name"]).rpartition("-")
    return subject.kind, metadata.get("namespace"), stem if len(digest) == DIGEST_LENGTH and is_digest(digest) else ""


def _claimed_in(body: Body) -> str | None:
    """The namespace of the claim that a volume is for: what belongs to no namespace may be anybody's."""
    spec = body.get("spec")
    claim = spec.get("claimRef") if isinstance(spec, dict) else None
    return claim.get("namespace") if isinstance(claim, dict) else None


def _age(one: tuple[Body, Resource]) -> tuple[str, str]:
    metadata = one[0]["metadata"]
    return str(metadata.get("creationTimestamp", "")), str(metadata["name"])
