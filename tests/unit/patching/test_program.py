"""kustomize is found, started and listened to. The programs are small scripts that stand in for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.patching import program
from compiler.patching.program import Kustomize, build, find_kustomize


def script(directory: Path, name: str, *lines: str) -> str:
    path = directory / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def test_the_wheel_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    script(tmp_path, "kustomize")
    monkeypatch.setattr(program, "_of_wheel", lambda: "/wheel/kubectl")
    assert find_kustomize() == Kustomize(("/wheel/kubectl", "kustomize"))


def test_kustomize_comes_before_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "_of_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_kustomize() is None
    kubectl = script(tmp_path, "kubectl")
    assert find_kustomize() == Kustomize((kubectl, "kustomize"))
    own = script(tmp_path, "kustomize")
    assert find_kustomize() == Kustomize((own, "build"))


def test_it_gets_a_directory_with_the_files_and_nothing_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/config")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    name = script(tmp_path, "kustomize", 'ls "$2"', 'test "$HOME" = "$2" && echo at home', "env")
    built = build(Kustomize((name, "build")), {"a.yaml": "", "b.yaml": ""})
    lines = built.text.splitlines()
    assert lines[:3] == ["a.yaml", "b.yaml", "at home"]
    assert not [line for line in lines if line.startswith(("KUBECONFIG", "AWS"))]


def test_what_it_says_has_no_names_of_temporary_files(tmp_path: Path) -> None:
    name = script(
        tmp_path, "kustomize", 'echo "Error: accumulating $2/objects.yaml in $2:" >&2', "echo no >&2", "exit 1"
    )
    assert build(Kustomize((name, "build")), {}).said == "accumulating objects.yaml in : no."


def test_long_words_are_cut(tmp_path: Path) -> None:
    name = script(tmp_path, "kustomize", "printf 'x%.0s' $(seq 5000) >&2", "exit 1")
    said = build(Kustomize((name, "build")), {}).said
    assert len(said) < program.MOST_SAID + 10
    assert said.endswith("...")


def test_a_silent_refusal_is_told_as_one(tmp_path: Path) -> None:
    assert build(Kustomize((script(tmp_path, "kustomize", "exit 1"),)), {}).said == "it gives no reason."


def test_one_that_is_killed_or_cannot_be_started_has_failed(tmp_path: Path) -> None:
    killed = script(tmp_path, "killed", "kill -9 $$")
    assert build(Kustomize((killed,)), {}).failed == "was ended by signal 9"
    (tmp_path / "none").write_text("")
    assert build(Kustomize((str(tmp_path / "none"),)), {}).failed.startswith("could not be started")


def test_a_fault_of_its_own_is_told_without_addresses(tmp_path: Path) -> None:
    lines = ('echo "panic: index out of range" >&2', 'echo "goroutine 1 [running]: main(0x3690b767c508)" >&2', "exit 2")
    assert build(Kustomize((script(tmp_path, "kustomize", *lines),)), {}).said == "panic: index out of range."
