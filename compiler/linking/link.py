"""Resolves names: references become what they refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Passed
from compiler.linking import problems
from compiler.linking.artifact import Artifact, Key
from compiler.linking.claimants import claimants
from compiler.linking.memo import Memo
from compiler.linking.model_ids import check_model_ids
from compiler.linking.profile import NAME_LABEL, Profile
from compiler.linking.program import LinkedWorkloads, Parts, Program
from compiler.linking.sharing import check_selector, check_sharing
from compiler.linking.workload import claims_of
from compiler.sources.base import Placement

Index = Mapping[Key, list[Artifact]]


def link(parts: Parts) -> Staged[Program]:
    """The program of one cluster.

    Every reference of the result leads to an artifact that it may use. An artifact whose reference is broken is left
    out with its diagnostic; what refers to *it* is left out silently.
    """
    index = _index(parts.artifacts)
    namespaces = _namespaces(parts)
    found = [*namespaces.found]
    targets: dict[str, Artifact] = {}
    broken: set[str] = set()
    for artifact in parts.artifacts:
        found += check_selector(artifact)
        if artifact.source.type.placement is Placement.REFERENCE:
            resolved = _resolve(artifact, index, parts, namespaces.value)
            found += resolved.found
            if resolved.value is None:
                broken.add(artifact.of)
            else:
                targets[artifact.of] = resolved.value
    found += _cycles(parts.artifacts, targets)
    kept = tuple(one for one in parts.artifacts if not _leads_to(one, targets, broken))
    found += check_model_ids(parts)
    linked = _linked(parts, kept, namespaces.value)
    found += linked.found
    program = Program(
        parts.profile,
        parts.library,
        (*kept, *linked.value.clones),
        parts.passed,
        {**targets, **linked.value.targets},
        claims=_documents(parts.passed, "PersistentVolumeClaim"),
        volumes={name: passed for (_, name), passed in _documents(parts.passed, "PersistentVolume").items()},
        broken=parts.broken,
        claimants=claimants(kept),
        workloads=linked.value.workloads,
        links=linked.value.links,
        services=linked.value.services,
        models=parts.models,
        made=frozenset(claim for one in linked.value.workloads for claim in claims_of(one)),
        memo=Memo(),
        patches=parts.patches,
    )
    return Staged(program, found)


def _linked(
    parts: Parts, artifacts: Iterable[Artifact], namespaces: Mapping[str, Mapping[str, str]]
) -> Staged[LinkedWorkloads]:
    if not parts.workloads:
        return Staged(LinkedWorkloads())
    from compiler.linking.workloads import link_workloads

    return link_workloads(parts, artifacts, namespaces)


def _index(artifacts: Iterable[Artifact]) -> Index:
    index: dict[Key, list[Artifact]] = {}
    for artifact in artifacts:
        index.setdefault(artifact.key, []).append(artifact)
    return index


def _documents(passed: Iterable[Passed], kind: str) -> dict[tuple[str, str], Passed]:
    return {(one.namespace or "", one.name): one for one in passed if one.document.kind == kind}


def _resolve(
    artifact: Artifact, index: Index, parts: Parts, namespaces: Mapping[str, Mapping[str, str]]
) -> Staged[Artifact | None]:
    key = (str(artifact.source.fields["owner"]), str(artifact.source.fields["name"]))
    found = index.get(key, [])
    if not found:
        if key in parts.broken or parts.incomplete:
            return Staged(None)
        known = ["/".join(one) for one in index]
        return Staged(None, [problems.unknown_reference(artifact.source_at, "/".join(key), known)])
    if len({one.foreign for one in found}) > 1:
        return Staged(None, [problems.ambiguous(artifact.source_at, "/".join(key))])
    denied = check_sharing(artifact, found[0], namespaces, parts.profile)
    return Staged(None if denied else found[0], denied)


def _cycles(artifacts: Iterable[Artifact], targets: dict[str, Artifact]) -> list[Diagnostic]:
    """References that lead back to themselves, each circle once. They are taken out of `targets`, so that every walk ends."""
    found: list[Diagnostic] = []
    circles: set[str] = set()
    for artifact in artifacts:
        around = [artifact.of]
        at = targets.get(artifact.of)
        while at is not None and at.of not in around:
            around.append(at.of)
            at = targets.get(at.of)
        if at is not None and at.of == artifact.of and artifact.of not in circles:
            circles.update(around)
            found.append(problems.reference_cycle(artifact.source_at, [*around, artifact.of]))
    for one in circles:
        del targets[one]
    return found


def _leads_to(artifact: Artifact, targets: Mapping[str, Artifact], broken: set[str]) -> bool:
    at: Artifact | None = artifact
    while at is not None:
        if at.of in broken or (at.source.type.placement is Placement.REFERENCE and at.of not in targets):
            return True
        at = targets.get(at.of)
    return False


def _namespaces(parts: Parts) -> Staged[dict[str, dict[str, str]]]:
    """Labels of the namespaces that the profile or a document describes."""
    profile: Profile = parts.profile
    known = {name: {**labels, NAME_LABEL: name} for name, labels in profile.namespaces.items()}
    found: list[Diagnostic] = []
    for (_, name), passed in _documents(parts.passed, "Namespace").items():
        labels = passed.document.value["metadata"].get("labels") or {}
        for label, value in profile.namespaces.get(name, {}).items():
            if labels.get(label, value) != value:
                at = passed.document.at("metadata", "labels", label)
                found.append(problems.labels_disagree(at, name, label, profile.name))
        known[name] = {**known.get(name, {}), **labels, NAME_LABEL: name}
    return Staged(known, found)
