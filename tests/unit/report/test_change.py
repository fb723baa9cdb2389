"""How a change view is told: nothing steers a terminal or a page, and no secret is shown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from compiler.change.fields import differences
from compiler.change.values import Judged, Outcome, Subject, Totals, Verdict, View
from compiler.report.change import FORMATS, Page
from compiler.report.change.formats import json as as_json
from compiler.report.change.formats import markdown, text

NOTHING = Totals(0, 0, 0, 0, 0, 0, 0)


def outcome(
    before: dict[str, Any], after: dict[str, Any], *, kind: str = "Job", why: str = "Because.", name: str = "a",
    verdict: Verdict = Verdict.IN_PLACE,
) -> Outcome:  # fmt: skip
    bodies = [{"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **one} for one in (before, after)]
    sides = [Subject("prod", f"{kind}/nlp/{name}", "", "bot", one) for one in bodies]
    return Outcome(sides[0], sides[1], Judged(verdict, why), differences(*bodies))


def page(*outcomes: Outcome, totals: Totals = NOTHING) -> Page:
    return Page(View(outcomes, totals), "HEAD")


def written(form: str, one: Page) -> str:
    return "".join({"json": as_json, "markdown": markdown, "text": text}[form].render(one))


def test_the_formats_are_those_of_the_command() -> None:
    assert FORMATS == ("json", "markdown", "text")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"data": {"token": "old-hunter2"}}, {"data": {"token": "new-hunter2"}}, "Secret"),
        ({"stringData": {"a": "hunter2"}}, {}, "Secret"),
        ({"spec": {"encryptedData": {"a": "hunter2"}}}, {"spec": {"encryptedData": {"a": "hunter23"}}}, "SealedSecret"),
        (
            {"spec": {"env": [{"name": "HF_TOKEN", "value": "hf-hunter2-abc"}]}},
            {"spec": {"env": [{"name": "HF_TOKEN", "value": "hf-hunter2-def"}]}}, "Job",
        ),
        ({"spec": {}}, {"spec": {"env": [{"name": "DB_PASSWORD", "value": "hunter2-abc"}]}}, "Job"),
        ({"spec": {"args": ["--a"]}}, {"spec": {"args": ["--a", "--token=hunter2-abc", "--api-key", "hunter2-abcd"]}}, "Job"),
        ({"data": {"url": "x"}}, {"data": {"url": "postgres://me:hunter2@db/x"}}, "ConfigMap"),
    ],
)  # fmt: skip
def test_no_secret_is_shown(form: str, before: dict[str, Any], after: dict[str, Any], kind: str) -> None:
    assert "hunter2" not in written(form, page(outcome(before, after, kind=kind)))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_steers_a_terminal(form: str) -> None:
    evil = "\x1b[2J\u202e\r"
    shown = written(
        form, page(outcome({"spec": {"a": "b"}}, {"spec": {"a": evil, evil: 1}}, why=f"`{evil}`", name=evil))
    )
    raw = shown if form != "json" else json.dumps(json.loads(shown))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", raw)


def test_values_of_specs_are_no_markup_in_a_comment() -> None:
    evil = "a`|</details><img src=x> @everyone [x](http://evil)\n# title\n```\nout"
    shown = written("markdown", page(outcome({"data": {"a": "b"}}, {"data": {"a": evil}}, why=f"`{evil}` and {evil}")))
    outside = re.sub(r"(?s)\n(`{3,})diff\n.*?\n\1\n", "", shown)
    table = "\n".join(line for line in outside.splitlines() if line.startswith("| in-place"))
    assert table.count("|") == 5
    assert "\n# title" not in outside
    unquoted = re.sub(r"`[^`]*`", "", outside)
    assert not re.search(r"(?<!\\)@everyone|(?<!\\)<img|(?<!\\)\[x\]", unquoted)


def test_a_comment_is_never_too_long() -> None:
    many = [outcome({"data": {"a": "x" * 900}}, {"data": {"a": "y" * 900}}, name=f"n{number}") for number in range(900)]
    worst = outcome({}, {}, name="worst", verdict=Verdict.DATA_AT_RISK)
    shown = written("markdown", page(worst, *many))
    assert len(shown) <= 65_536
    assert "`Job/nlp/worst`" in shown
    assert "more, less severe" in shown


def test_the_totals_are_told() -> None:
    totals = Totals(8, 16, 4, 50 << 30, 100 << 30, 15 << 30, 2, 20)
    shown = written("text", page(outcome({"a": 1}, {"a": 2}), totals=totals))
    assert "GPUs: 8 -> 16 (+8), up to 20 for a while." in shown
    assert "Storage: 50 -> 100 GiB." in shown
    assert "To download: about 15 GiB." in shown
    assert "Runs that start: 2." in shown


def test_text_shows_what_differs_in_a_script() -> None:
    before = {"data": {"run.sh": "one\ntwo\nthree\n"}}
    after = {"data": {"run.sh": "one\n2\nthree\n"}}
    lines = written("text", page(outcome(before, after, kind="ConfigMap"))).splitlines()
    assert "    -   two" in lines
    assert "    +   2" in lines
    assert not [line for line in lines if line.endswith("three")]
