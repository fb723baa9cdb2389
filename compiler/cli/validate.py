"""`hydra validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options

if TYPE_CHECKING:
    from compiler.pipeline import Outcome, Request

HELP = """Check specs as `hydra compile` does, and write nothing.

Without PATH the whole repo is checked. With some, findings of other files are left out, but the whole repo is
still read: names may be defined anywhere in it.

With --real, DeepSpeed's own loader then reads every DeepSpeed configuration that would be written. It has to be
installed beside Hydra: pip install 'hydra-compiler[deepspeed]'.
"""

EPILOG = """\b
Examples:
  hydra validate
  hydra validate teams/nlp/hydra.yaml
  hydra validate --fail-on warning --format sarif > hydra.sarif
  hydra validate --real                  let DeepSpeed itself read what it would get
"""

INSTALL = "DeepSpeed {why}. Install it beside Hydra: pip install 'hydra-compiler[deepspeed]'"


@click.command("validate", help=HELP, epilog=EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--real", is_flag=True, help="Let DeepSpeed itself read every configuration that it would get.")
@reporting_options
def command(paths: tuple[Path, ...], real: bool, reporting: Reporting) -> None:
    """Do everything but write."""
    from compiler import pipeline
    from compiler.cli.ending import finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_and_paths
    from compiler.cli.settings import settings

    root, chosen = root_and_paths(paths)
    with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
        request = pipeline.Request(root=root, paths=chosen, progress=progress)
        outcome, verdict = validated_really(request) if real else (pipeline.validate(request), "")
    finish(outcome, root, reporting, verdict)


def validated_really(request: Request) -> tuple[Outcome, str]:
    """The outcome with what DeepSpeed says, and how much it read.

    Raises: click.UsageError, where DeepSpeed cannot be asked.
    """
    from importlib.util import find_spec

    from compiler import pipeline
    from compiler.report.closing import plural
    from compiler.report.printable import printable

    if find_spec("deepspeed") is None:
        raise click.UsageError(INSTALL.format(why="is not installed"))
    try:
        outcome, count = pipeline.validate_really(request)
    except ImportError as error:
        raise click.UsageError(INSTALL.format(why=f"cannot be imported: {printable(str(error))}")) from error
    return outcome, f"DeepSpeed read {plural(count, 'configuration')}."
