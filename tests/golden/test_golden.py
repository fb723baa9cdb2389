"""Whole repos and what they become. `pytest --update-golden` rewrites the expectations."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from compiler import pipeline
from compiler.pipeline import Request
from tests.golden.trees import CASES, FINDINGS, expectation, rewrite, shuffled_copy, stored
from tests.upstream.crds import is_core, refusal_of_kubernetes

ROOT = Path(__file__).parents[2]
PRINTED = """
import json, pathlib, sys
from tests.golden.trees import expectation
json.dump(expectation(pathlib.Path(sys.argv[1])), sys.stdout)
"""

on_every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@on_every_case
def test_golden(case: Path, update_golden: bool) -> None:
    rendered = expectation(case / "repo")
    if update_golden:
        rewrite(case / "expected", rendered)
    assert stored(case / "expected") == rendered


@on_every_case
def test_a_case_says_what_it_is_for(case: Path) -> None:
    (line,) = (case / "README.md").read_text("utf-8").splitlines()
    assert line.endswith(".")


@on_every_case
def test_any_place_and_any_order_of_files_give_the_same(case: Path, tmp_path: Path) -> None:
    assert expectation(shuffled_copy(case / "repo", tmp_path / "an other place")) == expectation(case / "repo")


@on_every_case
def test_every_reader_reads_the_same(case: Path) -> None:
    for path, text in stored(case / "expected").items():
        if path != FINDINGS:
            assert list(yaml.load_all(text, yaml.CSafeLoader)) == [*YAML(typ="safe").load_all(StringIO(text))], path


@on_every_case
def test_kubernetes_takes_every_object_of_its_own(case: Path) -> None:
    for path, text in stored(case / "expected").items():
        body = {} if path == FINDINGS or path.endswith("kustomization.yaml") else yaml.load(text, yaml.CSafeLoader)
        if body and is_core(body):
            assert refusal_of_kubernetes(body) == "", path


@on_every_case
def test_a_second_compile_writes_nothing_and_check_agrees(case: Path, tmp_path: Path) -> None:
    request = Request(shuffled_copy(case / "repo", tmp_path))
    first = pipeline.compile_tree(request)
    assert first.written > 0
    times = {one: one.stat().st_mtime_ns for one in files_below(tmp_path / "rendered")}
    second = pipeline.compile_tree(request)
    assert (second.written, second.removed, second.unchanged) == (0, 0, first.written)
    assert {one: one.stat().st_mtime_ns for one in files_below(tmp_path / "rendered")} == times
    assert pipeline.check_tree(request).stale == ""


@pytest.mark.parametrize("case", [one for one in CASES if one.name.startswith(("dataset-dialect", "two-clusters"))])
@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_process_does_not_matter(case: Path, seed: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "tr_TR.UTF-8" if seed == "1" else "C",
        "TZ": "Pacific/Kiritimati",
    }
    command = [sys.executable, "-c", PRINTED, str(case / "repo")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert yaml.load(done.stdout, yaml.CSafeLoader) == expectation(case / "repo")


def files_below(folder: Path) -> Iterator[Path]:
    return (one for one in folder.rglob("*") if one.is_file())
