"""For programs: a JSON list with an object a workload and cluster, whose shape is promised.

Fields may be added, none is removed or changes its meaning. What a workload does not have is null: a job's own program
decides about strategy, batch and memory. One without a plan has an entry too; its `kind` is null, and `findings` says
why, or is empty where what it names is wrong.

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

All of it is ASCII, so that no locale can change it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from compiler.report.formats.json import described as finding
from compiler.report.plan.base import GIB, Entry, Page

if TYPE_CHECKING:
    from compiler.planning.summary import PodSummary
    from compiler.planning.training.values import Range


def render(page: Page) -> Iterator[str]:
    """The whole list, indented by two."""
    yield json.dumps([described(entry) for entry in page.entries], indent=2) + "\n"


def described(entry: Entry) -> dict[str, Any]:
    """One workload on one cluster."""
    summary = entry.summary
    plan = summary.plan if summary is not None else None
    return {
        "cluster": entry.cluster,
        "workload": entry.workload,
        "kind": summary and summary.kind,
        "accelerator": summary and summary.accelerator,
        "gpus": summary and summary.cards,
        "nodes": summary and summary.nodes,
        "strategy": plan and plan.strategy,
        "microBatch": plan and plan.micro_batch,
        "accumulation": plan and plan.accumulation,
        "globalBatch": plan and plan.global_batch,
        "memoryGiB": plan and {**bounds(plan.memory.total), "card": gib(plan.memory.card)},
        "reasons": [reason.text for reason in summary.reasons] if summary else [],
        "namespace": entry.namespace,
        "precision": plan and plan.precision,
        "trainable": plan and plan.trainable,
        "parts": plan and {part: bounds(size) for part, size in plan.memory.parts.items()},
        "pods": [pods(one) for one in summary.pods] if summary else [],
        "hostMemoryGiB": plan and gib(plan.memory.host),
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
