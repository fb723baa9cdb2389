"""The number of processes changes nothing but the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import Outcome, Request, check_tree, compile_tree
from compiler.planning import decide
from compiler.planning.decide import LEAST

HEAD = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {{name: {name}, namespace: nlp}}\ndatasets:\n"


@pytest.fixture(autouse=True)
def without_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_NO_CACHE", "1")


def project(root: Path, name: str, entries: dict[str, str]) -> None:
    """A project with datasets."""
    path = root / name / "hydra.yaml"
    path.parent.mkdir(parents=True)
    lines = "".join(f"  {entry}: {{source: '{source}'}}\n" for entry, source in entries.items())
    path.write_text(HEAD.format(name=name) + lines, encoding="utf-8")


def large(root: Path, count: int = LEAST) -> None:
    """More datasets than one share takes, with references, exports, claims and sources without a revision."""
    project(root, "many", {f"d{number}": f"s3://bucket/{number}" for number in range(count)})
    project(root, "hub", {f"h{number}": f"hf://datasets/a/b{number}" for number in range(20)})
    mixed = {"again": "dataset://many/d7", "export": "nfs://10.0.0.1/x", "old": "pvc://old/x", "own": "manual://"}
    project(root, "mixed", mixed)


def outcome(root: Path, jobs: int) -> tuple[Outcome, dict[str, bytes]]:
    found = compile_tree(Request(root, output=f"rendered-{jobs}", jobs=jobs))
    output = root / f"rendered-{jobs}"
    return found, {str(one.relative_to(output)): one.read_bytes() for one in sorted(output.rglob("*")) if one.is_file()}


def described(found: Outcome) -> list[tuple[object, ...]]:
    return [(one.code.id, one.at.span(), one.wrong, one.do, one.level) for one in found.found]


def test_the_tree_and_the_findings_are_the_same(tmp_path: Path) -> None:
    large(tmp_path)
    alone, files = outcome(tmp_path, 1)
    assert len(files) > LEAST
    assert {one.code.id for one in alone.found} >= {"HYD313", "HYD403"}
    for jobs in (2, 3):
        together, others = outcome(tmp_path, jobs)
        assert others == files
        assert described(together) == described(alone)
        assert together.objects == alone.objects
    assert not check_tree(Request(tmp_path, output="rendered-1", jobs=2)).stale


def test_a_name_that_two_shares_give_is_found(tmp_path: Path) -> None:
    """`many` with `x-d`, and `many-x` with `d`, join to one name; they are far apart."""
    large(tmp_path)
    project(tmp_path, "many-d1", {"x": "s3://bucket/x"})
    project(tmp_path, "many-d1-x", {"y": "s3://bucket/y"})
    entries = {f"d{number}": f"s3://bucket/{number}" for number in range(LEAST)} | {"d1-x": "s3://bucket/z"}
    (tmp_path / "many" / "hydra.yaml").unlink()
    (tmp_path / "many").rmdir()
    project(tmp_path, "many", entries)
    alone, together = outcome(tmp_path, 1)[0], outcome(tmp_path, 2)[0]
    assert "HYD305" in {one.code.id for one in alone.found}
    assert described(together) == described(alone)


def test_a_project_with_patches_is_patched_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "LEAST", 40)  # kustomize takes seconds for hundreds
    large(tmp_path, 40)
    spec = tmp_path / "many" / "hydra.yaml"
    spec.write_text(spec.read_text("utf-8") + "patches: [label.yaml]\n", "utf-8")
    label = "target: {kind: Job}\npatch: [{op: add, path: /metadata/labels/team, value: nlp}]\n"
    (tmp_path / "many" / "label.yaml").write_text(label, "utf-8")
    alone, files = outcome(tmp_path, 1)
    together, others = outcome(tmp_path, 2)
    assert sum(b"team: nlp" in text for text in files.values()) == 40
    assert others == files
    assert described(together) == described(alone)
