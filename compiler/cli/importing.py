"""`hydra import`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options
from compiler.report.printable import printable

if TYPE_CHECKING:
    from compiler.importing.importing import Imported

HELP = """Turn documents of other systems into a Project, and tell what that changes.

FILE is YAML or JSON with any number of documents, a directory of such files, or `-` for standard input. What `kubectl get
-o yaml` prints will do. Datasets of BaizeAI, the kinds of cpodoperator and Kubeflow's training jobs become entries; what
a Project cannot say stays, and is listed with the reason.

The documents and the Project are both compiled for the clusters of the repo that you are in, and compared object by
object. The Project goes to standard output or to --output, everything else to standard error. The exit code is 1 where
something was not taken over, or not as it was.
"""

EPILOG = """\b
Examples:
  hydra import teams/nlp/datasets.yaml
  hydra import exported/ --name support-bot --output teams/nlp/support-bot/hydra.yaml
  kubectl get datasets,finetunes -n nlp -o yaml | hydra import -
  hydra import dataset.yaml --keep-claims        go on with the claims that are there
"""


@click.command("import", help=HELP, epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--name", metavar="PROJECT", help="Name of the Project; left out, its namespace.")
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Where to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option(
    "--cluster", "--clusters", "clusters", multiple=True, metavar="NAME", help="Cluster of the Project; repeatable."
)
@click.option("--keep-claims", is_flag=True, help="Use the claims that are there, and load nothing again.")
@click.option("--rest", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write what stays there.")
@reporting_options
def command(
    *,
    files: tuple[str, ...],
    name: str | None,
    output: Path | None,
    force: bool,
    clusters: tuple[str, ...],
    keep_claims: bool,
    rest: Path | None,
    reporting: Reporting,
) -> None:
    """Read, compile both sides, print."""
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.importing.importing import Asked, import_documents
    from compiler.importing.projecting import NamesError, Wanted
    from compiler.source.reading import LARGEST_FILE

    for target in (output, rest):
        check_target(target, force=force)
    if output is not None and rest is not None and output.resolve() == rest.resolve():
        raise click.UsageError("`--output` and `--rest` name one file. Name two.")
    for path in files:
        check_file(path)
    asked = Asked(files, root_of(None), clusters, Wanted(name, keep_claims))
    try:
        with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
            progress("compiling documents and Project")
            done = import_documents(asked, lambda: sys.stdin.buffer.read(LARGEST_FILE + 1))
    except NamesError as error:
        raise click.UsageError(printable(str(error))) from error
    finish(done, output, rest, reporting)


def check_target(path: Path | None, *, force: bool) -> None:
    """Refuse to write over what somebody wrote.

    Raises: click.UsageError, where the file is there and --force is not given.
    """
    if path is not None and os.path.lexists(path) and not force:
        raise click.UsageError(
            f"`{printable(str(path))}` is there. Name another file, or add --force to write over it."
        )


def check_file(path: str) -> None:
    """Refuse a path that does not exist.

    Raises: click.UsageError.
    """
    if path != "-" and not os.path.exists(path):  # noqa: PTH110 - which is no fault where a name is too long
        raise click.UsageError(f"`{printable(path)}` does not exist.")


def finish(done: Imported, output: Path | None, rest: Path | None, reporting: Reporting) -> None:
    """Write the Project and what stays, tell the rest, and leave with the exit code."""
    from compiler.cli.ending import status, tell
    from compiler.importing.resting import rest_text
    from compiler.importing.telling import told

    write(done.text, output)
    if rest is not None and not done.refused:
        write(rest_text(done), rest)
    found = tell(done.found, reporting, sys.stderr, read=done.texts.get)
    if not reporting.quiet:
        sys.stderr.writelines(f"{printable(line)}\n" for line in told(done))
        if output is not None and done.text:
            sys.stderr.write(
                f"`{printable(str(output))}` was written. Remove the documents that became entries, and run `hydra diff`.\n"
            )
    raise SystemExit(max(status(found, reporting), 0 if done.complete else 1))


def write(text: str, path: Path | None) -> None:
    """Text to a file, or to standard output. Nothing, where there is none.

    Raises: click.UsageError, where the system refuses.
    """
    if not text:
        return
    if path is None:
        sys.stdout.write(text)
        return
    try:
        put(text, path)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(printable(f"`{path}` cannot be written: {why}.")) from error


def put(text: str, path: Path) -> None:
    """Text to a file: all of it, or the file stays as it was.

    Raises: OSError; RuntimeError, for links in a circle.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    target = path.resolve()
    beside = target.with_name(f".{target.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with beside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        beside.replace(target)
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
