"""Shell completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import compiler
from compiler.cli import hydra

REPO = Path(compiler.__file__).parents[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_completes_the_installed_command(shell: str) -> None:
    ran = CliRunner().invoke(hydra, ["completion", shell])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert f"_HYDRA_COMPLETE={shell}_complete" in ran.stdout
    assert " hydra" in ran.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hydra comp", "plain,compile\nplain,completion\n"),
        ("hydra compile --form", "plain,--format\n"),
        ("hydra validate --format ", "plain,github\nplain,gitlab\nplain,json\nplain,sarif\nplain,text\n"),
        ("hydra completion ", "plain,bash\nplain,zsh\nplain,fish\n"),
    ],
)
def test_a_shell_is_answered(words: str, expected: str) -> None:
    typed = words.split(" ")
    ran = subprocess.run(
        [sys.executable, "-m", "compiler"],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO,
        env={**os.environ, "_HYDRA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(typed) - 1)},
    )
    assert ran.stdout == expected
