"""Objects as the API server would hand them back, so that Argo CD and Flux see no difference where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.emission.quantities import quantity
from compiler.manifest import Body

_MEANT_EMPTY = frozenset({
    "emptyDir", "gateway", "gcsFaultToleranceOptions", "hpa", "http", "keda", "labelSelector", "namespaceSelector",
    "networkPolicy", "objectSelector", "podSelector", "prefill", "rayStartParams", "route", "router", "scheduler",
    "selector", "storageClassName", "tokenizer", "tracing", "value", "worker", "wva",
})  # fmt: skip
"""Fields whose empty value says something else than their absence: `podSelector: {}` selects every pod, `gateway: {}` of
an LLMInferenceService asks for one, `networkPolicy: {}` of a RayCluster closes it."""

_VERBATIM = frozenset({
    "annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "options", "parameters", "stringData",
    "volumeAttributes",
})  # fmt: skip
"""Maps of a user's own keys, where the empty text is a value like any other."""

_QUANTITY_MAPS = frozenset({"requests", "limits"})


def prune(body: Mapping[str, Any]) -> Body:
    """The object without nulls and without empty maps, lists and strings, for documents that are passed through.

    A controller that reads the object into its own types writes it back without them, and Argo CD would show a
    difference with nothing in it. What is empty on purpose stays; a map that is empty once its nulls are gone goes as
    well. Items of lists stay, also empty ones: `args: [""]` is an argument, `from: [{}]` is everybody.
    """
    pruned: Body = {}
    for key, value in body.items():
        if value is None:
            continue
        kept = _without_nulls(value) if key in _VERBATIM else _pruned(value)
        if kept not in ({}, [], "") or key in _MEANT_EMPTY:
            pruned[key] = kept
    return pruned


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return prune(value)
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    return value


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if item is not None}


def canonical_quantities(body: Mapping[str, Any]) -> Body:
    """The object with the quantities of `resources`, of a volume's `capacity` and of `sizeLimit` in canonical form.

    What is not a quantity stays as it is: the schema says so, with a place.
    """
    result: Body = {}
    for key, value in body.items():
        if key in _VERBATIM:
            result[key] = value
        elif key == "resources" and isinstance(value, dict):
            result[key] = {name: _quantities(part) if name in _QUANTITY_MAPS else part for name, part in value.items()}
        elif key == "capacity":
            result[key] = _quantities(value)
        elif key == "sizeLimit":
            result[key] = _quantity(value)
        else:
            result[key] = _below(value)
    return result


def _below(value: Any) -> Any:
    if isinstance(value, dict):
        return canonical_quantities(value)
    if isinstance(value, list):
        return [_below(item) for item in value]
    return value


def _quantities(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _quantity(amount) for name, amount in value.items()}


def _quantity(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    try:
        return quantity(str(value))
    except ValueError:
        return value
