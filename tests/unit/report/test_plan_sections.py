"""What an explanation says was asked for, where a document has fields of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.explaining import EVERYTHING, Target
from compiler.linking.serving import Service
from compiler.linking.workload import JobNames
from compiler.report.plan.sections import asked_for
from compiler.report.plan.view import Paper, Question
from compiler.report.plan.views.servings import ASPECTS, VIEW
from compiler.source.document import Document, SourceFile
from tests.unit.report.test_plan_servings import CHAT

TEXT = """\
kind: Inference
spec:
  gpuCount: 2
  params: '{"max-model-len": "8192", "hf-token": "hf_secret"}'
  least: 1
  most: 3
  note: {}
""".replace("{}", "x" * 100)
VALUE = {
    "kind": "Inference",
    "spec": {
        "gpuCount": 2,
        "params": '{"max-model-len": "8192", "hf-token": "hf_secret"}',
        "least": 1,
        "most": 3,
        "note": "x" * 100,
    },
}
DOCUMENT = Document(SourceFile("a.yaml", TEXT), 0, VALUE)
PLACES = {
    ("accelerator",): DOCUMENT.at("spec", "gpuCount"),
    ("arguments",): DOCUMENT.at("spec", "params"),
    ("replicas", "min"): DOCUMENT.at("spec", "least"),
    ("replicas", "max"): DOCUMENT.at("spec", "most"),
    ("image",): DOCUMENT.at("spec", "note"),
}


def said(aspect: str, places: Mapping[tuple[str, ...], Any] = PLACES) -> list[str]:
    service = Service(
        ("bot", "chat"), "Inference/nlp/chat", "nlp", "nlp", DOCUMENT.at(), JobNames("chat", "chat", "chat"), {}, (),
        places=places,
    )  # fmt: skip
    question = Question(service, CHAT, VIEW, Target(service.of, aspect), ASPECTS.get(aspect, EVERYTHING))
    return [" ".join(line.split()) for line in asked_for(question, Paper())][2:]


def test_a_field_is_shown_where_the_document_says_it() -> None:
    assert said("accelerator") == ["accelerator 2 a.yaml:3"]
    assert said("replicas") == ["replicas.max 3 a.yaml:6", "replicas.min 1 a.yaml:5"]


def test_a_part_of_a_field_that_is_said_as_a_whole_is_called_by_its_whole() -> None:
    assert said("cache", {("replicas",): DOCUMENT.at("spec", "least")}) == ["replicas 1 a.yaml:5"]


def test_what_the_document_does_not_say_is_not_shown() -> None:
    assert said("context") == []
    assert said("accelerator", {}) == []


def test_arguments_that_are_one_text_are_not_shown() -> None:
    assert "hf_secret" not in "".join(said(""))
    assert "arguments given a.yaml:4" in said("runtime")


def test_a_long_value_is_cut() -> None:
    assert f"image {'x' * 57}... a.yaml:7" in said("runtime")


def test_everything_names_each_field_once() -> None:
    rows = [line.split()[0] for line in said("")]
    assert rows == ["image", "arguments", "accelerator", "replicas.max", "replicas.min"]
