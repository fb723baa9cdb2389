"""For programs: one JSON object, whose shape is promised.

    {
      "base": "HEAD",
      "objects": [{                              the most severe verdict first
        "cluster": "prod",
        "object": "PersistentVolumeClaim/nlp/support-bot-tickets",
        "verdict": "data-at-risk",               created, removed, in-place, rolling-restart, new-run, second-cluster,
                                                 ignored, rejected or data-at-risk
        "why": "...",
        "spec": "teams/nlp/hydra.yaml:8",        for what goes, where it was in the base; empty where nobody knows
        "acknowledged": false,
        "surge": 0, "runs": 0,                   accelerators for a while, runs that start
        "fields": [{"path": "spec.resources.requests.storage", "before": "50Gi", "after": "20Gi"}]
      }],
      "totals": {
        "verdicts": {"data-at-risk": 1},
        "gpus": {"before": 0, "after": 0, "surge": 0, "peak": 0},   peak: old and new pods at once
        "storageGiB": {"before": 50.0, "after": 20.0},
        "downloadGiB": 0.0,
        "runs": 0
      },
      "notes": []
    }

Fields may be added; none is removed or changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from compiler.change.values import Outcome, Totals
from compiler.report.change.lines import shown_values
from compiler.report.change.page import GIB, Page, counted, plain


def render(page: Page) -> Iterator[str]:
    """The object, and a line feed."""
    totals = page.view.totals
    written = {
        "base": page.base,
        "objects": [_object(one, page.prefix) for one in page.view.outcomes],
        "totals": {
            "verdicts": {verdict.label: count for verdict, count in counted(page.view).items()},
            "gpus": _gpus(totals),
            "storageGiB": {"before": _gib(totals.storage_before), "after": _gib(totals.storage_after)},
            "downloadGiB": _gib(totals.download),
            "runs": totals.runs,
        },
        "notes": [*page.view.notes],
    }
    yield json.dumps(written, indent=2, ensure_ascii=False)
    yield "\n"


def _gpus(totals: Totals) -> dict[str, int]:
    return {"before": totals.gpus_before, "after": totals.gpus_after, "surge": totals.surge, "peak": totals.peak}


def _object(outcome: Outcome, prefix: str) -> dict[str, Any]:
    subject = outcome.subject
    return {
        "cluster": subject.cluster,
        "object": subject.target,
        "verdict": outcome.judged.verdict.label,
        "why": outcome.judged.why,
        "spec": prefix + subject.spec if subject.spec else "",
        "acknowledged": outcome.acknowledged,
        "surge": outcome.judged.surge,
        "runs": outcome.judged.runs,
        "fields": [_field(outcome, number) for number in range(len(outcome.fields))],
    }


def _field(outcome: Outcome, number: int) -> dict[str, Any]:
    field = outcome.fields[number]
    before, after = shown_values(outcome, field)
    return {"path": field.text, "before": plain(before), "after": plain(after)}


def _gib(count: int) -> float:
    return round(count / GIB, 2)
