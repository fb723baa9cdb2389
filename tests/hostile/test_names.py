"""Names at their limits, and names that clash with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import repo_of, run

HEAD = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: %s, namespace: %s}\n"
DATASET = (
    "apiVersion: dataset.baizeai.io/v1alpha1\nkind: Dataset\nmetadata: {name: %s, namespace: %s}\n"
    "spec: {source: {type: %s, uri: %s}}\n"
)
WIDGET = "apiVersion: %s\nkind: %s\nmetadata: {name: a, namespace: nlp}\n"
SETTINGS = "kinds: [a.example.com/v1/Widget, b.example.com/v1/Widget, a.example.com/v1/WIDGET]\n"


def files_of(repo: Path) -> list[str]:
    """The files of the tree, without `kustomization.yaml`s and the list."""
    return sorted(path.name for path in (repo / "rendered").rglob("*-*.yaml"))


@pytest.mark.parametrize("length", [52, 53, 63, 64, 250, 253])
@pytest.mark.parametrize(("kind", "uri"), [("S3", "s3://corp/a"), ("NFS", "nfs://10.0.0.1/a"), ("CONDA", "conda://a")])
def test_a_long_name_of_a_dataset_is_written_or_refused(length: int, kind: str, uri: str, tmp_path: Path) -> None:
    text = DATASET % ("a" * length, "n" * 63, kind, uri)
    text = text.replace("uri: conda://a", 'uri: conda://a, options: {name: a, pythonVersion: "3.11"}')
    ran = run(repo_of(tmp_path, {"hydra.yaml": text}), "compile")
    assert (ran.code == 0) == (not ran.errors())
    assert "HYD023" not in ran.codes
    assert all(len(name) <= 255 for name in files_of(tmp_path))
    for file in (tmp_path / "rendered").rglob("job-*.yaml"):
        names = [line.split()[1] for line in file.read_text().splitlines() if line.startswith("  name: ")]
        assert all(len(name) <= 63 for name in names)


@pytest.mark.parametrize("length", [1, 31, 62, 63])
def test_long_names_of_a_project_are_cut(length: int, tmp_path: Path) -> None:
    text = (
        HEAD % ("a" * length, "n" * 63)
        + f"datasets:\n  {'b' * 63}: {{source: s3://corp/a}}\n  {'b' * 62}: {{source: s3://c/a}}\n"
    )
    ran = run(repo_of(tmp_path, {"hydra.yaml": text}), "compile")
    assert ran.errors() == []
    assert len(files_of(tmp_path)) == len(set(files_of(tmp_path))) == 4


def test_a_name_over_the_limit_is_an_error_where_it_stands(tmp_path: Path) -> None:
    ran = run(repo_of(tmp_path, {"hydra.yaml": HEAD % ("a" * 64, "nlp")}), "compile")
    assert [(one["code"], one["span"]["line"], one["message"]) for one in ran.found] == [
        ("HYD205", 3, "`name` has 64 characters.")
    ]


def test_one_kind_of_two_groups_is_two_files(tmp_path: Path) -> None:
    text = WIDGET % ("a.example.com/v1", "Widget") + "---\n" + WIDGET % ("b.example.com/v1", "Widget")
    ran = run(repo_of(tmp_path, {"hydra.yaml": text, ".hydra.yaml": SETTINGS}), "compile")
    assert ran.errors() == []
    assert files_of(tmp_path) == ["widget.a.example.com-a.yaml", "widget.b.example.com-a.yaml"]


def test_kinds_that_differ_in_case_alone_are_one_file(tmp_path: Path) -> None:
    text = WIDGET % ("a.example.com/v1", "Widget") + "---\n" + WIDGET % ("a.example.com/v1", "WIDGET")
    ran = run(repo_of(tmp_path, {"hydra.yaml": text, ".hydra.yaml": SETTINGS}), "compile")
    assert [error[:6] for error in ran.errors()] == ["HYD305"]


def test_names_of_files_of_the_tree_are_names_like_others(tmp_path: Path) -> None:
    names = ("kustomization", "hydra.list", "kustomization.yaml", "root", "cluster")
    text = "---\n".join(DATASET % (name, "kustomization", "S3", "s3://corp/a") for name in names)
    ran = run(repo_of(tmp_path, {"kustomization/hydra.yaml": text}), "compile")
    assert ran.errors() == []
    assert len(files_of(tmp_path)) == 2 * len(names)


def test_a_large_value_is_no_fault(tmp_path: Path) -> None:
    huge = "x" * 1_500_000
    text = HEAD % ("bot", "nlp") + f"datasets:\n  a: {{source: s3://corp/{huge}}}\n  b: {{source: {huge}}}\n"
    ran = run(repo_of(tmp_path, {"hydra.yaml": text}), "compile", form="text")
    assert ran.code == 1
    assert len(ran.output) < 20_000
