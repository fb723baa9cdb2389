"""Scaling of an InferenceService: what its autoscaler takes depends on how it is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from compiler.diagnostics import Diagnostic
from compiler.dialects.kserveoperator import problems
from compiler.dialects.kserveoperator.components import Component, annotation
from compiler.dialects.kserveoperator.modes import KNATIVE, STANDARD
from compiler.dialects.kubeflow_pods import entries, mapping
from compiler.source.document import Document

CLASS = "autoscalerClass"

_CLASSES = ("hpa", "keda", "external", "none")
_BY_HPA = ("cpu", "memory")
_BY_KNATIVE = ("concurrency", "rps")
_KNATIVE_CLASS = "autoscaling.knative.dev/class"
_HPA_OF_KNATIVE = "hpa.autoscaling.knative.dev"


def about_class(document: Document) -> Iterator[Diagnostic]:
    """An autoscaler that KServe does not know."""
    said = annotation(document, CLASS)
    if said is not None and said not in _CLASSES:
        at = document.at("metadata", "annotations", f"serving.kserve.io/{CLASS}")
        wrong = f"KServe knows no autoscaler `{said}`."
        yield problems.bad_autoscaling(at, wrong, f"Write one of {', '.join(f'`{one}`' for one in _CLASSES)}.")


def about_numbers(component: Component) -> Iterator[Diagnostic]:
    """Replicas from and to."""
    least, most = (component.value.get(field) for field in ("minReplicas", "maxReplicas"))
    for field, value in (("minReplicas", least), ("maxReplicas", most)):
        if _is_number(value) and value < 0:
            yield problems.bad_autoscaling(component.at(field), f"`{field}` is {value}.", "Say 0 or more.")
    first = 1 if least is None else least
    if _is_number(first) and _is_number(most) and 0 < most < first:
        wrong = f"The {component.name} has at least {first} and at most {most} replicas."
        yield problems.bad_autoscaling(component.at("maxReplicas"), wrong, f"Say {first} or more, or 0 for no limit.")


def about_scaling(component: Component, mode: str | None) -> Iterator[Diagnostic]:
    """What the autoscaler of a mode does not do. Nothing where the mode is not known."""
    document = component.document
    said = annotation(document, CLASS)
    if mode == STANDARD:
        if said == "keda":
            yield from _by_keda(component)
        elif said in {None, "hpa"}:
            yield from _by_hpa(component, explicit=said == "hpa")
    elif mode == KNATIVE:
        knative = mapping(document.value, "metadata", "annotations").get(_KNATIVE_CLASS)
        yield from _by_knative(component, _BY_HPA if knative == _HPA_OF_KNATIVE else _BY_KNATIVE)


def _by_hpa(component: Component, *, explicit: bool) -> Iterator[Diagnostic]:
    value = component.value
    if value.get("minReplicas") == 0 and value.get("minReplicas") is not False:
        wrong = "A HorizontalPodAutoscaler keeps at least one replica, and KServe makes 1 of `minReplicas: 0`."
        do = "Say 1, or scale by KEDA or Knative."
        yield problems.bad_autoscaling(component.at("minReplicas"), wrong, do)
    metric = value.get("scaleMetric")
    if isinstance(metric, str) and metric not in _BY_HPA:
        wrong = f"A HorizontalPodAutoscaler does not scale by `{metric}`."
        yield problems.bad_autoscaling(component.at("scaleMetric"), wrong, "Write `cpu` or `memory`.")
    target = value.get("scaleTarget")
    if explicit and _is_number(target) and not (1 <= target <= 100 or (metric == "memory" and target > 100)):
        yield problems.bad_autoscaling(
            component.at("scaleTarget"), f"{target} is no share in percent.", "Say 1 to 100."
        )
    for index, one in entries(value, "autoScaling", "metrics"):
        if explicit and one.get("type") in {"External", "PodMetric"}:
            at = component.at("autoScaling", "metrics", index, "type")
            wrong = f"Only KEDA scales by a metric of the type `{one['type']}`."
            yield problems.bad_autoscaling(at, wrong, f"Write `serving.kserve.io/{CLASS}: keda`.")


def _by_keda(component: Component) -> Iterator[Diagnostic]:
    if "scaleMetric" in component.value:
        wrong = "KEDA does not read `scaleMetric`, and KServe refuses it."
        yield problems.bad_autoscaling(component.at("scaleMetric"), wrong, "Write it as one of `autoScaling.metrics`.")
    for index, one in entries(component.value, "autoScaling", "metrics"):
        for kind, field in (("External", "external"), ("PodMetric", "podmetric")):
            if one.get("type") == kind:
                yield from _queried(component, ("autoScaling", "metrics", index), field, mapping(one, field))


def _queried(
    component: Component, path: tuple[str | int, ...], field: str, metric: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    if not mapping(metric, "metric").get("query"):
        yield problems.bad_autoscaling(component.at(*path), f"The metric has no `{field}.metric.query`.", "Write it.")
    if mapping(metric, "target").get("value") is None:
        wrong = f"KEDA reads only `{field}.target.value`, and it is not there."
        yield problems.bad_autoscaling(component.at(*path), wrong, "Write the value for each replica.")


def _by_knative(component: Component, metrics: tuple[str, ...]) -> Iterator[Diagnostic]:
    metric = component.value.get("scaleMetric")
    if isinstance(metric, str) and metric not in metrics:
        names = " or ".join(f"`{one}`" for one in metrics)
        wrong = f"Knative does not scale by `{metric}` here."
        yield problems.bad_autoscaling(component.at("scaleMetric"), wrong, f"Write {names}.")
    if "deploymentStrategy" in component.value:
        wrong = "Knative replaces pods itself, and KServe refuses `deploymentStrategy`."
        yield problems.bad_autoscaling(component.at("deploymentStrategy", key=True), wrong, "Remove it.")


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
