"""What an import came to, in lines for people: what became what, which names changed, what stays and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compiler.importing.concluding import named

if TYPE_CHECKING:
    from compiler.importing.comparing import Pair
    from compiler.importing.importing import Imported

MOVED = "; its data lies in a directory of its run"


def told(done: Imported) -> Iterator[str]:
    """The lines of the report. Nothing, where there is no Project to tell of."""
    projects = done.projects
    if projects is None:
        return
    if not projects.text:
        yield "No document became an entry."
    else:
        count = len(projects.entries)
        yield "1 document became an entry:" if count == 1 else f"{count} documents became entries:"
        for place, document in projects.entries.items():
            where = document.at("metadata", "name").span()
            section = projects.sections[place]
            yield f"  {where.file}:{where.line} {named(document)} -> {place.project}/{section}/{place.entry}"
    for cluster in projects.before:
        yield from _compared(cluster, [one for one in done.pairs if one.cluster == cluster])
    yield from _staying(done)


def _compared(cluster: str, pairs: list[Pair]) -> Iterator[str]:
    both = [one for one in pairs if one.before is not None and one.after is not None]
    renamed = [one for one in both if one.renamed]
    same = sum(not one.renamed and not one.fields for one in both)
    alike = sum(not one.fields for one in renamed)
    differ = sum(bool(one.fields) for one in both)
    gone, new = sum(one.after is None for one in pairs), sum(one.before is None for one in pairs)
    yield (
        f"Objects on {cluster}: {same} the same, {alike} the same under another name, {differ} different, {gone} gone, "
        f"{new} new."
    )
    for one in renamed:
        if one.before is not None and one.after is not None:
            yield f"  {one.before.target} -> {one.after.target}{MOVED if one.moved else ''}"
    yield from (f"  {one.shown.target} is gone" for one in pairs if one.after is None)
    yield from (f"  {one.shown.target} is new" for one in pairs if one.before is None)


def _staying(done: Imported) -> Iterator[str]:
    """Documents that no Project has to say; the others have a finding each."""
    stays = done.projects.stays if done.projects else {}
    meant = {
        one.document: stays[one.document] for one in done.given if one.document in stays and stays[one.document].meant
    }
    if not meant:
        return
    yield f"Beside the Project, {'1 document stays' if len(meant) == 1 else f'{len(meant)} documents stay'}:"
    by_reason: dict[str, list[str]] = {}
    for document, why in meant.items():
        by_reason.setdefault(why.why, []).append(named(document))
    for reason, names in by_reason.items():
        yield f"  {', '.join(names)}. {reason}"
