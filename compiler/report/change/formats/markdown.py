"""For a comment in a pull request: the sums, a row an object, then what differs, most severe first.

GitHub takes 65,536 characters; what does not fit is left out from the end, and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from compiler.change.values import Outcome
from compiler.diagnostics import Severity
from compiler.report.change.lines import lines_of
from compiler.report.change.page import Page, counted, level, sums
from compiler.report.closing import plural
from compiler.report.printable import printable

MOST_CHARACTERS = 65_000
"""Characters of a comment: room is left for what a workflow puts before it. Source: GitHub, "Body is too long (maximum is
65536 characters)"."""

_ROOM = 400
"""Characters that the last lines need."""

_ROWS = 40_000
"""Characters that rows may take, so that some details follow."""

_SPECIAL = re.compile(r"([\\\[\]*_<>~#@|!])")
_SIGNS = {Severity.ERROR: "🛑 ", Severity.WARNING: "⚠️ ", Severity.INFO: ""}


def render(page: Page) -> Iterator[str]:
    """The comment."""
    view = page.view
    if not view.outcomes:
        yield f"### Hydra: no rendered object changes compared with {_code(page.base)}\n"
        return
    text = "".join(_head(page))
    rows = [_row(one, page) for one in view.outcomes]
    kept = _fitting(rows, min(_ROWS, MOST_CHARACTERS - _ROOM - len(text)))
    text += "| | Object | Cluster | What happens |\n| --- | --- | --- | --- |\n" + "".join(rows[:kept])
    if kept < len(rows):
        text += f"\n... and {plural(len(rows) - kept, 'object')} more, less severe: see `hydra diff`.\n"
    details = [one for one in map(_details, view.outcomes) if one]
    shown = _fitting(details, MOST_CHARACTERS - _ROOM - len(text))
    text += "".join(details[:shown])
    if shown < len(details):
        text += f"\n... and the fields of {plural(len(details) - shown, 'object')} more: see `hydra diff`.\n"
    yield text


def _head(page: Page) -> Iterator[str]:
    view = page.view
    errors = sum(level(one) is Severity.ERROR for one in view.outcomes)
    verdicts = ", ".join(f"{count} {verdict.label}" for verdict, count in counted(view).items())
    yield f"### Hydra: {plural(len(view.outcomes), 'object')} compared with {_code(page.base)}\n\n"
    if errors:
        yield f"🛑 **{plural(errors, 'change')} would lose data or be refused**, and no `acknowledge:` names the object.\n\n"
    yield f"{verdicts}.\n\n"
    yield from (f"* {title}: {text}\n" for title, text in sums(view))
    yield from (f"* {_prose(note)}\n" for note in view.notes)
    yield "\n"


def _row(outcome: Outcome, page: Page) -> str:
    subject = outcome.subject
    verdict = f"{_SIGNS[level(outcome)]}{outcome.judged.verdict.label}"
    meant = " (acknowledged)" if outcome.acknowledged else ""
    place = f"<br>{_code(page.prefix + subject.spec)}" if subject.spec else ""
    return f"| {verdict}{meant} | {_code(subject.target)}{place} | {_prose(subject.cluster)} | {_prose(outcome.judged.why)} |\n"


def _details(outcome: Outcome) -> str:
    lines = [*lines_of(outcome)]
    if not lines:
        return ""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    name = printable(outcome.subject.target).replace("<", "&lt;")
    body = "\n".join(line.replace("~", "!", 1) if line[0] == "~" else line for line in lines)
    return (
        f"\n<details><summary><code>{name}</code> on {_prose(outcome.subject.cluster)}</summary>\n\n"
        f"{fence}diff\n{body}\n{fence}\n\n</details>\n"
    )


def _fitting(pieces: Iterable[str], room: int) -> int:
    """How many of the pieces, from the first, have room."""
    used = count = 0
    for piece in pieces:
        used += len(piece)
        if used > room:
            break
        count += 1
    return count


def _code(text: str) -> str:
    """Text in a code span of a table's cell."""
    return f"`{_one_line(text).replace('`', '')}`"


def _prose(text: str) -> str:
    """A sentence of ours, with code spans in it, in a table's cell: nothing else in it is markup, and it calls nobody."""
    line = _one_line(text)
    if line.count("`") % 2:
        line = line.replace("`", "'")
    parts = line.split("`")
    return "`".join(part if number % 2 else _SPECIAL.sub(r"\\\1", part) for number, part in enumerate(parts))


def _one_line(text: str) -> str:
    return printable(" ".join(text.split())).replace("|", "¦")
