"""KServe: inference services and the runtimes that they use. Checked and passed through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects.base import Dialect, Passed, Read
from compiler.dialects.deferred import Deferred
from compiler.dialects.kubernetes import check_metadata, read_cluster_scoped, read_namespaced
from compiler.dialects.problems import bad_name
from compiler.source.document import Document

if TYPE_CHECKING:
    from compiler.dialects.deferred import Around

SERVICES = "serving.kserve.io/v1beta1"
OTHERS = (
    ("serving.kserve.io/v1alpha1", "ServingRuntime"),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService"),
    ("serving.kserve.io/v1alpha2", "LLMInferenceService"),
)

_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def read_service(document: Document, unit: str) -> Staged[list[Read]]:
    """The InferenceService under its own name, and what KServe would refuse or change.

    What depends on the cluster's KServe is said once it is known. The fields are held against the schema of the kind
    later; until then any of them may be anything.
    """
    found = check_metadata(document)
    if found:
        return Staged([], found)
    return Staged([Deferred(document, unit, partial(_on_cluster, document, unit))], [*_about(document)])


def _about(document: Document) -> Iterator[Diagnostic]:
    from compiler.dialects.kserveoperator import nodes, predictors, scaling, storing
    from compiler.dialects.kserveoperator.components import components

    yield from _name(document)
    yield from scaling.about_class(document)
    for component in components(document):
        yield from predictors.about_implementation(component)
        yield from predictors.about_containers(component)
        yield from predictors.about_size(component)
        yield from scaling.about_numbers(component)
        yield from storing.about_storage(component)
    yield from nodes.about_nodes(document)
    yield from nodes.about_canaries(document)


def _on_cluster(document: Document, unit: str, around: Around) -> Staged[list[Any]]:
    return Staged([Passed(document, unit)], [*_about_mode(document, around)])


def _about_mode(document: Document, around: Around) -> Iterator[Diagnostic]:
    from compiler.dialects.kserveoperator import modes, scaling
    from compiler.dialects.kserveoperator.components import components

    yield from modes.about_mode(document, around.profile)
    mode = modes.mode_of(document, around.profile)
    for component in components(document):
        yield from scaling.about_scaling(component, mode)


def _name(document: Document) -> Iterator[Diagnostic]:
    name = str(document.value["metadata"]["name"])
    if not _NAME.fullmatch(name):
        wrong = f"KServe takes no name like `{name}`."
        yield bad_name(document.at("metadata", "name"), wrong, "Begin with a letter, and use `a-z`, `0-9` and `-`.")


DIALECTS = (
    Dialect(SERVICES, "InferenceService", read_service),
    *(Dialect(api_version, kind, read_namespaced) for api_version, kind in OTHERS),
    Dialect("serving.kserve.io/v1alpha1", "ClusterServingRuntime", read_cluster_scoped, namespaced=False),
)
