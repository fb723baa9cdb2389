"""`hydra schema`."""

from __future__ import annotations

import re
from typing import Any

import click

from compiler.cli.lazy import LazyGroup, Table

COMMANDS: Table = {
    "import": ("compiler.cli.schema_import", "Turn CRDs into schemas that a repo's objects are checked against."),
}

HELP = """Print the JSON Schema of a KIND of the language, for editors and other tools.

Without KIND, list the kinds: those of spec documents, and `library/...` for entries of the library.
"""

EPILOG = """\b
Examples:
  hydra schema                           the kinds
  hydra schema Project > project.json
  hydra schema library/model
  hydra schema import crds/              check objects against these CRDs
"""


class SchemaGroup(LazyGroup):
    """A group that has a command for each kind of the language, beside those of its table."""

    noun = "kind of the language"

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands of the table, then the kinds."""
        return [*super().list_commands(ctx), *schemas()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the table, or the one that prints a kind's schema."""
        if cmd_name in self.table:
            return super().get_command(ctx, cmd_name)
        schema = schemas().get(cmd_name)
        if schema is None:
            return None
        return click.Command(cmd_name, callback=lambda: tell(schema), help=f"Print the JSON Schema of {cmd_name}.")


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas of the language by kind."""
    from compiler.spec.schema_export import language_schemas

    return language_schemas()


def tell(schema: dict[str, Any]) -> None:
    """Write a schema to standard output, in ASCII."""
    import json

    click.echo(json.dumps(schema, indent=2))


@click.group(
    "schema",
    cls=SchemaGroup,
    table=COMMANDS,
    help=HELP,
    epilog=EPILOG,
    invoke_without_command=True,
    subcommand_metavar="[KIND | import ...]",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the kinds, where none is asked for."""
    if ctx.invoked_subcommand is None:
        from compiler.cli.table import lines

        rows = [(kind, first_sentence(schema.get("description", ""))) for kind, schema in sorted(schemas().items())]
        for line in lines(("kind", "what"), rows):
            click.echo(line)


def first_sentence(text: str) -> str:
    """The first sentence of a description, which says what the kind is."""
    return re.split(r"(?<=\.)\s", " ".join(text.split()), maxsplit=1)[0]
