"""Every mistake gets its finding: the right code, at the right place, all in one run, and nothing else is said.

A case is a spec `<name>.hydra.yaml`, or a folder that is a repo. A folder's `before/` is compiled first: it is the repo
as it was before the mistake, and its tree has to stay as it is. What cases expect stands in them (see `marks`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compiler.report.rules_page import codes_of, modules
from tests.command import Ran, run, snapshot
from tests.mistakes.generated import cases
from tests.mistakes.marks import Mark, difference, expected_in, expected_lines, marks_in

HERE = Path(__file__).parent
OUTPUT = "rendered"
SINGLE = sorted(HERE.glob("*.hydra.yaml"))
FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
DIFF = "end_to_end/test_diff.py"
IMPORT = "unit/checking/test_importing.py"
LIVE = "unit/live/test_live_verify.py"
ELSEWHERE = {
    "HYD563": ("end_to_end/test_promotions.py", "HYD563"),
    "HYD690": (LIVE, "HYD690"),
    "HYD691": (LIVE, "HYD691"),
    "HYD692": (LIVE, "HYD692"),
    "HYD693": (LIVE, "HYD693"),
    "HYD694": ("unit/live/test_live_connection.py", "HYD694"),
    "HYD695": ("unit/live/test_live_connection.py", "HYD695"),
    "HYD696": ("unit/live/test_live_connection.py", "HYD696"),
    "HYD697": (LIVE, "HYD697"),
    "HYD698": (LIVE, "HYD698"),
    "HYD699": (LIVE, "HYD699"),
    "HYD650": ("unit/patching/test_patching.py", "HYD650"),
    "HYD656": ("unit/patching/test_patching.py", "HYD656"),
    "HYD608": (DIFF, "HYD608"),
    "HYD609": (DIFF, "HYD609"),
    "HYD610": (DIFF, "HYD610"),
    "HYD820": (IMPORT, "problems.UNREADABLE_CRD"),
    "HYD821": (IMPORT, "problems.NO_CRD"),
    "HYD822": (IMPORT, "problems.UNUSABLE_CRD"),
    "HYD823": (IMPORT, "problems.CLASHING_CRDS"),
    "HYD824": (IMPORT, "problems.NOT_WRITTEN"),
    "HYD825": (IMPORT, "problems.RULES_LEFT_OUT"),
    **{f"HYD67{number}": ("unit/lock/test_git.py", f"HYD67{number}") for number in range(7)},
    "HYD951": ("unit/cli/test_cli_real.py", "HYD951"),
    **{f"HYD{number}": ("unit/importing/test_reading.py", f"HYD{number}") for number in range(965, 969)},
    **{f"HYD{number}": ("unit/importing/test_datasets.py", f"HYD{number}") for number in (969, 970, 972)},
    "HYD971": ("unit/importing/test_cpod.py", "HYD971"),
    "HYD960": ("unit/committing/test_commit.py", "HYD960"),
    "HYD961": ("unit/committing/test_commit.py", "HYD961"),
}
"""Codes that no compile gives: the test of the command that does, and how it names them."""


@pytest.mark.parametrize("case", SINGLE, ids=lambda case: case.name.removesuffix(".hydra.yaml"))
def test_a_spec_gets_the_findings_that_it_is_marked_with(case: Path, tmp_path: Path) -> None:
    shutil.copy(case, tmp_path)
    check(tmp_path, marks_of(case))


@pytest.mark.parametrize("case", FOLDERS, ids=lambda case: case.name)
def test_a_repo_gets_the_findings_that_it_is_marked_with(case: Path, tmp_path: Path) -> None:
    if (case / "before").is_dir():
        compile_before(case / "before", tmp_path)
    shutil.copytree(case, tmp_path, ignore=shutil.ignore_patterns("before", "expected"), dirs_exist_ok=True)
    check(tmp_path, marks_of(case))


def test_every_code_has_a_case() -> None:
    marked = {mark.code for case in (*SINGLE, *FOLDERS) for mark in marks_of(case)}
    generated = {mark.code for case in cases().values() for mark in expected_lines(case.expected)}
    missing = {code.id for code in codes_of(modules())} - marked - generated - ELSEWHERE.keys()
    assert not missing


@pytest.mark.parametrize(("file", "name"), ELSEWHERE.values())
def test_a_code_with_its_case_elsewhere_has_it_there(file: str, name: str) -> None:
    assert name in (HERE.parent / file).read_text("utf-8")


def compile_before(before: Path, repo: Path) -> None:
    """The tree of the repo as it was, in a repo with nothing else."""
    shutil.copytree(before, repo, dirs_exist_ok=True)
    assert run(repo, "compile").errors() == []
    for path in before.rglob("*"):
        if path.is_file():
            (repo / path.relative_to(before)).unlink()


def marks_of(case: Path) -> list[Mark]:
    """What a case expects."""
    files = [case] if case.is_file() else [path for path in sorted(case.rglob("*")) if path.is_file()]
    root = case.parent if case.is_file() else case
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in files if path.name != "expected"}
    texts = {path: text for path, text in texts.items() if not path.startswith("before/")}
    beside = (
        case.with_name(case.name.removesuffix(".hydra.yaml") + ".expected") if case.is_file() else case / "expected"
    )
    return [*marks_in(texts), *(expected_in(beside) if beside.is_file() else ())]


def check(repo: Path, marks: list[Mark]) -> Ran:
    """Compile a repo: exactly what is marked is said, and errors leave everything as it was."""
    assert marks, "the case expects nothing"
    before = snapshot(repo)
    ran = run(repo, "compile")
    assert "\n".join(difference(marks, ran.found)) == ""
    mistaken = any(mark.level == "error" for mark in marks)
    assert ran.code == (1 if mistaken else 0)
    if mistaken:
        assert snapshot(repo) == before
    return ran
