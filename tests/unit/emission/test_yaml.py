"""The emitter's law: what is written reads back as it was, for every reader."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from ruamel.yaml import YAML

from compiler.emission import yaml_text
from compiler.emission.yaml_text import dump
from tests.unit.emission.strategies import TRICKY, bodies, strings


def read_yaml_1_1(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)


def read_yaml_1_2(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


READERS = {"libyaml, YAML 1.1": read_yaml_1_1, "PyYAML, YAML 1.1": yaml.safe_load, "ruamel, YAML 1.2": read_yaml_1_2}


def with_types(value: Any) -> str:
    """`True == 1 == 1.0` in Python, but not in JSON."""
    return json.dumps(value, sort_keys=True)


@settings(max_examples=50, deadline=None)
@given(body=bodies)
@example(body={"a": {"b": [[], {}, [[1, [2]], {"c": [{"d": 1, "e": [2]}]}]]}})
@example(body={"x" * 1100: {"a": 1}, "y" * 1100: [1], "z" * 1100: "a\nb\n", "é" * 950: {}})
def test_a_body_reads_back_as_it_was(body: dict[str, Any]) -> None:
    text = dump(body)
    for name, read in READERS.items():
        assert with_types(read(text)) == with_types(body), name


@pytest.mark.parametrize("text", TRICKY, ids=ascii)
def test_a_tricky_string_reads_back_wherever_it_stands(text: str) -> None:
    body = {"value": text, text: "key", "list": [text, [text], {text: [text]}], "last": {"in": text}}
    for name, read in READERS.items():
        assert read(dump(body)) == body, name


@settings(max_examples=50, deadline=None)
@given(body=bodies)
def test_writing_what_was_read_gives_the_same_text(body: dict[str, Any]) -> None:
    text = dump(body)
    assert dump(read_yaml_1_1(text)) == text


@given(text=strings)
def test_text_is_utf_8_without_carriage_returns_blank_ends_or_hidden_characters(text: str) -> None:
    written = dump({"a": text})
    written.encode()
    assert written.endswith("\n")
    assert not any(line != line.rstrip(" \t") for line in written.split("\n"))
    assert not set(written) & set("\r\x00\x85\u2028\u2029\ufeff\u202e")


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed: the Go reader cannot be asked")
def test_go_reads_every_tricky_string_back(tmp_path: Path) -> None:
    data = {f"k{number}": text for number, text in enumerate(TRICKY)}
    keys = dict.fromkeys(TRICKY, "v")
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "annotations": keys}, "data": data}
    file = tmp_path / "a.yaml"
    file.write_text(dump(body), encoding="utf-8", newline="\n")
    command = ["kubectl", "annotate", "--local", "-o", "json", "-f", str(file), "added=yes"]
    read = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert read["data"] == data
    assert read["metadata"]["annotations"] == keys | {"added": "yes"}


def test_lists_stand_two_blanks_below_their_key_and_blocks_are_literal() -> None:
    body = {
        "spec": {
            "containers": [{"name": "a", "command": ["sh", "-c", "set -eu\n\nexec \"$@\"\n"], "ports": []}],
            "volumes": [{"emptyDir": {}}],
            "value": "no line feed\nat the end",
            "more": "two\n\n",
        }
    }  # fmt: skip
    assert dump(body) == (
        "spec:\n"
        "  containers:\n"
        "    - name: a\n"
        "      command:\n"
        "        - sh\n"
        "        - -c\n"
        "        - |\n"
        "          set -eu\n"
        "\n"
        '          exec "$@"\n'
        "      ports: []\n"
        "  volumes:\n"
        "    - emptyDir: {}\n"
        "  value: |-\n"
        "    no line feed\n"
        "    at the end\n"
        "  more: |+\n"
        "    two\n"
        "\n"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("_cluster", '"_cluster"'),
        ("10.0.0.5", '"10.0.0.5"'),
        ("1", '"1"'),
        ("0774", '"0774"'),
        ("7km6gcb7th", '"7km6gcb7th"'),
        ("model base of project support-bot", '"model base of project support-bot"'),
        ('{"a": 1}', '"{\\"a\\": 1}"'),
        ("100Ti", "100Ti"),
        ("10m", "10m"),
        ("https://minio.acme.io", "https://minio.acme.io"),
        ("--gpu-memory-utilization=0.9", "--gpu-memory-utilization=0.9"),
        ("Prune=false,Delete=false", "Prune=false,Delete=false"),
        ("a\x00\x85\u2028\U000e0001é", '"a\\x00\\x85\\u2028\\U000e0001é"'),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-0.0, "-0.0"),
        (1e-05, "1.0e-05"),
        (2.5e-05, "2.5e-05"),
        (1e16, "1.0e+16"),
        (100.0, "100.0"),
        ({}, "{}"),
        ([], "[]"),
    ],
    ids=ascii,
)
def test_a_value_is_written_as_people_write_it(value: Any, written: str) -> None:
    assert dump({"a": value}) == f"a: {written}\n"


@pytest.mark.parametrize("value", [None, b"a", (1,), {1, 2}, object()], ids=lambda value: type(value).__name__)
def test_what_yaml_would_need_a_tag_or_a_null_for_is_refused(value: Any) -> None:
    for body in ({"a": value}, {"a": [value]}):
        with pytest.raises(TypeError, match=type(value).__name__):
            dump(body)


@pytest.mark.parametrize("key", [1, None, True, 1.5])
def test_a_key_that_is_not_text_is_refused(key: Any) -> None:
    with pytest.raises(TypeError, match="keys are text"):
        dump({key: "a"})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "a\ud800"], ids=ascii)
def test_what_utf_8_or_json_lack_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"surrogate|not a number"):
        dump({"a": value})


def test_an_empty_body_is_an_empty_map() -> None:
    assert dump({}) == "{}\n"


def test_the_memo_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_text, "_MEMO_ENTRIES", 10)
    monkeypatch.setattr(yaml_text, "_scalars", {})
    body = {f"key-{number}": f"value {number}" for number in range(100)}
    assert read_yaml_1_1(dump(body)) == body
    assert len(yaml_text._scalars) <= 10
