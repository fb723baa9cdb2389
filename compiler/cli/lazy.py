"""A group that knows its commands by name, module and summary, and imports only the one that runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

import click

Table = Mapping[str, tuple[str, str]]
"""A command's name -> its module, which has it as `command`, and its line in the help."""


class LazyGroup(click.Group):
    """`--help` and `--version` import no command; a misspelt one gets the names that it may be."""

    noun = "command"

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names in the order of the table, which is the order in which people meet them."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module."""
        if cmd_name not in self.table:
            return None
        command: click.Command = import_module(self.table[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands in the help, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first argument.

        Raises: click.UsageError, which names the commands that may have been meant.
        """
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name):
            return super().resolve_command(ctx, args)
        raise click.UsageError(unknown(self.noun, name, self.list_commands(ctx)), ctx)


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that does not exist."""
    from compiler.diagnostics import closest
    from compiler.report.base import enumerated
    from compiler.report.printable import printable

    near = [f"`{one}`" for one in closest(name, known)]
    question = f" Did you mean {enumerated(near, 'or')}?" if near else ""
    return f"No {noun} is called `{printable(name)}`.{question}"
