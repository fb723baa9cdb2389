"""Where a Ray cluster keeps what its control store knows: said once, and in the way that KubeRay takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from compiler.diagnostics import Diagnostic
from compiler.dialects.kubeflow_pods import mapping, text
from compiler.dialects.rayoperator import problems
from compiler.source.document import Origin

_ENABLED = "ray.io/ft-enabled"
_NAMESPACE = "ray.io/external-storage-namespace"
_OPTIONS = "gcsFaultToleranceOptions"
_REDIS = ("redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace")
_VARIABLES = {"REDIS_PASSWORD": "redisPassword", "RAY_REDIS_ADDRESS": "redisAddress"}


class _At(Protocol):
    def __call__(self, *path: str | int, key: bool = False) -> Origin: ...


def about_store(
    spec: Mapping[str, Any], annotations: Mapping[str, Any], variables: Mapping[str, Any], at: _At
) -> Iterator[Diagnostic]:
    """What contradicts `gcsFaultToleranceOptions`; `variables` are those of the head, `at` places below the spec."""
    started = mapping(spec, "headGroupSpec", "rayStartParams")
    start = ("headGroupSpec", "rayStartParams")
    environment = at("headGroupSpec", "template", "spec", "containers", 0, "env")
    if _OPTIONS in spec:
        yield from _beside_options(annotations, variables, at, environment)
        if started.get("redis-password"):
            yield _instead(at(*start, "redis-password", key=True), "redis-password", "redisPassword")
        yield from _backend(mapping(spec, _OPTIONS), at)
    elif "RAY_REDIS_ADDRESS" in variables and text(annotations.get(_ENABLED)).lower() != "true":
        wrong = f"`RAY_REDIS_ADDRESS` turns fault tolerance on, and `{_OPTIONS}` is not set."
        yield problems.bad_fault_tolerance(environment, wrong, f"Write `{_OPTIONS}.redisAddress` instead.")
    if started.get("redis-username"):
        yield _instead(at(*start, "redis-username", key=True), "redis-username", "redisUsername")
    if "REDIS_USERNAME" in variables:
        yield _instead(environment, "REDIS_USERNAME", "redisUsername")


def _beside_options(
    annotations: Mapping[str, Any], variables: Mapping[str, Any], at: _At, environment: Origin
) -> Iterator[Diagnostic]:
    options = at(_OPTIONS, key=True)
    if annotations.get(_ENABLED):
        wrong = f"Fault tolerance is said by `{_OPTIONS}` and by the annotation `{_ENABLED}`."
        yield problems.bad_fault_tolerance(options, wrong, "Remove the annotation.")
    if annotations.get(_NAMESPACE):
        yield _instead(options, _NAMESPACE, "externalStorageNamespace")
    for name, field in _VARIABLES.items():
        if name in variables:
            yield _instead(environment, name, field)


def _backend(options: Mapping[str, Any], at: _At) -> Iterator[Diagnostic]:
    embedded = options.get("backend") == "rocksdb"
    for field in _REDIS if embedded else ("storage",):
        if field in options:
            of, other = ("redis", "rocksdb") if embedded else ("rocksdb", "redis")
            wrong = f"`{field}` is of the backend `{of}`, and the backend is `{other}`."
            yield problems.bad_fault_tolerance(at(_OPTIONS, field, key=True), wrong, "Remove it, or change `backend`.")
    storage = mapping(options, "storage")
    if embedded and storage.get("claimName"):
        for field in ("size", "storageClassName", "accessModes"):
            if field in storage:
                wrong = f"`{field}` describes a claim that is made, and `claimName` names one that exists."
                yield problems.bad_fault_tolerance(
                    at(_OPTIONS, "storage", field, key=True), wrong, "Remove one of the two."
                )


def _instead(at: Origin, what: str, field: str) -> Diagnostic:
    wrong = f"KubeRay sets `{what}` itself, and refuses a cluster that does."
    return problems.bad_fault_tolerance(at, wrong, f"Write `{_OPTIONS}.{field}` instead.")
