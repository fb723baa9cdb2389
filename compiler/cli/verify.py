"""`hydra verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options

if TYPE_CHECKING:
    from compiler.diagnostics import Diagnostic
    from compiler.live.rendered import Tree
    from compiler.live.verifying import Verified
    from compiler.requests import Request

HELP = """Ask the API server of a cluster whether it takes what the repo at ROOT renders, and write nothing.

Every object is applied in a dry run, as the user of the kubeconfig's context --context: the server validates it with
its own CRDs, compares it with what is there, and asks its admission webhooks. Every refusal is reported at the line
of the spec that the object comes from.

ROOT is the working directory, where it is left out. It needs the Kubernetes client: pip install
'hydra-compiler[cluster]'.
"""

EPILOG = """\b
Examples:
  hydra verify --context prod                          a repo with one cluster, or one that is called `prod`
  hydra verify --context gke_acme_prod --cluster prod
  hydra verify --context prod --format github          in CI, with a kubeconfig that may only do this
"""


@click.command("verify", help=HELP, epilog=EPILOG)
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--context", required=True, metavar="NAME", help="The context of the kubeconfig to ask with.")
@click.option(
    "--cluster", metavar="NAME", help="The repo's cluster that it is; left out, the only one, or the one of that name."
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=1, max=600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="The longest wait for an answer.",
)
@reporting_options
def command(*, root: Path | None, context: str, cluster: str | None, timeout: float, reporting: Reporting) -> None:
    """Compile, ask, report."""
    from compiler.cli.cluster import needs_client
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.requests import Outcome, Request

    needs_client()
    base = root_of(root)
    with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
        request = Request(root=base, clusters=(cluster,) if cluster else (), progress=progress)
        tree, found, said = verified(request, context, timeout)
    finish(Outcome(found, tree.repo.text, tuple(tree.clusters)), base, reporting, said)


def verified(request: Request, context: str, timeout: float) -> tuple[Tree, list[Diagnostic], str]:
    """The tree, everything found, and what came of it.

    Raises: click.UsageError, where it cannot be told which cluster is meant.
    """
    from compiler.checking.policy import levelled
    from compiler.live.client import connected
    from compiler.live.kubeconfig import UnusableError
    from compiler.live.rendered import WrongClusterError, cluster_of, tree_of
    from compiler.live.verifying import verify
    from compiler.report.printable import printable

    tree = tree_of(request)
    found = [*tree.found]
    if not tree.clusters:
        return tree, found, "Nothing was verified."
    try:
        cluster = cluster_of(tree.clusters, context)
    except WrongClusterError as error:
        raise click.UsageError(printable(str(error))) from error
    try:
        with connected(context, timeout) as api:
            done = verify(tree.clusters[cluster], api, request.tell)
    except UnusableError as error:
        return tree, [*found, error.finding], "Nothing was verified."
    kept = levelled(done.found, tree.settings, tree.repo.text)
    return tree, [*found, *kept], told(done.value, cluster, context)


def told(verified: Verified, cluster: str, context: str) -> str:
    """How many objects the server takes."""
    from compiler.report.closing import plural
    from compiler.report.printable import printable

    whole = verified.taken + verified.refused + verified.skipped
    left = f", {verified.refused} refused" if verified.refused else ""
    left += f", {verified.skipped} not verified" if verified.skipped else ""
    return f"{plural(whole, 'object')} of {cluster} against {printable(context)}: {verified.taken} taken{left}."
