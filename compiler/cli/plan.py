"""`hydra plan`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compiler.report.plan import FORMATS, Page

HELP = """Show how each workload of the repo at ROOT would run, and write nothing.

That is accelerators and nodes, memory by part against what a card has, main memory and storage; of a training the
DeepSpeed strategy and the batch; of a service the server, replicas, parallelism, context, cache and addresses; of a
comparison what it asks. ROOT is the working directory, where it is left out. A workload that cannot be planned is shown
with its first error. Findings go to standard error.
"""

EPILOG = """\b
Examples:
  hydra plan
  hydra plan --cluster prod
  hydra plan --format markdown           for a comment in a pull request
  hydra plan --format json | jq '.[] | select(.strategy == "zero3-offload") | .workload'
"""


@click.command("plan", help=HELP, epilog=EPILOG)
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Plan for this cluster; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Tables for people, JSON with exact numbers, or Markdown.",
)
def command(root: Path | None, clusters: tuple[str, ...], form: str) -> None:
    """Plan, and tell."""
    from compiler import pipeline
    from compiler.cli.ending import status, tell
    from compiler.cli.options import Reporting
    from compiler.cli.page import drawable, width_of
    from compiler.cli.progress import Progress
    from compiler.cli.repo import prefix_of, root_of
    from compiler.cli.settings import settings
    from compiler.report.plan import write
    from compiler.report.plan.entries import entries

    base = root_of(root)
    with Progress(sys.stderr, settings(), quiet=False) as progress:
        plans = pipeline.plans(pipeline.Request(root=base, clusters=clusters, progress=progress))
    prefix = prefix_of(base)
    page = Page([*entries(plans, prefix)], width_of(sys.stdout), ascii=not drawable(sys.stdout))
    write(page, form, sys.stdout)
    sys.stdout.flush()
    reporting = Reporting()
    found = tell(plans.found, reporting, sys.stderr, read=plans.read, prefix=prefix)
    if not plans.workloads and not found:
        click.echo("There are no fine-tunings, jobs, services or comparisons to plan.", err=True)
    raise SystemExit(status(found, reporting))
