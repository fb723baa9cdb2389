"""`hydra lock`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options
from compiler.layout import LOCK

if TYPE_CHECKING:
    from compiler.lock.pinning import Pinned, Step

HELP = """Pin in `hydra.lock` what branches, tags and images mean today.

Hugging Face, ModelScope, git repositories and container registries are asked for what the lock file lacks; what nothing
needs any more is taken out. `hydra compile` then uses the pins, and asks nobody. What is pinned stays as it is, until it
is named with --update. What could not be resolved keeps its old pin.

ROOT is the working directory, where it is left out. Credentials, proxies and mirrors are those of the environment.
"""

EPILOG = """\b
Examples:
  hydra lock                                      pin what is not pinned yet
  hydra lock --update support-bot/base            what an entry of a project uses
  hydra lock --update hf://Qwen/Qwen3-8B@main     a certain source
  hydra lock --update vllm/vllm-openai            an image
  hydra lock --all                                everything anew
"""

SHOWN = 12
"""Digits of a commit or digest that are shown: enough to tell two apart."""
TIMEOUT_SECONDS = 30
LONGEST_SECONDS = 3600


@click.command("lock", help=HELP, epilog=EPILOG)
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--update", "names", multiple=True, metavar="NAME", help="Resolve this anew; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Resolve everything anew.")
@click.option(
    "--timeout",
    type=click.IntRange(1, LONGEST_SECONDS),
    default=TIMEOUT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long a server may be silent.",
)
@reporting_options
def command(*, root: Path | None, names: tuple[str, ...], everything: bool, timeout: int, reporting: Reporting) -> None:
    """Write the lock file, and say what changes."""
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.lock.asking import Patience
    from compiler.lock.pinning import WrongNameError, pin
    from compiler.report.printable import printable
    from compiler.requests import Request

    base = root_of(root)
    patience = Patience(connect=min(timeout, Patience().connect), read=timeout)
    try:
        with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
            done = pin(Request(root=base, progress=progress), names, everything=everything, patience=patience)
    except WrongNameError as error:
        raise click.UsageError(printable(str(error))) from error
    finish(done.outcome, base, reporting, "\n".join(map(printable, told(done))))


def told(done: Pinned) -> Iterator[str]:
    """What changes, and what is to be done."""
    from compiler.report.closing import plural

    yield from map(changed, done.steps)
    if done.written:
        yield f"`{LOCK}` was written, with {plural(done.known, 'pin')}. Run `hydra compile`, and commit both."
    elif done.outcome.found:
        yield "Nothing was written."
    else:
        yield f"`{LOCK}` needs no change: {plural(done.known, 'pin')}."


def changed(step: Step) -> str:
    """What a name means now."""
    if step.before is None:
        return f"{step.name}: {short(step.after)}, new"
    if step.after is None:
        return f"{step.name}: {short(step.before)} is not needed any more"
    return f"{step.name}: {short(step.before)} -> {short(step.after)}"


def short(value: str | None) -> str:
    """The first digits of a commit or digest.

    >>> short("sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412")
    'sha256:4b7ce07002c6'
    """
    kind, colon, digits = (value or "").rpartition(":")
    return f"{kind}{colon}{digits[:SHOWN]}"
