"""Comparisons: what the Job is told, and what asks again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compiler.planning.comparing.questions import wrong_lines
from tests.compiled import Compiled, compiled, repo_of
from tests.unit.planning.services.repos import A100, cluster, project

SERVICES = {
    "chat": "{model: base, key: {secret: chat-key, key: token}}",
    "draft": "{model: base, engine: ray, context: 8192}",
}
ASKED = "comparisons:\n  both: {services: [chat, draft], questions: questions.jsonl, maxTokens: 64}\n"
QUESTIONS = '{"prompt": "a"}\n\n"b"\n{"messages": [{"role": "user", "content": "c"}]}\n'


def compare(root: Path, comparisons: str = ASKED, questions: str = QUESTIONS, **services: str) -> Compiled:
    text = project({**SERVICES, **services}, more=comparisons)
    files = {"clusters/prod.yaml": cluster(A100), "hydra.yaml": text, "questions.jsonl": questions}
    return compiled(repo_of(root, files))


def told(result: Compiled) -> dict[str, Any]:
    assert result.errors() == []
    (files,) = [one for one in result.of_kind("ConfigMap") if "compare.json" in one["data"]]
    return dict(json.loads(files["data"]["compare.json"]))


def test_the_job_asks_each_service_at_its_address(tmp_path: Path) -> None:
    asked = told(compare(tmp_path))
    assert [(one["name"], one["url"], one["key"]) for one in asked["services"]] == [
        ("chat", "http://bot-chat-predictor.nlp.svc.cluster.local/v1", "HYDRA_KEY_0"),
        ("draft", "http://bot-draft-serve-svc.nlp.svc.cluster.local:8000/v1", ""),
    ]
    assert asked["parameters"] == {"max_tokens": 64, "temperature": 0.0, "seed": 0}


def test_a_key_is_a_reference_and_stands_nowhere_else(tmp_path: Path) -> None:
    result = compare(tmp_path)
    (job,) = [one for one in result.of_kind("Job") if one["metadata"]["name"].startswith("bot-both")]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    keys = [one for one in container["env"] if one["name"].startswith("HYDRA_KEY")]
    assert keys == [{"name": "HYDRA_KEY_0", "valueFrom": {"secretKeyRef": {"name": "chat-key", "key": "token"}}}]


def test_waiting_leaves_time_for_asking(tmp_path: Path) -> None:
    comparisons = ASKED.replace("maxTokens: 64", "deadline: 1h")
    result = compare(tmp_path, comparisons)
    (job,) = [one for one in result.of_kind("Job") if one["metadata"]["name"].startswith("bot-both")]
    assert told(result)["wait_seconds"] < job["spec"]["activeDeadlineSeconds"] == 3600


CHANGES = {
    "other questions": {"questions": '"d"\n'},
    "other parameters": {"comparisons": ASKED.replace("64", "65")},
    "another attempt": {"comparisons": ASKED.replace("maxTokens: 64", "maxTokens: 64, attempt: 2")},
    "other arguments of a server": {"chat": SERVICES["chat"].replace("}}", "}, arguments: {seed: 3}}")},
    "other weights": {"chat": SERVICES["chat"].replace("base", "qwen2.5-0.5b-instruct")},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_answers_otherwise_is_asked_again(tmp_path: Path, change: dict[str, str]) -> None:
    assert told(compare(tmp_path / "a"))["run"] != told(compare(tmp_path / "b", **change))["run"]


def test_other_cards_are_not_asked_again(tmp_path: Path) -> None:
    more = SERVICES["chat"].replace("}}", "}, accelerator: {type: a100-80gb, count: 2}}")
    assert told(compare(tmp_path / "a"))["run"] == told(compare(tmp_path / "b", chat=more))["run"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no question."),
        ("\n\n", "There is no question."),
        ("no", "Line 1 is no JSON."),
        ("{}", "Line 1: it needs either `prompt` or `messages`."),
        ('{"prompt": "a", "messages": []}', "Line 1: it needs either `prompt` or `messages`."),
        ('""', "Line 1: the question is empty."),
        ("3", "Line 1: it is neither text nor an object."),
        ('{"messages": [{"role": "user"}]}', "Line 1: `messages` is no list of objects with `role` and `content`."),
        ('{"id": 1, "prompt": "a"}\n{"id": "1", "prompt": "b"}', "Line 2 has the `id` of line 1."),
        ("[" * 100_000, "Line 1 is no JSON."),
    ],
)
def test_questions_that_cannot_be_asked(text: str, said: str) -> None:
    assert wrong_lines(text)[0] == said


def test_of_many_wrong_lines_the_first_are_told() -> None:
    assert wrong_lines("no\n" * 50)[-1] == "45 more lines are wrong."
