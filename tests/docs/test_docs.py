"""The documentation does what it says: commands run, specs compile, links lead somewhere."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compiler import pipeline
from compiler.diagnostics import Severity
from tests.docs.pages import ROOT, Block, anchors, blocks, links, pages

ALL = [block for page in pages() for block in blocks(page)]
COMMANDS = [block for block in ALL if block.commands]
ALONE = [block for block in ALL if block.language == "yaml" and "spec" in block.info]
REPOS = sorted({block.page for block in ALL if "file" in block.info})


def place(block: Block) -> str:
    return f"{block.page}:{block.line}"


def page_repo(page: str, target: Path) -> Path:
    """The repo that a page's `file=` blocks make, as an edit of what its `base=` blocks say, compiled and committed."""
    for kind in ("base", "file"):
        written = [block for block in blocks(page) if kind in block.info]
        for block in written:
            path = target / block.info[kind]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        if kind == "base" and written:
            commit(target)
    return target


def commit(repo: Path) -> None:
    assert run("hydra compile", repo).returncode == 0
    someone = ["-c", "user.name=docs", "-c", "user.email=docs@localhost"]
    for arguments in (["init", "-q"], ["add", "-A"], [*someone, "commit", "-qm", "first"]):
        subprocess.run(["git", "-C", str(repo), *arguments], check=True, capture_output=True)


def run(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(command, comments=True)[1:]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "compiler", *arguments],
        cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def errors(root: Path) -> list[str]:
    found = pipeline.validate(pipeline.Request(root=root)).found
    return [f"{one.code.id} {one.wrong}" for one in found if one.level >= Severity.ERROR]


@pytest.mark.parametrize("block", COMMANDS, ids=place)
def test_commands_run(block: Block, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    if block.info.get("repo") == "page":
        page_repo(block.page, root)
    else:
        shutil.copytree(ROOT / "sample-repo", root)
    done = [run(command, root) for command in block.commands]
    said = "".join(one.stdout + one.stderr for one in done)
    assert [one.returncode for one in done[:-1]] == [0] * (len(done) - 1), said
    assert done[-1].returncode == int(block.info.get("exit", "0")), said
    for line in block.output:
        assert line in said


@pytest.mark.parametrize("block", ALONE, ids=place)
def test_specs_compile(block: Block, tmp_path: Path) -> None:
    (tmp_path / "hydra.yaml").write_text(block.text, encoding="utf-8")
    assert errors(tmp_path) == []


@pytest.mark.parametrize("page", REPOS)
def test_repos_of_pages_compile(page: str, tmp_path: Path) -> None:
    assert errors(page_repo(page, tmp_path)) == []


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page: str) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            targets = (target.partition("#")[0] for target in links(page.relative_to(ROOT).as_posix()))
            waiting += [(page.parent / target).resolve() for target in targets if target]
    apart = {ROOT / page for page in pages() if page.startswith("docs/")} - reached
    assert not apart
