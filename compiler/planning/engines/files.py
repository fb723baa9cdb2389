"""The ConfigMap of what a server reads: configuration, and an application that Hydra ships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from compiler.emission.digests import run_digest
from compiler.planning.engines.base import Choice
from compiler.planning.identity import Identity
from compiler.planning.plans import FilesPlan
from compiler.planning.serving.context import files_of
from compiler.planning.serving.pods import keys_of


class Files(NamedTuple):
    """Files of a server."""

    name: str = ""
    """The ConfigMap, with the digest of its content; empty where there is none."""

    paths: Mapping[str, str] = {}
    """Path in the pod -> key."""

    plans: tuple[FilesPlan, ...] = ()


def files_plan(choice: Choice, context: dict[str, Any], further: Mapping[str, str] | None = None) -> Files:
    """The ConfigMap, whose name has the digest of its content: a server restarts where its files change.

    Raises: compiler.library.plain.TemplateFault, with the place in the runtime's entry.
    """
    texts = {**files_of(choice, context), **(further or {})}
    if not texts:
        return Files()
    paths = keys_of(texts)
    content = {paths[path]: text for path, text in texts.items()}
    service = choice.service
    digest = run_digest(content)
    identity = Identity(
        service.names.files, service.namespace, service.unit, service.origin, service.labels, service.annotations
    )
    plan = FilesPlan(identity, content, digest)
    return Files(f"{identity.name}-{digest}", paths, (plan,))
