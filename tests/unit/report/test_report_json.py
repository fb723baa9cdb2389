"""The promised shape of `json`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import compiler
from compiler import __version__
from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span
from compiler.report import Summary, write

CODE = Code("HYD301", Severity.ERROR, "A reference names nothing.", "Nothing could be mounted.")
FOUND = Diagnostic(
    CODE,
    Placed(Span("a/hydra.yaml", 3, 5, 4, 1), False),
    "No model is called `模型`.",
    "Define it.",
    candidates=("a", "b"),
    notes=(),
)
SUMMARY = Summary(
    clusters=("prod", "staging"),
    objects={"Job": 2, "ConfigMap": 1},
    written=3,
    unchanged=4,
    removed=5,
    stale=True,
    unchecked={"example.com/v1/Widget": 1},
)


def rendered(found: list[Diagnostic], summary: Summary | None = None) -> str:
    stream = io.StringIO()
    write(found, "json", stream, read=lambda _: None, summary=summary, prefix="repo/")
    return stream.getvalue()


def test_the_shape_is_the_promised_one() -> None:
    warning = FOUND._replace(at=Placed(Span("b.yaml", 1, 1, 1, 1), True), severity=Severity.WARNING)
    report = json.loads(rendered([FOUND, warning], SUMMARY))
    second = report["findings"].pop()
    assert (second["severity"], second["span"]["file"]) == ("warning", "repo/b.yaml")
    assert report == {
        "version": 1,
        "hydra": __version__,
        "summary": {
            "errors": 1,
            "warnings": 1,
            "infos": 0,
            "clusters": ["prod", "staging"],
            "objects": {"ConfigMap": 1, "Job": 2},
            "written": 3,
            "unchanged": 4,
            "removed": 5,
            "stale": True,
            "unchecked": {"example.com/v1/Widget": 1},
        },
        "findings": [
            {
                "code": "HYD301",
                "severity": "error",
                "message": "No model is called `模型`.",
                "do": "Define it.",
                "candidates": ["a", "b"],
                "notes": [],
                "span": {"file": "repo/a/hydra.yaml", "line": 3, "column": 5, "endLine": 4, "endColumn": 1},
            }
        ],
    }


def test_it_is_ascii_for_any_locale() -> None:
    assert rendered([FOUND]).isascii()


def test_the_documented_example_has_the_shape() -> None:
    page = Path(compiler.__file__).parents[1] / "docs" / "reports.md"
    documented = json.loads(page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0])
    assert shape(documented) == shape(json.loads(rendered([FOUND], SUMMARY)))


def shape(value: Any) -> Any:
    """The keys of all objects, and of a list what its first item is."""
    if isinstance(value, dict) and value.keys() & {"Job", "example.com/v1/Widget"}:
        return "numbers by name"
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_without_findings_the_shape_is_the_same() -> None:
    report = json.loads(rendered([]))
    assert report["findings"] == []
    assert set(report["summary"]) == set(json.loads(rendered([FOUND], SUMMARY))["summary"])
