"""`hydra validate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compiler.cli.options import Reporting, reporting_options

HELP = """Check specs as `hydra compile` does, and write nothing.

Without PATH the whole repo is checked. With some, findings of other files are left out, but the whole repo is
still read: names may be defined anywhere in it.
"""

EPILOG = """\b
Examples:
  hydra validate
  hydra validate teams/nlp/hydra.yaml
  hydra validate --fail-on warning --format sarif > hydra.sarif
"""


@click.command("validate", help=HELP, epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@reporting_options
def command(paths: tuple[Path, ...], reporting: Reporting) -> None:
    """Do everything but write."""
    from compiler import pipeline
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_and_paths
    from compiler.cli.settings import settings

    root, chosen = root_and_paths(paths)
    with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
        outcome = pipeline.validate(pipeline.Request(root=root, paths=chosen, progress=progress))
    finish(outcome, root, reporting)
