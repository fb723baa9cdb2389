"""What a user reads when Hydra itself has failed."""

from __future__ import annotations

import platform
import shlex
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from compiler import __version__
from compiler.report.printable import printable

MOST = 300
"""Characters of an exception's text that are shown."""


def tell(error: BaseException, arguments: Sequence[str], *, debug: bool) -> None:
    """Say on standard error what happened, in a paragraph; with `debug`, after the traceback."""
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(paragraph(error, arguments), err=True)


def paragraph(error: BaseException, arguments: Sequence[str]) -> str:
    """What, where, which version, and what to do."""
    text = printable(str(error))[:MOST]
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    again = printable(shlex.join(["hydra", "--debug", *(one for one in arguments if one != "--debug")]))
    return (
        f"hydra: a fault of Hydra itself, not of your files: {what} ({place(error)})\n"
        f"This is Hydra {__version__} on Python {platform.python_version()}, {platform.system()}.\n"
        f"Report it with the traceback, which this prints: {again}"
    )


def place(error: BaseException) -> str:
    """The innermost line of Hydra's own code that the fault passed."""
    package = Path(__file__).parents[1]
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if package in Path(frame.filename).parents]
    if not own:
        return "outside of Hydra's code"
    return f"compiler/{Path(own[-1].filename).relative_to(package).as_posix()}:{own[-1].lineno}"
