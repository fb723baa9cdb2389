"""`hydra schema import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options

if TYPE_CHECKING:
    from compiler.checking.importing import Imported
    from compiler.diagnostics import Staged

HELP = """Turn CRDs into JSON Schemas that rendered objects are checked against: those in FILEs and directories, or with
--context those of a live cluster.

The schemas belong into the repo: `compile` and `validate` use those in the directories that `.hydra.yaml` names
under `schemas`. Files that no CRD names stay as they are.
"""

EPILOG = """\b
Examples:
  hydra schema import crds/                        into schemas/
  hydra schema import kserve.yaml --to platform/schemas
  hydra schema import --context prod --group kubeflow.org --group ray.io
"""


@click.command("import", help=HELP, epilog=EPILOG)
@click.argument("paths", metavar="[FILE|DIR]...", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--context", metavar="NAME", help="Ask the cluster of this context of the kubeconfig for its CRDs.")
@click.option(
    "--group", "groups", multiple=True, metavar="GROUP", help="With --context: this API group only; repeatable."
)
@click.option(
    "--to",
    "destination",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; left out, the first of the repo's `schemas`.",
)
@reporting_options
def command(
    *,
    paths: tuple[Path, ...],
    context: str | None,
    groups: tuple[str, ...],
    destination: Path | None,
    reporting: Reporting,
) -> None:
    """Import, then say what was written."""
    from compiler.checking.importing import import_crds
    from compiler.cli.ending import aside, status, tell

    if bool(paths) == bool(context):
        raise click.UsageError("Name files with CRDs, or a context of the kubeconfig with --context.")
    if groups and not context:
        raise click.UsageError("--group goes with --context.")
    target = destination or usual()
    imported, found = import_live(context, groups, target) if context else import_crds(paths, target)
    every = tell(found, reporting, sys.stdout, read=lambda _: None)
    if not reporting.quiet:
        aside(reporting).write(f"{verdict(imported)}\n")
    raise SystemExit(status(every, reporting))


def import_live(context: str, groups: tuple[str, ...], destination: Path) -> Staged[Imported]:
    """Import from a live cluster.

    Raises: click.UsageError, where the Kubernetes client is missing.
    """
    from compiler.cli.cluster import needs_client
    from compiler.live.importing import import_from

    needs_client()
    return import_from(context, groups, destination)


def usual() -> Path:
    """The first directory of schemas of the repo that the command is run in, as seen from there."""
    from compiler.cli.repo import prefix_of, root_of, settled

    root = root_of(None)
    directories = settled(root).value.schemas
    return Path(prefix_of(root), directories[0] if directories else "schemas")


def verdict(imported: Imported) -> str:
    """How many schemas there are now."""
    return f"Schemas: {len(imported.written)} written, {len(imported.unchanged)} unchanged."
