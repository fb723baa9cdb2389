"""Entries and the values of a plan: argument lists and environment variables. Faults become findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.diagnostics import Staged
from compiler.library import problems
from compiler.library.arguments import Argument, Value
from compiler.library.behaviour import EntryBehaviour
from compiler.library.plain import Context, TemplateFault
from compiler.library.templates import render, render_values


def arguments(
    entry: EntryBehaviour, field: str, items: Sequence[Argument], context: Context
) -> Staged[list[str] | None]:
    """A field of an entry as an argument list; None and the finding, where a template fails."""
    try:
        return Staged(render(items, context))
    except TemplateFault as fault:
        return Staged(None, [problems.template_fails(entry.origin.child(field, *fault.path), fault)])


def values(
    entry: EntryBehaviour, field: str, templates: Mapping[str, Value], context: Context
) -> Staged[dict[str, str] | None]:
    """A field of an entry as values by name; None and the finding, where a template fails."""
    try:
        return Staged(render_values(templates, context))
    except TemplateFault as fault:
        return Staged(None, [problems.template_fails(entry.origin.child(field, *fault.path), fault)])
