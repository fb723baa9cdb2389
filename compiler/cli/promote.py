"""`hydra promote`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options
from compiler.layout import LOCK

if TYPE_CHECKING:
    from compiler.lock.promoting import Move, Promoted

HELP = """Record in `hydra.lock` that a service serves another run of its fine-tuning.

TARGET is a service, `PROJECT/SERVICE`, or a fine-tuning, `PROJECT/FINETUNE`, which means every service on it. A service
goes on with the run that it serves when its fine-tuning is edited; this moves it to the current run, or to the one that
--run names. The tree is not written: `hydra compile` does that, for the same commit.

ROOT is the working directory, where it is left out.
"""

EPILOG = """\b
Examples:
  hydra promote support-bot/chat                       the current run
  hydra promote support-bot/chat --run 6h8828fk56      a certain one, to go back say
  hydra promote support-bot/tickets-lora               every service on it
  hydra promote support-bot/chat --cluster staging     on one cluster first
"""


@click.command("promote", help=HELP, epilog=EPILOG)
@click.argument("target")
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--run", metavar="DIGEST", help="The run to serve; left out, the current one.")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="On this cluster; repeatable.")
@reporting_options
def command(
    *, target: str, root: Path | None, run: str | None, clusters: tuple[str, ...], reporting: Reporting
) -> None:
    """Write the lock file, and say what changes."""
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.lock.promoting import WrongTargetError, promote
    from compiler.report.printable import printable
    from compiler.requests import Request

    base = root_of(root)
    try:
        with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
            done = promote(Request(root=base, clusters=clusters, progress=progress), target, run)
    except WrongTargetError as error:
        raise click.UsageError(printable(str(error))) from error
    finish(done.outcome, base, reporting, "\n".join(told(done)))


def told(done: Promoted) -> Iterator[str]:
    """What changes, and what is to be done."""
    yield from (moved(one) for one in done.moves)
    if done.written:
        yield f"`{LOCK}` was written. Run `hydra compile`, and commit both."
    elif not done.moves or any(one.before != one.after for one in done.moves):
        yield "Nothing was written."


def moved(one: Move) -> str:
    """What a service serves now."""
    name = one.after.of.rpartition("/")[2]
    if one.before == one.after:
        return f"{one.consumer} on {one.cluster} serves run {one.after.run} of {name} already."
    results = "" if one.before.result == one.after.result else f" ({one.before.result} -> {one.after.result})"
    return f"{one.consumer} on {one.cluster}: {name} {one.before.run} -> {one.after.run}{results}"
