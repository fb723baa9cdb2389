"""`hydra hook`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from compiler.cli.options import Reporting, reporting_options

if TYPE_CHECKING:
    from compiler.committing.commit import Commit

HELP = """Compile what is about to be committed, or check it, and see that Git has all of it.

`compile` writes the tree, as `hydra compile` does, and exits with 1 where the commit lacks something of it; `check`
writes nothing, as `hydra compile --check`. Specs that Git does not know yet are left out: they are no part of the
commit. The hooks of `.pre-commit-hooks.yaml` run it; it serves other programs that run hooks as well.

ROOT is the working directory, where it is left out.
"""

EPILOG = """\b
Examples:
  hydra hook check                 in .git/hooks/pre-commit, say
  hydra hook compile platform      the repo in a directory of a Git repo
"""


@click.command("hook", help=HELP, epilog=EPILOG)
@click.argument("what", type=click.Choice(["compile", "check"]))
@click.argument("root", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@reporting_options
def command(*, what: str, root: Path | None, reporting: Reporting) -> None:
    """Compile or check, and tell what the commit lacks."""
    from compiler.cli.compile import processors
    from compiler.cli.ending import aside, finish
    from compiler.cli.progress import Progress
    from compiler.cli.repo import root_of
    from compiler.cli.settings import settings
    from compiler.committing.commit import commit
    from compiler.committing.index import NoIndexError
    from compiler.report.printable import printable
    from compiler.requests import Request

    base = root_of(root)
    try:
        with Progress(sys.stderr, settings(), quiet=reporting.quiet) as progress:
            done = commit(Request(root=base, jobs=processors(), progress=progress), write=what == "compile")
    except NoIndexError as error:
        raise click.UsageError(printable(f"What is about to be committed is not known: {error}.")) from error
    if not reporting.quiet:
        aside(reporting).writelines(f"{line}\n" for line in drafts(done))
    finish(done.outcome, base, reporting, verdict(done, what))


def drafts(done: Commit) -> list[str]:
    """The specs that were left out."""
    from compiler.report.printable import printable

    return [f"Left out, since Git does not know it yet: `{printable(path)}`." for path in done.drafts]


def verdict(done: Commit, what: str) -> str:
    """What became of the tree."""
    from compiler.cli.compile import checked, written

    if done.outcome.written or done.outcome.removed or done.outcome.lock_written:
        return "The tree was rewritten: look at it, add it with `git add`, and commit again."
    if done.lacks:
        return "Nothing had to be written, and the commit lacks what is named above."
    return checked(done.outcome) if what == "check" else written(done.outcome)
