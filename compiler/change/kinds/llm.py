"""LLMInferenceServices of KServe: Deployments of servers, of prefill and decode where those are apart.

Source: KServe 0.20, pkg/controller/v1alpha2/llmisvc/workload_single_node.go: the template becomes the pods', `replicas`
their number; labels and annotations of some prefixes reach the pods, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.change.gpus import Pods, devices
from compiler.change.kinds.bodies import at_least_one, mapping, names_in, only_below
from compiler.change.kinds.rolling import over_number
from compiler.change.kinds.wording import gpus, telling
from compiler.change.values import Change, Field, Judged, Rule, Verdict
from compiler.manifest import Body

COPIED = ("internal.serving.kserve.io/localmodel", "k8s.v1.cni.cncf.io", "kueue.x-k8s.io",
          "leaderworkerset.sigs.k8s.io", "prometheus.io")  # fmt: skip
"""Prefixes of labels and annotations that reach the pods: `approvedAnnotationPrefixes`, `approvedLabelPrefixes`."""

BESIDE_PODS = (("spec", "replicas"), ("spec", "router"), ("spec", "prefill", "replicas"))


def changed(change: Change) -> Judged:
    """New pods, unless only their number, the way to them, or a label differs."""
    if only_below(change, *BESIDE_PODS, ("metadata",)) and not any(_is_copied(one) for one in change.fields):
        return Judged(Verdict.IN_PLACE, f"No pod is replaced{telling(change.fields)}.")
    surge = sum(over_number({}, one.least) * devices(one.spec) for one in pods_of(change.after.body))
    needs = f" {gpus(surge)} more for a while." if surge else ""
    return Judged(Verdict.ROLLING_RESTART, f"Pods are replaced{telling(change.fields)}.{needs}", surge=surge)


def _is_copied(field: Field) -> bool:
    if field.path[0] != "metadata" or field.path[1:2] not in {("labels",), ("annotations",)}:
        return False
    return any(str(name).startswith(COPIED) for name in field.path[2:3] or names_in(field))


def pods_of(body: Body) -> Iterator[Pods]:
    """Of the servers, and of those that prefill."""
    for path in (("spec",), ("spec", "prefill")):
        if mapping(body, *path, "template"):
            there = at_least_one(body, *path, "replicas")
            yield Pods(there, there, mapping(body, *path, "template"))


RULE = Rule(("serving.kserve.io/LLMInferenceService",), changed)
PODS = {"serving.kserve.io/LLMInferenceService": pods_of}
