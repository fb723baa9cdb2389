"""`hydra compile`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options
from compiler.layout import LOCK

if TYPE_CHECKING:
    from compiler.pipeline import Outcome

HELP = """Compile the specs of the repo at ROOT into the manifests that GitOps applies.

ROOT is the working directory, where it is left out; a directory inside a repo stands for the repo. Everything
is checked before anything is written, and the tree is exchanged as a whole: a failed compile changes nothing.
"""

EPILOG = """\b
Examples:
  hydra compile                          compile the repo that you are in
  hydra compile --check --format github  in CI: fail where the tree is stale
  hydra compile --cluster prod           one cluster's manifests only
  hydra compile sample-repo --out /tmp/tree
"""


MOST_JOBS = 4
"""More processes than this wait for the one that reads and writes."""


def processors() -> int:
    """Processors that this process may use, at most `MOST_JOBS`."""
    allowed = getattr(os, "sched_getaffinity", None)
    return min(MOST_JOBS, len(allowed(0)) if allowed else os.cpu_count() or 1)


@click.command("compile", help=HELP, epilog=EPILOG)
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Compile for this cluster; repeatable.")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the tree here instead of where `.hydra.yaml` says.",
)
@click.option("--check", is_flag=True, help="Write nothing; show what is stale, and exit with 1 if anything is.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=processors,
    show_default="the machine's processors, at most 4",
    metavar="N",
    help="Processes to use. The result does not depend on it.",
)
@reporting_options
def command(
    *, root: Path | None, clusters: tuple[str, ...], out: Path | None, check: bool, jobs: int, reporting: Reporting
) -> None:
    """Compile, or check that it has been done."""
    from compiler import pipeline
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import output_of, root_of
    from compiler.cli.settings import settings

    base = root_of(root)
    with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
        request = pipeline.Request(
            root=base, clusters=clusters, output=output_of(out, base), jobs=jobs, progress=progress
        )
        outcome = pipeline.check_tree(request) if check else pipeline.compile_tree(request)
    finish(outcome, base, reporting, checked(outcome) if check else written(outcome))


def written(outcome: Outcome) -> str:
    """What became of the tree."""
    from compiler.cli.ending import has_errors

    if has_errors(outcome):
        return "Nothing was written."
    lock = f" `{LOCK}` was changed." if outcome.lock_written else ""
    return f"Files: {outcome.written} written, {outcome.unchanged} unchanged, {outcome.removed} removed.{lock}"


def checked(outcome: Outcome) -> str:
    """Whether the tree is what the specs say."""
    from compiler.cli.ending import has_errors

    if outcome.stale:
        return "The tree is stale: run `hydra compile` and commit what it writes."
    return "" if has_errors(outcome) else "The tree is up to date."
