"""Starting the command: what it imports, what it prints, how it ends."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import click
import pytest

import compiler
from compiler import cli
from compiler.cli.settings import Settings

REPO = Path(compiler.__file__).parents[1]
HEAVY = ("pydantic", "yaml", "jsonschema_rs", "jinja2", "json", "importlib.metadata", "difflib", "subprocess")


def hydra(*arguments: str, script: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own; `script` stands before its start."""
    code = f"import sys\n{script}\nfrom compiler import cli\ncli.main({list(arguments)!r})"
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPO,
        env={**os.environ, **environment},
    )


AT_EXIT = f"""
from compiler import cli
heavy, leave = {HEAVY}, cli.leave
def told(*arguments):
    print(*[m for m in sys.modules if m.startswith('compiler.cli.') or m in heavy], file=sys.stderr)
    leave(*arguments)
cli.leave = told
"""


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ()], ids=["help", "version", "nothing"])
def test_the_start_imports_no_command_and_nothing_heavy(arguments: tuple[str, ...]) -> None:
    imported = hydra(*arguments, script=AT_EXIT).stderr.splitlines()[-1]
    assert imported == "compiler.cli.lazy compiler.cli.settings"


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_the_help_of_a_command_imports_neither_pydantic_nor_yaml(command: str) -> None:
    ran = hydra(command, "--help", script=AT_EXIT)
    assert ran.returncode == 0
    assert not set(ran.stderr.split()) & {"pydantic", "yaml", "jsonschema_rs", "jinja2"}
    assert "Examples:\n" in ran.stdout


def test_version() -> None:
    ran = hydra("--version")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"hydra {compiler.__version__}\n", "")


def test_help_lists_each_command_with_its_summary() -> None:
    ran = hydra("--help")
    assert ran.returncode == 0
    for name, (_, summary) in cli.COMMANDS.items():
        assert f"  {name.ljust(10)}  {summary}\n" in ran.stdout


def test_a_summary_is_the_one_of_the_table_only() -> None:
    ctx = click.Context(cli.hydra)
    for name in cli.hydra.list_commands(ctx):
        command = cli.hydra.get_command(ctx, name)
        assert command is not None
        assert command.name == name


def test_no_command_is_wrong_use() -> None:
    ran = hydra()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: hydra ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compil",), "No command is called `compil`. Did you mean `compile` or `completion`?"),
        (("x\x1b[2J",), "No command is called `x\\x1b[2J`."),
        (("--verison",), "--version"),
        (("compile", "--formta", "json"), "--format"),
        (("compile", "--format", "xml"), "'xml' is not one of 'github', 'gitlab', 'json', 'sarif', 'text'"),
        (("compile", "no/such/directory"), "no/such/directory"),
        (("compile", "--jobs", "0"), "0 is not in the range"),
        (("validate", "no-such-file.yaml"), "no-such-file.yaml"),
        (("completion", "tcsh"), "'tcsh' is not one of"),
    ],
    ids=["command", "hostile", "global-option", "option", "choice", "root", "jobs", "path", "shell"],
)
def test_wrong_use_is_2_and_names_what_was_meant(arguments: tuple[str, ...], message: str) -> None:
    ran = hydra(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr


BROKEN = """
import compiler.cli.completion as broken
def fail(shell): raise KeyError('lay\\x1bers')
broken.command.callback = fail
"""


def test_a_fault_is_3_and_one_paragraph() -> None:
    ran = hydra("completion", "bash", script=BROKEN)
    assert (ran.returncode, ran.stdout) == (3, "")
    what, version, report = ran.stderr.splitlines()
    assert what.startswith("hydra: a fault of Hydra itself, not of your files: KeyError: 'lay\\x1bers' (")
    assert version.startswith(f"This is Hydra {compiler.__version__} on Python 3.")
    assert report == "Report it with the traceback, which this prints: hydra --debug completion bash"


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--debug", "completion", "bash"), {}), (("completion", "bash"), {"HYDRA_DEBUG": "1"})],
    ids=["option", "variable"],
)
def test_with_debug_there_is_a_traceback(arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    ran = hydra(*arguments, script=BROKEN, **environment)
    assert ran.returncode == 3
    assert ran.stderr.startswith("Traceback (most recent call last):\n")
    assert "\nhydra: a fault of Hydra itself" in ran.stderr


def test_a_fault_in_our_code_names_its_line() -> None:
    script = "import click.shell_completion as shells\nshells.get_completion_class = lambda shell: 7"
    ran = hydra("completion", "bash", script=script)
    assert ran.returncode == 3
    assert "(compiler/cli/completion.py:" in ran.stderr.splitlines()[0]


def test_an_interrupt_is_130_without_a_word() -> None:
    script = BROKEN.replace("KeyError('lay\\x1bers')", "KeyboardInterrupt")
    ran = hydra("completion", "bash", script=script)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (130, "", "")


@pytest.mark.parametrize("arguments", ["--help", "completion bash"])
def test_a_closed_pipe_is_quiet(arguments: str) -> None:
    code = f"from compiler import cli; cli.main({arguments.split()!r})"
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=REPO)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_closed_pipe_is_quiet_for_what_is_written_late() -> None:
    script = BROKEN.replace("raise KeyError('lay\\x1bers')", "sys.stdout.write('x' * 100)")
    code = f"import sys\n{script}\nfrom compiler import cli; cli.main(['completion', 'bash'])"
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, check=False, cwd=REPO)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_locale_that_lacks_a_character_does_not_stop_the_output() -> None:
    script = BROKEN.replace("raise KeyError('lay\\x1bers')", "print('\\u6a21')")
    ran = hydra("completion", "bash", script=script, PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stdout) == (0, "\\u6a21\n")


def test_the_process_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(status: int, settings: Settings) -> NoReturn:
        raise SystemExit(status)

    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    monkeypatch.setattr(cli, "run", lambda arguments, settings: 7 if arguments == ["a"] else 8)
    monkeypatch.setattr(cli, "leave", leave)
    try:
        with pytest.raises(SystemExit) as end:
            cli.main(["a"])
        assert (end.value.code, gc.isenabled(), os.environ["PYDANTIC_DISABLE_PLUGINS"]) == (7, False, "__all__")
    finally:
        gc.enable()


def test_the_process_ends_without_ado_unless_it_is_debugged() -> None:
    script = "import atexit; atexit.register(print, 'freed')"
    version = f"hydra {compiler.__version__}\n"
    assert hydra("--version", script=script).stdout == version
    assert hydra("--debug", "completion", "bash", script=script).stdout.endswith("freed\n")


def test_the_module_is_the_command() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "compiler", "--version"], capture_output=True, text=True, check=True, cwd=REPO
    )
    assert ran.stdout == f"hydra {compiler.__version__}\n"
