"""The options of every command that reports findings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import click

from compiler.diagnostics import Severity
from compiler.report import FORMATS
from compiler.report.colour import CHOICES


class Reporting(NamedTuple):
    """How findings are told, and which of them count."""

    form: str = "text"
    fail_on: Severity = Severity.ERROR
    colour: str = "auto"
    quiet: bool = False


OPTIONS = (
    click.option(
        "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to write findings."
    ),
    click.option(
        "--fail-on",
        type=click.Choice([level.label for level in sorted(Severity, reverse=True)]),
        default=Severity.ERROR.label,
        show_default=True,
        help="The mildest finding that makes the exit code 1.",
    ),
    click.option(
        "--color",
        "colour",
        type=click.Choice(CHOICES),
        default="auto",
        show_default=True,
        help="Colour in text; `auto` heeds NO_COLOR and FORCE_COLOR.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Nothing but findings."),
)


def reporting_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it gets them together, as `reporting`."""

    @wraps(command)
    def collected(form: str, fail_on: str, colour: str, quiet: bool, **others: Any) -> None:
        command(reporting=Reporting(form, Severity[fail_on.upper()], colour, quiet), **others)

    for option in reversed(OPTIONS):
        collected = option(collected)
    return collected
