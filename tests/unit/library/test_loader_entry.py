"""Loader entries: their fields, and what becomes of their templates."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.library import rendering
from compiler.library.entries.loader import Loader
from compiler.library.library import Library, open_library

ENTRY = """\
kind: Loader
name: ours
summary: Our loader
source: https://docs.acme.io/loader
image: ghcr.io/acme/loader:v1.2
arguments:
  - hf
  - download
  - "{{ source.repo }}"
  - if: source.revision
    then: ["--revision={{ source.revision }}"]
  - {for: pattern, in: options.include, then: ["--include={{ pattern }}"]}
environment:
  HF_HOME: /tmp/huggingface
  HF_ENDPOINT: {if: endpoint, value: "{{ endpoint }}"}
secrets:
  HF_TOKEN: {key: token, optional: true}
files:
  /etc/ssh-key/id: {key: ssh-privatekey, mode: "0400"}
resources:
  requests: {cpu: "1", memory: 2Gi}
  limits: {cpu: "4", memory: 8Gi}
writable: {/tmp: 10Gi}
runAsRoot: conda writes into the image's own prefix
"""
CONTEXT = {"source": {"repo": "a/b", "revision": None}, "options": {"include": ["*.json"]}, "endpoint": "http://m"}


def library(root: Path, text: str) -> Library:
    file = root / "library/loaders/ours.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return open_library(root, ["library"])


def loader(root: Path, text: str) -> Loader:
    found = library(root, text).find("loader", "ours")
    assert not found.found
    entry: Loader = found.value
    return entry


def test_an_entry_becomes_arguments_and_environment(tmp_path: Path) -> None:
    entry = loader(tmp_path, ENTRY)
    arguments = rendering.arguments(entry, "arguments", entry.arguments, CONTEXT)
    values = rendering.values(entry, "environment", entry.environment, CONTEXT)
    assert arguments == (["hf", "download", "a/b", "--include=*.json"], ())
    assert values == ({"HF_HOME": "/tmp/huggingface", "HF_ENDPOINT": "http://m"}, ())


def test_an_entry_has_its_fields(tmp_path: Path) -> None:
    entry = loader(tmp_path, ENTRY)
    assert entry.secrets["HF_TOKEN"].optional
    assert entry.files["/etc/ssh-key/id"].mode == "0400"
    assert (entry.resources.requests.cpu, entry.resources.limits.memory) == ("1", "8Gi")
    assert entry.writable == {"/tmp": "10Gi"}
    assert entry.run_as_root


def test_a_name_that_is_not_there_is_a_finding_at_the_argument(tmp_path: Path) -> None:
    entry = loader(tmp_path, ENTRY.replace("source.revision }}", "source.revison }}"))
    source = {**CONTEXT, "source": {"repo": "a/b", "revision": "main"}}
    rendered, found = rendering.arguments(entry, "arguments", entry.arguments, source)
    assert rendered is None
    assert [(one.code.id, one.at.span()[:3]) for one in found] == [("HYD708", ("library/loaders/ours.yaml", 11, 12))]
    assert found[0].candidates == ("revision",)


def test_a_value_that_cannot_be_written_is_a_finding_at_its_name(tmp_path: Path) -> None:
    entry = loader(tmp_path, ENTRY.replace("/tmp/huggingface", '"{{ options.include }}"'))
    _, found = rendering.values(entry, "environment", entry.environment, CONTEXT)
    assert [(one.code.id, one.at.span().line) for one in found] == [("HYD708", 14)]


@pytest.mark.parametrize(
    ("line", "code", "at"),
    [
        ("arguments: hf download x", "HYD203", (6, 12)),
        ("arguments: []", "HYD205", (6, 12)),
        ("arguments: [1]", "HYD203", (6, 13)),
        ("arguments: [{if: x}]", "HYD202", (6, 13)),
        ("arguments: [{then: [x]}]", "HYD202", (6, 13)),
        ("arguments: [{if: x, then: [a], also: [b]}]", "HYD201", (6, 32)),
        ("arguments: [{for: x.y, in: z, then: [a]}]", "HYD205", (6, 19)),
        ("arguments: [a]\nenvironment: {A: 1}", "HYD203", (7, 18)),
        ("arguments: [a]\nfiles: {relative/path: {key: a}}", "HYD205", (7, 9)),
        ("arguments: [a]\nwritable: {/tmp: lots}", "HYD205", (7, 18)),
        ("arguments: [a]\nshell: true", "HYD201", (7, 1)),
    ],
)
def test_a_mistake_is_shown_at_its_place(tmp_path: Path, line: str, code: str, at: tuple[int, int]) -> None:
    text = f"kind: Loader\nname: ours\nsummary: S\nsource: us\nimage: a:1\n{line}\n"
    found = library(tmp_path, text).find("loader", "ours").found
    assert [(one.code.id, one.at.span()[1:3]) for one in found] == [(code, at)]
