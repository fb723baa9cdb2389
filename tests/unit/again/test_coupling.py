"""Which specs are compiled again after an edit."""

from __future__ import annotations

import pytest

from compiler.again.coupling import coupled, is_told, names_in, plain


def project(name: str, more: str = "") -> str:
    return f"apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata:\n  name: {name}\n  namespace: ml\n{more}"


SPECS = {
    "a/hydra.yaml": project("alpha"),
    "b/hydra.yaml": project("beta", "datasets: {x: {source: 'dataset://ml/alpha'}}\n"),
    "c/hydra.yaml": project("gamma", "finetunes: {x: {dataset: beta/x}}\n"),
    "d/hydra.yaml": project("delta", "datasets: {file: {source: ./rows.jsonl}}\n"),
}


def files(*names: str) -> frozenset[str]:
    return frozenset(f"{name}/hydra.yaml" for name in names)


@pytest.mark.parametrize(
    ("changed", "affected", "needed"),
    [
        ("a/hydra.yaml", files("a", "b", "c"), files("a", "b", "c")),
        ("b/hydra.yaml", files("b", "c"), files("a", "b", "c")),
        ("c/hydra.yaml", files("c"), files("a", "b", "c")),
        ("d/hydra.yaml", files("d"), files("d")),
        ("d/rows.jsonl", files("d"), files("d")),
        ("elsewhere.txt", files(), files()),
    ],
)
def test_what_names_a_changed_file_and_what_that_needs(
    changed: str, affected: frozenset[str], needed: frozenset[str]
) -> None:
    assert coupled([SPECS], [changed]) == (affected, needed)


def test_names_of_both_sides_count() -> None:
    renamed = {**SPECS, "a/hydra.yaml": project("omega")}
    found = coupled([SPECS, renamed], ["a/hydra.yaml"])
    assert found is not None
    assert found.affected == files("a", "b", "c")


def test_a_changed_document_of_another_system_may_reach_everything() -> None:
    foreign = "apiVersion: dataset.baizeai.io/v1alpha1\nkind: Dataset\nmetadata: {name: x, namespace: ml}\n"
    assert coupled([{**SPECS, "e/hydra.yaml": foreign}], ["e/hydra.yaml"]) is None
    assert coupled([{**SPECS, "e/hydra.yaml": foreign}], ["d/hydra.yaml"]) == (files("d"), files("d"))
    assert coupled([{**SPECS, "e/hydra.yaml": foreign.replace("x,", "delta-x,")}], ["d/hydra.yaml"]) is None


def test_a_document_of_another_system_in_the_unit_of_a_changed_project_may_reach_everything() -> None:
    foreign = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lone, namespace: ml}\n"
    specs = {"teams/x/hydra.yaml": project("teams-x"), "teams/x/more.hydra.yaml": foreign, **SPECS}
    assert coupled([specs], ["teams/x/hydra.yaml"]) is None


def test_what_says_how_models_are_served_is_always_read() -> None:
    model = "apiVersion: model.hydra.io/v1alpha1\nkind: ModelSpec\nmetadata: {name: x}\n"
    assert coupled([{**SPECS, "e/hydra.yaml": model}], ["d/hydra.yaml"]) == (files("d"), files("d", "e"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (project("alpha"), {"alpha"}),
        ("metadata: {namespace: ml, name: 'one'}", {"one"}),
        ('"metadata": {"name": "two"}', {"two"}),
        ("metadata:\n  labels:\n    name: other\n\n# why\n    team: x\n  name: four # yes\n", {"four"}),
        ("metadata: # why\r\n\r\n  name: five\r\n", {"five"}),
        (project("six", "moved: {older/x: y, x/z: w}\n"), {"six", "older", "x"}),
        ("metadata:\n  labels:\n    hydra.io/model-id: qwen\n  name: three\n", {"three", "qwen"}),
        ("metadata: {labels: {name: x}, namespace: y, name: seven}", {"seven"}),
        ("kind: List", set()),
    ],
)
def test_names_that_others_may_refer_to(text: str, names: set[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "metadata",
    [
        "metadata: {labels: {name: x}}", "metadata:\n  name: &name alpha",
        "metadata:\n  name: >-\n    alpha", "metadata: *other", "? metadata\n: {name: alpha}", "metadata: {\n  name: alpha}",
        "metadata: {name: 'al pha'}", "metadata: !!map {name: alpha}", "metadata:\n    labels:\n  \tx: y\n    name: alpha",
    ],
)  # fmt: skip
def test_a_file_that_does_not_tell_its_name_may_reach_everything(metadata: str) -> None:
    text = f"apiVersion: hydra.io/v1alpha1\nkind: Project\n{metadata}\n"
    specs = {**SPECS, "e/hydra.yaml": text}
    assert not is_told(text)
    assert is_told(project("alpha") + "---\n" + project("beta"))
    assert not is_told(project("alpha") + "---\n" + text)
    assert coupled([specs], ["e/hydra.yaml"]) is None
    found = coupled([specs], ["d/hydra.yaml"])
    assert found is not None
    assert (found.affected, found.needed - files("a")) == (files("d"), files("d", "e"))


def test_a_name_may_be_escaped_or_cut_or_go_on_in_the_next_line() -> None:
    long = "a" * 60
    specs = {
        "a/hydra.yaml": project(long),
        "b/hydra.yaml": project("beta", 'x: "\\u0061' + "a" * 30 + "\\\n   " + "a" * 15 + '-cut"\n'),
        "c/hydra.yaml": project("gamma", "datasets: {x: {source: './it''s\n    mine.jsonl'}}\n"),
    }
    assert coupled([specs], ["a/hydra.yaml"]) == (files("a", "b"), files("a", "b"))
    assert coupled([specs], ["c/it's mine.jsonl"]) == (files("c"), files("c"))
    assert plain(r'"\x41\u0042\U00000043\/d\"\n"') == r'"ABC/d"\n"'
