"""`hydra diff`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click
from click.core import ParameterSource

from compiler.cli.options import Reporting
from compiler.diagnostics import Severity
from compiler.report.change import FORMATS
from compiler.report.colour import CHOICES

if TYPE_CHECKING:
    from compiler.change.sides import Compared
    from compiler.requests import Request

HELP = """Tell what the specs of the repo at ROOT do to the clusters that those of a revision do not, and write nothing.

Every object that changes gets a verdict: created, removed, in-place, rolling-restart, new-run, second-cluster (a Ray
service is built up a second time), ignored (accepted, and nothing happens), rejected (Kubernetes refuses it) or
data-at-risk. The revision is compiled from git's objects; nothing is checked out. With --live the first side is what
stands on a cluster, less what controllers own. ROOT is the working directory, where it is left out.
"""

EPILOG = """\b
Examples:
  hydra diff                              the work tree against the last commit
  hydra diff --base origin/main           what the work tree does that main does not
  hydra diff --base origin/main --merge-base   what a branch does, whatever became of main since
  hydra diff --base origin/main --format markdown > comment.md
  hydra diff --fail-on new-run            exit with 1 also where something is trained again
  hydra diff --live --context prod        what a sync would do to the cluster as it is

\b
--fail-on takes a level or a verdict. `error` is what is rejected or puts data at risk, and is not acknowledged; `warning`
also what is ignored or needs a second cluster; `info` any change. A verdict means it and all that are more severe.
"""


@click.command("diff", help=HELP, epilog=EPILOG)
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--base", default="HEAD", show_default=True, metavar="REV", help="The commit to compare with.")
@click.option(
    "--merge-base",
    "fork",
    is_flag=True,
    help="Compare with the commit at which HEAD left REV, as `git diff REV...` does.",
)
@click.option("--live", is_flag=True, help="Compare with what stands on the cluster of --context.")
@click.option("--context", metavar="NAME", help="The context of the kubeconfig, for --live.")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Compare this cluster; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Text for people, JSON, or Markdown for a comment in a pull request.",
)
@click.option(
    "--fail-on",
    default="error",
    show_default=True,
    metavar="LEVEL|VERDICT",
    help="The mildest change that makes the exit code 1.",
)
@click.option(
    "--color", "colour", type=click.Choice(CHOICES), default="auto", show_default=True, help="Colour in text."
)
@click.pass_context
def command(ctx: click.Context, /, root: Path | None, clusters: tuple[str, ...], **given: Any) -> None:
    """Compare, and tell."""
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.requests import Request

    check_sides(ctx, live=given["live"], context=given["context"])
    base = f"the cluster of {given['context']}" if given["live"] else given["base"]
    telling = Telling(base, given["form"], given["colour"], *failing(given["fail_on"]))
    top = root_of(root)
    with Progress(sys.stderr, settings(), quiet=False) as progress:
        request = Request(root=top, clusters=clusters, progress=progress)
        compared = compared_with(request, given["context"], given["base"], fork=given["fork"])
    ending(compared, top, telling)


def check_sides(ctx: click.Context, *, live: bool, context: str | None) -> None:
    """Raises: click.UsageError, where it is not clear what to compare with, or the client is not installed."""
    if live != (context is not None):
        raise click.UsageError("`--live` and `--context NAME` belong together.")
    if live:
        if ctx.get_parameter_source("base") is not ParameterSource.DEFAULT or ctx.params["fork"]:
            raise click.UsageError("Compare with a commit or with a cluster: `--live` stands without `--base`.")
        from compiler.cli.cluster import needs_client

        needs_client()


def compared_with(request: Request, context: str | None, base: str, *, fork: bool) -> Compared:
    """The work tree compared with a cluster, or else with a commit.

    Raises: click.UsageError, where it cannot be told which cluster is meant.
    """
    from compiler.change.sides import against_cluster, since

    if context is None:
        return since(base, request, fork=fork)
    from compiler.live.rendered import WrongClusterError
    from compiler.report.printable import printable

    try:
        return against_cluster(context, request)
    except WrongClusterError as error:
        raise click.UsageError(printable(str(error))) from error


class Telling(NamedTuple):
    """How a view is told, and when it is bad."""

    base: str
    form: str
    colour: str
    least: Severity
    verdict: int


def ending(compared: Compared, top: Path, telling: Telling) -> NoReturn:
    """Write the view and the findings, and leave with the exit code."""
    from compiler.cli.ending import status, tell
    from compiler.cli.repo import prefix_of
    from compiler.report.change import Page, write
    from compiler.report.change.page import level
    from compiler.report.colour import wanted

    prefix = prefix_of(top)
    if compared.view is not None:
        colour = wanted(telling.colour, sys.stdout, os.environ)
        write(Page(compared.view, telling.base, prefix, colour), telling.form, sys.stdout)
        sys.stdout.flush()
    reporting = Reporting()
    found = tell(compared.found, reporting, sys.stderr, read=compared.repo.text, prefix=prefix)
    outcomes = compared.view.outcomes if compared.view is not None else ()
    failed = any(
        level(one) >= telling.least and one.judged.verdict >= telling.verdict
        for one in outcomes
        if not (telling.verdict and one.acknowledged)
    )
    raise SystemExit(1 if failed else status(found, reporting))


def failing(fail_on: str) -> tuple[Severity, int]:
    """The level and the verdict from which on a change makes the exit code 1.

    Raises: click.BadParameter.
    """
    from compiler.change.values import Verdict

    levels = {level.label: (level, 0) for level in Severity}
    verdicts = {verdict.label: (min(Severity), int(verdict)) for verdict in Verdict}
    known = {**levels, **verdicts}
    if fail_on not in known:
        raise click.BadParameter(f"{fail_on!r} is none of {', '.join(known)}.", param_hint="--fail-on")
    return known[fail_on]
