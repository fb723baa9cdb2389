"""SARIF: its structure, and what GitHub asks beyond it."""

from __future__ import annotations

import io
import json
from typing import Any

import jsonschema_rs
import pytest

from compiler import __version__
from compiler.diagnostics import Code, Diagnostic, InFile, Placed, Severity, Span
from compiler.report import write
from compiler.report.formats import sarif

UNKNOWN = Code(
    "HYD301", Severity.ERROR, "A name of nothing.", "It is empty.", "model: a", "model: b", "https://example.com/a"
)
LOOSE = Code("HYD402", Severity.WARNING, "A mutable tag.", "It moves.", source="Two books, page 7.")
FOUND = [
    Diagnostic(UNKNOWN, Placed(Span("a b/模.yaml", 3, 5, 4, 9), False), "Wrong.", "Right it.", ("c",), ("Note.",)),
    Diagnostic(LOOSE, InFile("c.yaml"), "Loose.", "Pin it."),
    Diagnostic(LOOSE, Placed(Span("d\udcff.yaml", 1, 1, 1, 2), False), "Loose.", "Pin it.", severity=Severity.INFO),
]


def closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


TEXT = closed({"text": {"type": "string", "minLength": 1}})
LEVEL = {"enum": ["error", "warning", "note"]}
NUMBER = {"type": "integer", "minimum": 1}
RULE = closed(
    {
        "id": {"pattern": "^HYD[0-9]{3}$"},
        # GitHub refuses rules without these three.
        "shortDescription": TEXT,
        "fullDescription": TEXT,
        "help": closed({"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string", "minLength": 1}}),
        "defaultConfiguration": closed({"level": LEVEL}),
        "properties": closed({"problem.severity": {"enum": ["error", "warning", "recommendation"]}}),
    },
    helpUri={"type": "string", "format": "uri"},
)
PLACE = closed(
    {
        "artifactLocation": closed(
            {"uri": {"format": "uri-reference", "pattern": "^[^/]"}, "uriBaseId": {"const": "%SRCROOT%"}}
        )
    },
    region=closed({"startLine": NUMBER, "startColumn": NUMBER, "endLine": NUMBER, "endColumn": NUMBER}),
)
RESULT = closed(
    {
        "ruleId": {"pattern": "^HYD[0-9]{3}$"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": TEXT,
        "locations": {"type": "array", "items": closed({"physicalLocation": PLACE}), "minItems": 1, "maxItems": 1},
    }
)
DRIVER = closed(
    {"name": {"const": "hydra"}, "semanticVersion": {"type": "string"}, "rules": {"type": "array", "items": RULE}}
)
LOG = closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": closed(
                {
                    "tool": closed({"driver": DRIVER}),
                    "originalUriBaseIds": closed({"%SRCROOT%": closed({"description": TEXT})}),
                    "columnKind": {"const": "unicodeCodePoints"},
                    "results": {"type": "array", "items": RESULT},
                }
            ),
        },
    }
)


def text_of(found: list[Diagnostic]) -> str:
    stream = io.StringIO()
    write(found, "sarif", stream, read=lambda _: None, prefix="repo/")
    return stream.getvalue()


def run_of(found: list[Diagnostic]) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(text_of(found))["runs"][0]
    return run


@pytest.mark.parametrize("found", [FOUND, []], ids=["findings", "none"])
def test_the_structure_is_strict(found: list[Diagnostic]) -> None:
    validator = jsonschema_rs.validator_for(LOG, validate_formats=True)
    assert [error.message for error in validator.iter_errors(json.loads(text_of(found)))] == []


@pytest.mark.parametrize("found", [FOUND, []], ids=["findings", "none"])
def test_the_models_made_from_the_standard_take_it(found: list[Diagnostic]) -> None:
    reason = "pydantic-sarif, models made from the standard's schema, is not installed"
    model = pytest.importorskip("pydantic_sarif.model", reason=reason)
    model.StaticAnalysisResultsFormatSarifVersion210JsonSchema.model_validate_json(text_of(found))


def test_each_result_leads_to_its_rule() -> None:
    run = run_of(FOUND)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["HYD301", "HYD402"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [one["ruleId"] for one in run["results"]]


def test_levels_are_those_of_the_run_and_of_the_rule() -> None:
    run = run_of(FOUND)
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert [rule["defaultConfiguration"]["level"] for rule in run["tool"]["driver"]["rules"]] == ["error", "warning"]


def test_files_are_relative_addresses() -> None:
    places = [result["locations"][0]["physicalLocation"] for result in run_of(FOUND)["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == [
        "repo/a%20b/%E6%A8%A1.yaml",
        "repo/c.yaml",
        "repo/d%FF.yaml",
    ]
    assert places[0]["region"] == {"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 9}
    assert "region" not in places[1]


def test_a_message_says_all_that_the_finding_says() -> None:
    assert run_of(FOUND)["results"][0]["message"] == {"text": "Wrong. Right it. Did you mean `c`? Note."}


def test_the_help_of_a_rule_has_its_examples_and_only_an_address_as_its_link() -> None:
    unknown, loose = run_of(FOUND)["tool"]["driver"]["rules"]
    assert (
        unknown["help"]["markdown"]
        == "It is empty.\n\nBad:\n\n```yaml\nmodel: a\n```\n\nGood:\n\n```yaml\nmodel: b\n```"
    )
    assert unknown["helpUri"] == "https://example.com/a"
    assert "helpUri" not in loose


def test_it_is_ascii_and_names_the_version() -> None:
    assert text_of(FOUND).isascii()
    assert run_of([])["tool"]["driver"]["semanticVersion"] == __version__


def test_what_does_not_fit_is_the_mildest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 2)
    assert [result["level"] for result in run_of(FOUND[::-1])["results"]] == ["error", "warning"]
