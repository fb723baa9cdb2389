"""The command `hydra`. A module a command; this one starts the program and ends it.

Exit codes: 0 fine; 1 findings, or a stale tree; 2 wrong use; 3 a fault of Hydra; 130 interrupted.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from compiler import __version__
from compiler.cli.lazy import LazyGroup, Table
from compiler.cli.settings import Settings

COMPLETION = "_HYDRA_COMPLETE"
"""The variable by which a shell asks for completions."""

COMMANDS: Table = {
    "init": ("compiler.cli.init", "Begin a repo: a cluster, a project, hooks and CI."),
    "compile": ("compiler.cli.compile", "Compile a repo's specs into the manifests that GitOps applies."),
    "validate": ("compiler.cli.validate", "Check specs as `compile` does, and write nothing."),
    "diff": ("compiler.cli.diff", "Tell what a change does to the clusters, before it is merged."),
    "verify": ("compiler.cli.verify", "Ask a live cluster whether it takes what is rendered."),
    "plan": ("compiler.cli.plan", "Show how trainings and services would run, and whether they fit."),
    "explain": ("compiler.cli.explain", "Tell why a training or a service is planned as it is."),
    "promote": ("compiler.cli.promote", "Let a service serve another run of its fine-tuning."),
    "lock": ("compiler.cli.lock", "Pin what branches, tags and images mean, for compiles to come."),
    "list": ("compiler.cli.listing", "List what the library has: models, loaders, clusters and more."),
    "schema": ("compiler.cli.schema", "Print the JSON Schemas of the language, or import those of CRDs."),
    "import": ("compiler.cli.importing", "Turn documents of other systems into a Project."),
    "hook": ("compiler.cli.hook", "Compile or check what is about to be committed, for pre-commit."),
    "completion": ("compiler.cli.completion", "Print the completion script of a shell."),
}

HELP = """Compile LLM platform specs into fully resolved Kubernetes manifests.

Specs (`hydra.yaml`) say what a team wants, `clusters/*.yaml` what a platform has; the result is a tree of
manifests that Argo CD or Flux applies as it is.
"""

EPILOG = """\b
Examples:
  hydra compile                  compile the repo that you are in
  hydra compile --check          in CI: fail where the committed tree is stale
  hydra validate teams/nlp       check some specs only
  hydra diff --base origin/main  what a branch does to the clusters
  hydra plan                     how trainings and services would run
  hydra list models              what a spec may name

\b
Exit codes:
  0 fine   1 findings, or a stale tree   2 wrong use   3 a fault of Hydra
"""


@click.group(
    "hydra",
    cls=LazyGroup,
    table=COMMANDS,
    help=HELP,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, envvar="HYDRA_DEBUG", help="Show the traceback of a fault (HYDRA_DEBUG=1).")
@click.version_option(__version__, message="hydra %(version)s")
@click.pass_context
def hydra(ctx: click.Context, debug: bool) -> None:
    """Parse what holds for all commands."""
    ctx.ensure_object(Settings).debug = debug
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and leave the process."""
    prepare()
    if os.environ.get(COMPLETION):
        hydra.main(prog_name="hydra", complete_var=COMPLETION)
    settings = Settings()
    leave(run(sys.argv[1:] if arguments is None else list(arguments), settings), settings)


def prepare() -> None:
    """Settle what holds for the whole process."""
    # A compile makes many objects and drops few before it ends: collecting costs a third of it.
    gc.disable()
    # pydantic asks every installed package for plug-ins when the first model is made, 10 ms and more.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A terminal that can't show a character of a spec is no reason to stop.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def run(arguments: list[str], settings: Settings) -> int:
    """Run the command: its exit code, whatever happens."""
    try:
        status = call(arguments, settings)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
        return 141
    except (KeyboardInterrupt, click.Abort):
        return 130
    except Exception as error:  # The one place for it: no traceback reaches a user unasked.
        from compiler.cli.fault import tell

        tell(error, arguments, debug=settings.debug)
        return 3
    return status


def call(arguments: list[str], settings: Settings) -> int:
    """Parse and run; the exits and the wrong uses that click knows become exit codes.

    Not `hydra.main`, which has exit codes of its own for a closed pipe and an interrupt.
    """
    try:
        with hydra.make_context("hydra", arguments, obj=settings) as ctx:
            hydra.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    return 0


def silence() -> None:
    """Whoever read the output has left: let nothing be written to it, not even at the end of the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def leave(status: int, settings: Settings) -> NoReturn:
    """End the process at once: to free every object first takes longer than many a compile, 35 ms and more.

    With `--debug` it ends the ordinary way, so that profilers and the like get their turn.
    """
    if settings.debug:
        raise SystemExit(status)
    sys.stderr.flush()
    os._exit(status)
