"""Renamed entries keep their claims, volumes and runs, so that nothing is loaded or trained again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.linking.moved import former
from compiler.pipeline import Request, compile_tree
from tests.compiled import Compiled, compiled, repo_of

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage:
    default: {class: cephfs, accessModes: [ReadWriteMany], fsGroup: true}
    static: {exports: {server: 10.0.0.5, path: /exports/models}}
  accelerators:
    a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 2Ti}}
"""
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
  placed: {source: s3://corp/placed, volume: {class: exports}}
  export: {source: nfs://10.0.0.1/exports/a}
models:
  base: {from: qwen2.5-7b-instruct, source: "hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28"}
finetunes:
  lora: {model: base, dataset: tickets, accelerator: {type: a100-80gb, count: 8}, output: {size: 50Gi}}
jobs:
  eval:
    framework: pytorch
    image: registry.acme.io/eval:1.4
    command: [eval]
    mounts: {/in: {model: lora}}
    output: {path: /out, size: 5Gi}
"""
NAMES = ("tickets", "placed", "export", "base", "lora", "eval")
STORAGE = ("PersistentVolumeClaim", "PersistentVolume")


def renamed(text: str) -> str:
    """Every entry with another name, wherever it is named."""
    for name in NAMES:
        text = text.replace(f" {name}:", f" {name}-new:")
        text = text.replace(f": {name},", f": {name}-new,").replace(f": {name}}}", f": {name}-new}}")
    return text


def moved(*pairs: tuple[str, str]) -> str:
    return f"moved: {{{', '.join(f'{old}: {new}' for old, new in pairs)}}}\n"


ALL = moved(*((name, f"{name}-new") for name in NAMES))


def of(root: Path, *projects: str) -> Compiled:
    files = {f"{number}/hydra.yaml": text for number, text in enumerate(projects)}
    return compiled(repo_of(root, {"clusters/prod.yaml": CLUSTER, **files}))


def storage(result: Compiled) -> dict[str, Any]:
    """Storage by its name, without labels, which tell whose it is."""
    found = {}
    for one in result.of_kind(*STORAGE):
        labels = one["metadata"].pop("labels")
        assert labels["app.kubernetes.io/managed-by"] == "hydra"
        found[f"{one['kind']} {one['metadata']['name']}"] = one
    return found


def written(root: Path, *projects: str) -> list[str]:
    """The errors of a run that writes."""
    repo_of(
        root, {"clusters/prod.yaml": CLUSTER, **{f"{number}/hydra.yaml": one for number, one in enumerate(projects)}}
    )
    found = compile_tree(Request(root)).found
    return [f"{one.code.id} {one.do}" for one in found if one.level.label == "error"]


def test_every_claim_and_volume_is_called_what_it_was(tmp_path: Path) -> None:
    before, after = of(tmp_path / "a", PROJECT), of(tmp_path / "b", renamed(PROJECT) + ALL)
    assert after.errors() == []
    assert len(storage(before)) == 10
    assert storage(after) == storage(before)


def test_the_runs_are_the_same_and_lie_where_they_lay(tmp_path: Path) -> None:
    before, after = of(tmp_path / "a", PROJECT), of(tmp_path / "b", renamed(PROJECT) + ALL)

    def markers(result: Compiled) -> set[str]:
        text = "\n".join(result.rendered.files.values())
        return {word.strip('"') for word in text.split() if word.strip('"').endswith("ready.json")}

    assert len(markers(before)) >= 3
    assert markers(after) == markers(before)


def test_storage_finds_nothing_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")
    assert written(tmp_path, PROJECT) == []
    assert {one[:6] for one in written(tmp_path, renamed(PROJECT))} == {"HYD601"}
    assert written(tmp_path, renamed(PROJECT) + ALL) == []


def test_an_entry_that_moves_to_another_project_keeps_its_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")
    assert written(tmp_path, PROJECT) == []
    assert (
        written(
            tmp_path, PROJECT.replace("name: bot", "name: support") + moved(*((f"bot/{one}", one) for one in NAMES))
        )
        == []
    )


def test_a_renamed_entry_without_moved_is_told_what_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")
    written(tmp_path, PROJECT)
    (only,) = written(tmp_path, PROJECT.replace(" eval:", " score:"))
    assert "say `moved: {eval: score}` in the project" in only


def test_a_renamed_project_is_told_whose_the_entries_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")
    written(tmp_path, PROJECT)
    told = written(tmp_path, PROJECT.replace("name: bot", "name: support"))
    assert any("say `moved: {bot/lora: lora}`" in one for one in told)


def test_two_new_claims_that_are_alike_are_not_guessed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")
    head = PROJECT.partition("datasets:")[0]
    written(tmp_path, head + "datasets:\n  old: {source: s3://corp/a}\n")
    (only,) = written(tmp_path, head + "datasets:\n  one: {source: s3://corp/a}\n  two: {source: s3://corp/b}\n")
    assert "moved" not in only


def test_a_clone_in_another_namespace_follows_the_claim(tmp_path: Path) -> None:
    shared = PROJECT.replace("source: nfs://10.0.0.1/exports/a", "source: nfs://10.0.0.1/exports/a, share: true")
    other = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: other, namespace: lab}\ndatasets:\n  a: {source: dataset://bot/%s}\n"
    before = of(tmp_path / "a", shared, other % "export")
    after = of(tmp_path / "b", renamed(shared) + ALL, other % "export-new")
    assert after.errors() == []
    assert storage(after) == storage(before)


def test_an_entry_of_one_cluster_only_may_have_been_renamed(tmp_path: Path) -> None:
    project = (
        PROJECT + "overrides: {prod: {datasets: {only-here: {source: s3://corp/here}}}}\n" + moved(("old", "only-here"))
    )
    result = of(tmp_path, project)
    assert result.errors() == []
    assert "PersistentVolumeClaim bot-old" in storage(result)


def test_names_before_a_rename() -> None:
    assert former({"a": "b"}, "bot", "b") == ("bot", "a")
    assert former({"old/a": "b"}, "bot", "b") == ("old", "a")
    assert former({"a": "b"}, "bot", "a") is None
    assert former(None, "bot", "a") is None
