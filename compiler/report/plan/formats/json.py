"""For programs: a JSON list with an object a workload and cluster, whose shape is promised.

Fields may be added, none is removed or changes its meaning. Every object has all of them, in this order. What a workload
does not have is null, or an empty list: a job's own program decides about strategy, batch and memory, a service has none of
a training's. One without a plan has an entry too; its `kind` is null, and `findings` says why, or is empty where what it names
is wrong.

A training:

    {
      "cluster": "prod", "workload": "support-bot/finetunes/dolly-full",
      "kind": "PyTorchJob",                    the object that runs it; null without a plan
      "accelerator": "a100-80gb", "gpus": 16,
      "nodes": 2,                              pods that get cards; all pods, where none does
      "strategy": "zero2",                     none, zero1, zero2, zero3 or zero3-offload
      "microBatch": 4, "accumulation": 1, "globalBatch": 64,
      "memoryGiB": {"low": 49.18, "expected": 56.01, "high": 65.14, "card": 80.0},        of one card
      "reasons": ["16 `a100-80gb` are 2 full nodes with 8 each."],
      "namespace": "nlp",
      "precision": "bf16",                     bf16, fp16 or fp32
      "trainable": 7615616512,                 parameters that are trained
      "parts": {"weights": {"low": 14.19, "expected": 14.19, "high": 14.19}},              GiB of one card
      "pods": [{                               by role, the leading one first
        "role": "Worker", "count": 2,
        "gpus": 8, "cpu": "64", "memory": "256Gi", "sharedMemory": "64Gi"                  of each, as Kubernetes writes it
      }],
      "hostMemoryGiB": 256.0,                  of one node
      "storage": [{"claim": "support-bot-dolly-full", "size": "360Gi"}],
      "findings": []                           about this workload, in the shape of `hydra validate --format json`
    }

A service has these in their place; `gpus`, `nodes` and the counts of `pods` are those of the most replicas:

    {
      "kind": "InferenceService",              or RayService
      "gpus": 4, "nodes": 4,
      "memoryGiB": {...}, "parts": {...},      of one card, the cache for as many full sequences as were asked for
      "runtime": "vllm",                       the server, as the library calls it
      "replicas": {
        "min": 1, "max": 4,
        "metric": "concurrency",               concurrency, rps, cpu or memory; null where nothing counts them
        "target": 16                           how much of it one replica is to have: requests, requests a second, or percent
      },
      "replicaGpus": 1, "replicaNodes": 1,     of one replica
      "tensorParallel": 1, "pipelineParallel": 1,
      "context": 16384,                        tokens of a sequence, prompt and answer
      "cacheTokens": 1054688,                  that the cache of a replica holds at the expected estimate
      "sequences": 64,                         of full length that it holds at once
      "utilization": 0.9,                      part of a card that the server takes
      "endpoints": ["http://support-bot-chat-predictor.nlp.svc.cluster.local/v1"]          within the cluster first
    }

Of a server of one's own, about which nothing is known, `memoryGiB`, `parts` and `tensorParallel` to `utilization` are null.

A comparison has these:

    {
      "kind": "Job",
      "asks": ["support-bot/services/chat"],   the services that it sends requests to
      "writes": "support-bot-both/runs/6h8828fk56"                                         claim, and directory of this run
    }

All of it is ASCII, so that no locale can change it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.report.formats.json import described as finding
from compiler.report.plan.base import GIB, Entry, Page
from compiler.report.plan.views import views

if TYPE_CHECKING:
    from compiler.planning.summary import PodSummary
    from compiler.planning.training.values import Range

FIRST = (
    "cluster", "workload", "kind", "accelerator", "gpus", "nodes", "strategy", "microBatch", "accumulation", "globalBatch",
    "memoryGiB", "reasons", "namespace", "precision", "trainable", "parts", "pods", "hostMemoryGiB", "storage", "findings",
    "runtime", "replicas", "replicaGpus", "replicaNodes", "tensorParallel", "pipelineParallel", "context", "cacheTokens",
    "sequences", "utilization", "endpoints", "asks", "writes",
)  # fmt: skip
"""Fields in the order that is promised; others come behind."""


def render(page: Page) -> Iterator[str]:
    """The whole list, indented by two."""
    yield json.dumps([described(entry) for entry in page.entries], indent=2) + "\n"


def described(entry: Entry) -> dict[str, Any]:
    """One workload on one cluster: what every kind of workload has, and what its own kind decides."""
    told = dict.fromkeys(FIRST) | common(entry)
    for view in dict.fromkeys(views().values()):
        told |= view.fields(entry.summary)
    return told


def common(entry: Entry) -> dict[str, Any]:
    """What every kind of workload has."""
    summary = entry.summary
    table = entry.view.table(summary) if summary is not None else None
    memory = table.memory if table is not None else None
    return {
        "cluster": entry.cluster,
        "workload": entry.workload,
        "kind": summary and summary.kind,
        "accelerator": summary and summary.accelerator,
        "gpus": summary and summary.cards,
        "nodes": summary and summary.nodes,
        "memoryGiB": memory and {**bounds(memory.total), "card": gib(memory.card)},
        "reasons": [reason.text for reason in summary.reasons] if summary else [],
        "namespace": entry.namespace,
        "parts": memory and {part: bounds(size) for part, size in memory.parts.items()},
        "pods": [pods(one) for one in summary.pods] if summary else [],
        "storage": [{"claim": claim, "size": size} for claim, size in summary.storage] if summary else [],
        "findings": [finding(one) for one in entry.findings],
    }


def pods(one: PodSummary) -> dict[str, Any]:
    """The pods of a role."""
    return {
        "role": one.role,
        "count": one.number,
        "gpus": one.cards,
        "cpu": one.cpu,
        "memory": one.memory,
        "sharedMemory": one.shm,
    }


def bounds(size: Range) -> dict[str, float]:
    """An amount in GiB."""
    return {"low": gib(size.low), "expected": gib(size.expected), "high": gib(size.high)}


def gib(count: int) -> float:
    """Bytes in GiB, to two digits."""
    return round(count / GIB, 2)
