"""Digests: what counts, what does not, and what they look like."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from hypothesis import given

from compiler.emission.digests import object_digest, run_digest, short, text_digest
from tests.unit.emission.strategies import bodies

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "a", "labels": {"team": "nlp"}},
    "spec": {"backoffLimit": 4, "args": ["a", "b"]},
}


def test_the_short_form_is_kustomizes() -> None:
    # kustomize, api/hasher/hasher_test.go: the empty ConfigMap.
    hexadecimal = hashlib.sha256(b'{"data":"","kind":"ConfigMap","name":""}').hexdigest()
    assert short(hexadecimal) == "6ct58987ht"
    assert short(bytes.fromhex(hexadecimal)) == "6ct58987ht"


@given(body=bodies)
def test_a_digest_has_ten_characters_of_a_name_and_neither_vowel_nor_float(body: dict[str, Any]) -> None:
    assert re.fullmatch(r"[2456789bcdfghkmt]{10}", object_digest(body))


def test_labels_annotations_name_and_status_do_not_count() -> None:
    moved = {**JOB, "metadata": {"name": "b", "annotations": {"a": "b"}}, "status": {"succeeded": 1}}
    assert object_digest(moved) == object_digest(JOB)


@pytest.mark.parametrize(
    "changed",
    [
        {**JOB, "kind": "CronJob"},
        {**JOB, "spec": {"backoffLimit": 5, "args": ["a", "b"]}},
        {**JOB, "spec": {"backoffLimit": 4, "args": ["b", "a"]}},
        {**JOB, "spec": {"backoffLimit": "4", "args": ["a", "b"]}},
        {**JOB, "spec": {"backoffLimit": 4.0, "args": ["a", "b"]}},
        {**JOB, "spec": {"backoffLimit": 4, "args": ["a", "b"], "extra": ""}},
    ],
    ids=["kind", "value", "order of a list", "text for a number", "float for an integer", "a field more"],
)
def test_everything_else_counts(changed: dict[str, Any]) -> None:
    assert object_digest(changed) != object_digest(JOB)


def test_the_order_of_keys_does_not_count() -> None:
    assert run_digest({"a": 1, "b": {"c": 2, "d": 3}}) == run_digest({"b": {"d": 3, "c": 2}, "a": 1})


def test_digests_stay_what_they_are() -> None:
    # They name directories full of data: a change here loads and trains everything again.
    assert object_digest(JOB) == "hc5d69k9km"
    assert run_digest({"source": "hf://Qwen/Qwen2.5-7B-Instruct", "größe": 1.5, "none": None}) == "ct657g9cc2"
    assert text_digest("support-bot") == "fd825d2dck"


@pytest.mark.parametrize("values", [{"a": float("nan")}, {"a": "\ud800"}])
def test_what_has_no_one_spelling_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        run_digest(values)
