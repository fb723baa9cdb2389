"""`hydra compile` and `hydra validate` around a pipeline that is played by the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compiler import pipeline as real
from compiler.cli import hydra
from compiler.cli.compile import processors
from compiler.diagnostics import Code, Diagnostic, Placed, Severity, Span
from compiler.pipeline import Outcome, Request

SOURCE = "model: qwen\n"
CODE = Code("HYD301", Severity.ERROR, "A name of nothing.", "It is empty.")
WRONG = Diagnostic(CODE, Placed(Span("a.hydra.yaml", 1, 8, 1, 12), False), "No model is called `qwen`.", "Define it.")
MILD = WRONG._replace(severity=Severity.WARNING, wrong="It may move.")
TEXT = """\
HYD301 {level}: {wrong}
 --> {prefix}a.hydra.yaml:1:8
  |
1 | model: qwen
  |        ^^^^
  = help: Define it.

"""
DIFF = "--- a/rendered/job.yaml\n+++ b/rendered/job.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n"


def outcome(*found: Diagnostic, **others: Any) -> Outcome:
    made = Outcome(found, {"a.hydra.yaml": SOURCE}.get, ("prod",), {"Job": 2, "ConfigMap": 1}, written=1, unchanged=2)
    return made._replace(**others)


class Pipeline:
    """Answers every request with the outcome that the test has set, and keeps what was asked."""

    def __init__(self) -> None:
        self.outcome = outcome()
        self.asked: list[tuple[str, Request]] = []

    def play(self, name: str) -> Callable[[Request], Outcome]:
        def played(request: Request) -> Outcome:
            self.asked.append((name, request._replace(progress=None)))
            return self.outcome

        return played


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pipeline:
    """The played pipeline; the working directory is an empty repo."""
    played = Pipeline()
    for name in ("validate", "compile_tree", "check_tree"):
        monkeypatch.setattr(real, name, played.play(name))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".hydra.yaml").touch()
    return played


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hydra, arguments, catch_exceptions=False)


def without_time(text: str) -> str:
    """The output with its only figure that differs from run to run left out."""
    return text.replace(text[text.rindex(" in ") :], "\n") if " in " in text else text


def test_a_compile_tells_what_it_did(pipeline: Pipeline, tmp_path: Path) -> None:
    ran = run("compile")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert without_time(ran.stdout) == (
        "3 objects for 1 cluster: 1 ConfigMap, 2 Job.\nFiles: 1 written, 2 unchanged, 0 removed.\nNo findings\n"
    )
    assert pipeline.asked == [("compile_tree", Request(tmp_path, jobs=processors()))]


def test_findings_come_before_the_last_lines(pipeline: Pipeline) -> None:
    pipeline.outcome = outcome(WRONG, MILD, objects={}, clusters=())
    ran = run("compile")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert without_time(ran.stdout) == (
        TEXT.format(level="warning", wrong=MILD.wrong, prefix="")
        + TEXT.format(level="error", wrong=WRONG.wrong, prefix="")
        + "Nothing was written.\n1 error and 1 warning\n"
    )


def test_options_reach_the_pipeline(pipeline: Pipeline, tmp_path: Path) -> None:
    run("compile", "--cluster", "prod", "--cluster", "staging", "--out", "out", "--jobs", "3", ".")
    assert pipeline.asked == [("compile_tree", Request(tmp_path, ("prod", "staging"), "out", 3))]


def test_a_repo_elsewhere_is_named_in_the_findings(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / ".hydra.yaml").touch()
    pipeline.outcome = outcome(WRONG)
    ran = run("compile", "--quiet", "other")
    assert ran.output == TEXT.format(level="error", wrong=WRONG.wrong, prefix="other/")
    assert pipeline.asked == [("compile_tree", Request(tmp_path / "other", jobs=processors()))]


@pytest.mark.parametrize(
    ("found", "fail_on", "status"),
    [
        ((), "info", 0),
        ((MILD,), "error", 0),
        ((MILD,), "warning", 1),
        ((MILD,), "info", 1),
        ((MILD._replace(severity=Severity.INFO),), "warning", 0),
        ((WRONG,), "error", 1),
    ],
)
@pytest.mark.parametrize("command", ["compile", "validate"])
def test_the_exit_code(
    pipeline: Pipeline, command: str, found: tuple[Diagnostic, ...], fail_on: str, status: int
) -> None:
    pipeline.outcome = outcome(*found)
    assert run(command, "--fail-on", fail_on).exit_code == status


def test_a_stale_tree_is_shown_and_is_1(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.outcome = outcome(stale=DIFF)
    ran = run("compile", "--check")
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert ran.stdout.startswith(DIFF)
    assert "The tree is stale: run `hydra compile` and commit what it writes.\n" in ran.stdout
    assert pipeline.asked == [("check_tree", Request(tmp_path, jobs=processors()))]


def test_a_fresh_tree_is_0(pipeline: Pipeline) -> None:
    ran = run("compile", "--check")
    assert ran.exit_code == 0
    assert "The tree is up to date.\n" in ran.stdout


def test_a_check_of_wrong_specs_says_nothing_of_the_tree(pipeline: Pipeline) -> None:
    pipeline.outcome = outcome(WRONG)
    ran = run("compile", "--check")
    assert ran.exit_code == 1
    assert "tree" not in ran.stdout


def test_for_programs_standard_output_is_the_report_alone(pipeline: Pipeline) -> None:
    pipeline.outcome = outcome(MILD, stale=DIFF, unchecked={"example.com/v1/Widget": 1})
    ran = run("compile", "--check", "--format", "json")
    report = json.loads(ran.stdout)
    assert report["summary"] == {
        "errors": 0,
        "warnings": 1,
        "infos": 0,
        "clusters": ["prod"],
        "objects": {"ConfigMap": 1, "Job": 2},
        "written": 1,
        "unchanged": 2,
        "removed": 0,
        "stale": True,
        "unchecked": {"example.com/v1/Widget": 1},
    }
    assert ran.stderr.startswith(DIFF)
    assert "Not checked, for want of a schema: 1 example.com/v1/Widget.\n" in ran.stderr


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_quiet_leaves_findings_only(pipeline: Pipeline, form: str) -> None:
    pipeline.outcome = outcome(MILD, stale=DIFF)
    ran = run("compile", "--check", "--quiet", "--format", form)
    assert (ran.exit_code, ran.stderr) == (1, "")
    assert MILD.wrong in ran.stdout
    assert "objects for" not in ran.stdout


@pytest.mark.parametrize(("choice", "coloured"), [("always", True), ("auto", False), ("never", False)])
def test_colour(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, choice: str, coloured: bool) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    pipeline.outcome = outcome(MILD, stale=DIFF)
    ran = run("compile", "--color", choice)
    assert ("\x1b[1;33mHYD301 warning" in ran.stdout) is coloured
    assert ("\x1b[31m-a: 1" in ran.stdout) is coloured


def test_validate_passes_paths_from_the_root(pipeline: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "a.hydra.yaml").touch()
    ran = run("validate", "a.hydra.yaml")
    assert ran.exit_code == 0
    assert without_time(ran.stdout) == "3 objects for 1 cluster: 1 ConfigMap, 2 Job.\nNo findings\n"
    assert pipeline.asked == [("validate", Request(tmp_path, paths=("a.hydra.yaml",)))]


def test_paths_of_two_repos_are_wrong_use(pipeline: Pipeline, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".hydra.yaml").touch()
    ran = run("validate", "one/.hydra.yaml", "two/.hydra.yaml")
    assert (ran.exit_code, pipeline.asked) == (2, [])
    assert "The paths are in 2 repos." in ran.stderr
