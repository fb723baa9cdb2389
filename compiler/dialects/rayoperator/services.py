"""RayService: what belongs to the service and not to the cluster that is made for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.dialects.kubeflow_pods import mapping, number
from compiler.dialects.rayoperator import problems
from compiler.source.document import Document

_TYPES = ("NewCluster", "NewClusterWithIncrementalUpgrade", "None")
_INCREMENTAL = "NewClusterWithIncrementalUpgrade"
_TIMEOUT = "ray.io/initializing-timeout"
_DURATION = re.compile(r"[1-9][0-9]*|(?=.*[1-9])([0-9]+(\.[0-9]+)?(h|m|s|ms|us|ns))+")
"""Seconds, or a duration as Go writes it, above nothing."""


def about_service(document: Document) -> Iterator[Diagnostic]:
    """What the operator refuses in a RayService beside its cluster and its applications."""
    spec = mapping(document.value, "spec")
    path = ("spec", "rayClusterConfig", "headGroupSpec", "headService", "metadata")
    if mapping(document.value, *path).get("name"):
        wrong = "The operator names the head's Service, as there are two clusters during an upgrade."
        yield problems.bad_service(
            document.at(*path, "name"), wrong, "Remove it; clients use the Service of the RayService."
        )
    yield from _upgrade(document, spec)
    timeout = mapping(document.value, "metadata", "annotations").get(_TIMEOUT)
    if isinstance(timeout, str) and timeout and not _DURATION.fullmatch(timeout):
        at = document.at("metadata", "annotations", _TIMEOUT)
        yield problems.bad_service(at, f"`{timeout}` is no time to wait.", "Write it like `30m`, or as seconds.")


def nested_strategy(document: Document, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    """An upgrade strategy of a cluster that a RayJob or RayService makes."""
    if mapping(document.value, *path, "upgradeStrategy").get("type") is not None:
        wrong = f"A cluster that a {document.kind} makes has no upgrade strategy of its own."
        do = "Move it to `spec.upgradeStrategy`." if document.kind == "RayService" else "Remove it."
        yield problems.bad_service(document.at(*path, "upgradeStrategy", key=True), wrong, do)


def _upgrade(document: Document, spec: Mapping[str, Any]) -> Iterator[Diagnostic]:
    strategy = mapping(spec, "upgradeStrategy")
    kind = strategy.get("type")
    at = document.at("spec", "upgradeStrategy", "type")
    if kind is not None and kind not in _TYPES:
        wrong = f"`{kind}` is no way to upgrade a RayService."
        yield problems.bad_service(at, wrong, f"Use one of {', '.join(f'`{one}`' for one in _TYPES)}.")
    if kind != _INCREMENTAL:
        return
    if mapping(spec, "rayClusterConfig").get("enableInTreeAutoscaling") is not True:
        wrong = "An upgrade in steps needs Ray's autoscaler, which moves replicas from cluster to cluster."
        yield problems.bad_service(
            at, wrong, "Set `rayClusterConfig.enableInTreeAutoscaling: true`, or use `NewCluster`."
        )
    if "clusterUpgradeOptions" not in strategy:
        yield problems.bad_service(
            at, "An upgrade in steps needs `clusterUpgradeOptions`.", "Write them beside `type`."
        )
        return
    yield from _steps(document, mapping(strategy, "clusterUpgradeOptions"))


def _steps(document: Document, options: Mapping[str, Any]) -> Iterator[Diagnostic]:
    path = ("spec", "upgradeStrategy", "clusterUpgradeOptions")
    surge = number(options.get("maxSurgePercent", 100))
    step = number(options.get("stepSizePercent"))
    if surge is None or surge > 100:
        yield problems.bad_service(document.at(*path, "maxSurgePercent"), "The surge is a percentage.", "Say 0 to 100.")
    elif step is not None and step > surge:
        wrong = f"A step of {step} % is more than the surge of {surge} %."
        yield problems.bad_service(document.at(*path, "stepSizePercent"), wrong, f"Say {surge} or less.")
    if number(options.get("intervalSeconds", 1)) in {None, 0}:
        yield problems.bad_service(
            document.at(*path, "intervalSeconds"), "There is no time between steps.", "Say 1 or more."
        )
