"""`hydra explain`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from compiler.diagnostics import Diagnostic
    from compiler.explaining import Target
    from compiler.planned import PlannedWorkload, Plans

HELP = """Tell why a workload of the repo that you are in is planned as it is.

TARGET is `finetunes.NAME`, `jobs.NAME`, `services.NAME` or `comparisons.NAME`; where several projects have one of that
name, `PROJECT:finetunes.NAME` or `PROJECT/finetunes/NAME`. What stands behind it tells about that alone. Of fine-tunings
and jobs: `.accelerator`, `.precision`, `.trained`, `.deepspeed`, `.batch`, `.memory`, `.pod`, `.hyperparameters` or
`.storage`. Of services: `.runtime`, `.engine`, `.accelerator`, `.weights`, `.parallelism`, `.context`, `.cache`,
`.memory`, `.replicas`, `.pod` or `.endpoints`. Of comparisons: `.services`, `.questions`, `.pod` or `.storage`.
"""

EPILOG = """\b
Examples:
  hydra explain finetunes.tickets-lora
  hydra explain finetunes.tickets-lora.deepspeed
  hydra explain finetunes.tickets-lora.hyperparameters.learningRate
  hydra explain services.chat.context
  hydra explain support-bot/finetunes/tickets-lora.memory --cluster prod
"""


@click.command("explain", help=HELP, epilog=EPILOG)
@click.argument("target")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="On this cluster; repeatable.")
def command(target: str, clusters: tuple[str, ...]) -> None:
    """Plan everything, and tell about one workload."""
    from compiler import pipeline
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.explaining import UnknownTargetError, UnknownWorkloadError, target_of
    from compiler.report.plan.views import view_of
    from compiler.report.printable import printable

    base = root_of(None)
    with Progress(sys.stderr, settings(), quiet=False) as progress:
        plans = pipeline.plans(pipeline.Request(root=base, clusters=clusters, progress=progress))
    try:
        meant = target_of(target, {one.workload.of: view_of(one.workload).aspects for one in plans.workloads})
        chosen = [one for one in plans.workloads if one.workload.of == meant.of]
        lines = explained(chosen, meant, base)
    except UnknownWorkloadError as error:
        _left_out(printable(str(error)), plans, base)
    except UnknownTargetError as error:
        raise click.UsageError(printable(str(error))) from error
    for line in lines:
        click.echo(line)
    _end(plans, chosen, base)


def explained(chosen: list[PlannedWorkload], meant: Target, root: Path) -> list[str]:
    """What is told of a workload, for each of its clusters.

    Raises: UnknownTargetError, where it has nothing of the kind.
    """
    from compiler.cli.page import drawable, width_of
    from compiler.cli.repo import prefix_of
    from compiler.report.plan.explanation import Paper, explain

    paper = Paper(width_of(sys.stdout), not drawable(sys.stdout), prefix_of(root))
    each = [list(explain(one, meant, paper)) for one in chosen]
    lines: list[str] = []
    for told in each:
        lines += ["", *told] if lines else told
    return lines


def _left_out(wrong: str, plans: Plans, root: Path) -> NoReturn:
    """End, where no workload is called that; errors of the repo may be the cause."""
    from compiler.diagnostics import Severity

    mistakes = [one for one in plans.found if one.level is Severity.ERROR]
    if not mistakes:
        raise click.UsageError(wrong)
    _tell(mistakes, plans, root)
    click.echo(f"{wrong} What is wrong in the repo may be the cause.", err=True)
    raise SystemExit(1)


def _end(plans: Plans, chosen: list[PlannedWorkload], root: Path) -> NoReturn:
    """End with what was found about the workload; with everything, where something else keeps it from being planned."""
    from compiler.report.plan.entries import findings_about

    unplanned = [one for one in chosen if one.summary is None]
    own = [found for one in chosen for found in findings_about(plans, one)]
    sys.stdout.flush()
    status = _tell(own if own or not unplanned else plans.found, plans, root)
    for one in unplanned:
        click.echo(f"`{one.workload.of}` has no plan on `{one.cluster}`: see above.", err=True)
    raise SystemExit(1 if unplanned else status)


def _tell(found: Sequence[Diagnostic], plans: Plans, root: Path) -> int:
    """Write findings to standard error; the exit code for them."""
    from compiler.cli.ending import status, tell
    from compiler.cli.options import Reporting
    from compiler.cli.repo import prefix_of

    reporting = Reporting()
    return status(tell(found, reporting, sys.stderr, read=plans.read, prefix=prefix_of(root)), reporting)
