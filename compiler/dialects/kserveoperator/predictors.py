"""What a component of an InferenceService is, and what its containers ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.dialects.kserveoperator import problems
from compiler.dialects.kserveoperator.components import FORMER, MODEL, Component
from compiler.dialects.kubeflow_pods import CARDS, entries, mapping, text

STABLE = ("spec", "predictor")

_REFUSED = "PYTHONPATH"
_LANGUAGE_MODELS = frozenset(("huggingface", "vllm"))
"""Formats of models whose servers load language models, in lower case."""

_AMOUNTS = ("cpu", "memory")


def about_implementation(component: Component) -> Iterator[Diagnostic]:
    """One implementation, in today's form."""
    count = component.implementations()
    named = [*component.frameworks, *(["containers"] if "containers" in component.value else [])]
    if count == 0:
        wrong = f"The {component.name} has no implementation."
        do = "Write `model`, or containers of your own." if component.name == "predictor" else "Write `containers`."
        yield problems.bad_implementation(component.at(key=True), wrong, do)
    elif count > 1:
        wrong = f"The {component.name} has {count} implementations: {', '.join(f'`{one}`' for one in named)}."
        yield problems.bad_implementation(component.at(named[-1], key=True), wrong, "Keep one of them.")
    for field in component.frameworks if component.name == "predictor" else ():
        if mapping(component.value, field).get("name") and component.path == STABLE:
            wrong = f"The container of `{field}` is called `kserve-container`, and takes no other name."
            yield problems.bad_implementation(component.at(field, "name"), wrong, "Remove it.")
        if field in FORMER:
            becomes = f"model.modelFormat.name: {field}"
            yield problems.rewritten(component.at(field, key=True), field, becomes, f"Write `{becomes}`.")


def about_containers(component: Component) -> Iterator[Diagnostic]:
    """Variables that are refused."""
    for path, container in component.containers():
        for index, one in entries(container, "env"):
            if one.get("name") == _REFUSED:
                yield problems.refused_variable(component.at(*path, "env", index, "name"), _REFUSED)


def about_size(component: Component) -> Iterator[Diagnostic]:
    """A model server whose size KServe would choose."""
    served = component.server()
    if served is None or component.name != "predictor":
        return
    path, container = served
    resources = mapping(container, "resources")
    if not (_is_for_a_language_model(component) or _asks_for_a_card(resources)):
        return
    missing = [
        f"{kind}.{name}" for kind in ("requests", "limits") for name in _AMOUNTS if name not in mapping(resources, kind)
    ]
    if missing:
        at = component.at(*path, "resources", key=True) if "resources" in container else component.at(*path)
        yield problems.small_by_default(at, _called(path, container), ", ".join(f"`{one}`" for one in missing))


def _is_for_a_language_model(component: Component) -> bool:
    form = text(mapping(component.value, MODEL, "modelFormat").get("name")).lower()
    return form in _LANGUAGE_MODELS or "huggingface" in component.frameworks


def _asks_for_a_card(resources: Mapping[str, Any]) -> bool:
    asked = {*mapping(resources, "limits"), *mapping(resources, "requests")}
    return any(CARDS.fullmatch(str(one)) for one in asked)


def _called(path: tuple[str | int, ...], container: Mapping[str, Any]) -> str:
    return text(container.get("name")) or str(path[0])
