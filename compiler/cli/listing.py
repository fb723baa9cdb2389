"""`hydra list`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from compiler.cli.options import Reporting
from compiler.diagnostics import Diagnostic

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from compiler.library.kinds import EntryKind
    from compiler.library.library import Library

HELP = """List what the library has of a KIND: the built-in entries, and those of the repo that you are in.

Without KIND, list the kinds.
"""

EPILOG = """\b
Examples:
  hydra list                             the kinds
  hydra list models                      names that a spec may use under `models`
  hydra list models --format json
"""

COLUMNS: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType({
    "model": {"parameters": ("facts", "parameters"), "context": ("facts", "context"), "licence": ("licence",)},
    "cluster": {"kubernetes": ("spec", "kubernetes")},
    "accelerator": {"memoryMib": ("memoryMib",), "link": ("link",), "resource": ("resource",)},
    "runtime": {"version": ("version",), "protocol": ("protocol",)},
    "hyperparameters": {
        "learningRate": ("values", "learningRate"),
        "epochs": ("values", "epochs"),
        "globalBatchSize": ("values", "globalBatchSize"),
    },
})  # fmt: skip
"""By kind, the columns between name and summary: title -> the way to the value. A kind may have none."""

SHORT: Mapping[str, float] = MappingProxyType({"T": 1e12, "B": 1e9, "M": 1e6})


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    """The kinds, for a shell."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in by_plural() if name.startswith(incomplete)]


def write_json(rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as a JSON list, in ASCII."""
    import json

    click.echo(json.dumps(rows, indent=2))


def write_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as a table; on a terminal, no wider than that."""
    from compiler.cli.table import lines

    if not rows:
        return
    widest = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines(list(rows[0]), [list(texts(row)) for row in rows]):
        click.echo(line if widest is None or len(line) <= widest else f"{line[: widest - 1]}…")


WRITERS = MappingProxyType({"text": write_table, "json": write_json})


@click.command("list", help=HELP, epilog=EPILOG)
@click.argument("kind", required=False, shell_complete=complete)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(WRITERS)),
    default="text",
    show_default=True,
    help="A table for people, or JSON with exact numbers.",
)
def command(kind: str | None, form: str) -> None:
    """List kinds or entries."""
    from compiler.cli.ending import status, tell
    from compiler.cli.repo import prefix_of, root_of, settled, text_in
    from compiler.library.library import open_library

    root = root_of(None)
    settings, found = settled(root)
    library = open_library(root, settings.library)
    rows, wrong = (kinds_in(library), ()) if kind is None else entries_of(library, chosen(kind))
    WRITERS[form](rows)
    every = tell([*found, *wrong], Reporting(), sys.stderr, read=partial(text_in, root), prefix=prefix_of(root))
    raise SystemExit(status(every, Reporting()))


def by_plural() -> dict[str, EntryKind]:
    """The kinds as the command calls them: `models`."""
    from compiler.library.kinds import kinds

    return {kind.directory: kind for kind in kinds().values()}


def chosen(name: str) -> EntryKind:
    """The kind that is asked for.

    Raises: click.UsageError, where there is none of that name.
    """
    from compiler.cli.lazy import unknown

    known = by_plural()
    if name not in known:
        raise click.UsageError(unknown("kind of entry", name, known))
    return known[name]


def kinds_in(library: Library) -> list[dict[str, Any]]:
    """A row a kind."""
    return [{"kind": name, "entries": len(library.names(kind.id))} for name, kind in by_plural().items()]


def entries_of(library: Library, kind: EntryKind) -> tuple[list[dict[str, Any]], list[Diagnostic]]:
    """A row an entry, in the order of their names, and what is wrong with those that have none."""
    rows, found = list[dict[str, Any]](), list[Diagnostic]()
    for name in library.names(kind.id):
        entry, problems = library.find(kind.id, name)
        found += problems
        if entry is not None:
            value = entry.model_dump(by_alias=True)
            columns = {title: at(value, way) for title, way in COLUMNS.get(kind.id, {}).items()}
            rows.append({"name": name, **columns, "summary": value.get("summary", "")})
    return rows, found


def at(value: Any, way: Sequence[str]) -> Any:
    """What stands at the end of a way; None where it ends before."""
    for step in way:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def texts(row: Mapping[str, Any]) -> Iterator[str]:
    """The cells of a row."""
    for title, value in row.items():
        yield short(value) if title == "parameters" else "" if value is None else str(value)


def short(count: int | None) -> str:
    """A number of parameters as people say it.

    >>> short(7_615_616_512), short(494_032_768), short(999_999_999), short(None)
    ('7.62B', '494M', '1B', '')
    """
    if count is None:
        return ""
    # What rounds up to 1000 of a unit is 1 of the next.
    return next((f"{count / unit:.3g}{name}" for name, unit in SHORT.items() if count >= 0.9995 * unit), str(count))
