"""Whether a namespace may refer to an artifact."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.diagnostics import Diagnostic
from compiler.linking import problems
from compiler.linking.artifact import Artifact
from compiler.linking.profile import NAME_LABEL, Profile
from compiler.linking.selectors import faults, keys, mismatch


def check_sharing(
    reference: Artifact, target: Artifact, namespaces: Mapping[str, Mapping[str, str]], profile: Profile
) -> list[Diagnostic]:
    """Why the reference's namespace may not use the target; nothing where it may.

    Within a namespace a Project needs no permission. The Dataset controller asks for it there too.
    """
    if reference.namespace == target.namespace and not reference.foreign:
        return []
    if target.share is None:
        return [problems.not_shared(reference.source_at, target.of, reference.namespace, target.foreign)]
    selector = target.share.selector
    if selector is None or faults(selector):  # an unusable one is reported where it stands
        return []
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        return []
    labels = namespaces.get(reference.namespace)
    if labels is None and keys(selector) == {NAME_LABEL}:
        labels = {NAME_LABEL: reference.namespace}
    if labels is None:
        return [problems.unknown_namespace(reference.source_at, reference.namespace, profile.name)]
    why = mismatch(selector, labels)
    if why is not None:
        return [problems.selector_mismatch(reference.source_at, target.of, reference.namespace, why)]
    return []


def check_selector(artifact: Artifact) -> list[Diagnostic]:
    """A selector that Kubernetes would refuse."""
    if artifact.share is None or artifact.share.selector is None:
        return []
    return [
        problems.bad_selector(artifact.share.at._replace(path=artifact.share.at.path + path), wrong, do)
        for path, wrong, do in faults(artifact.share.selector)
    ]
