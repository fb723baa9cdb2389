"""Why a workload is planned as it is, for people: reasons, where values came from, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import closest
from compiler.explaining import ASPECTS, EVERYTHING, Aspect, Target, UnknownTargetError, reasons_about
from compiler.linking.workload import Finetune
from compiler.report.base import enumerated, path_of
from compiler.report.closing import plural
from compiler.report.plan.bars import ink, legend
from compiler.report.plan.base import cores
from compiler.report.plan.formats.text import memory
from compiler.report.printable import printable
from compiler.spec.names import camel

if TYPE_CHECKING:
    from compiler.linking.workload import Hyperparameters, Workload
    from compiler.planned import PlannedWorkload
    from compiler.planning.summary import Summary
    from compiler.source.document import Origin

INDENT = "  "


class Paper(NamedTuple):
    """What an explanation is written on."""

    width: int = 80
    """Columns that a line may have."""

    ascii: bool = False
    """Whether nothing else can be shown."""

    prefix: str = ""
    """What stands before the name of a file of the repo."""


def explain(planned: PlannedWorkload, target: Target, paper: Paper) -> Iterator[str]:
    """What is asked of a workload that could be planned, in lines.

    Raises: UnknownTargetError, where there is nothing at the way into it.
    """
    summary = planned.summary
    if summary is None:
        return
    aspect = ASPECTS.get(target.aspect, EVERYTHING)
    yield f"{printable(summary.workload)} on {printable(planned.cluster)}: {summary.kind} in `{summary.namespace}`"
    yield f"{INDENT}{place(summary.origin, paper)}"
    told = [
        *_reasons(list(reasons_about(aspect, summary.reasons)), paper),
        *_asked(planned.workload, target, paper),
        *(line for section in _sections(aspect) for line in section(summary, target, paper)),
    ]
    yield from told or ("", "Nothing is decided about that: the program that the job runs does.")


def place(origin: Origin, paper: Paper) -> str:
    """A place as editors read it: `support-bot/hydra.yaml:38`."""
    span = origin.span()
    return printable(f"{path_of(span.file, paper.prefix)}:{span.line}")


def _reasons(reasons: Sequence[str], paper: Paper) -> Iterator[str]:
    if not reasons:
        return
    yield from _title("Reasons")
    margin = len(str(len(reasons))) + len(INDENT) + 2
    for number, reason in enumerate(reasons, start=1):
        head = f"{number}. ".rjust(margin)
        yield from wrap(printable(reason), paper.width, initial_indent=head, subsequent_indent=" " * margin)


def _asked(workload: Workload, target: Target, paper: Paper) -> Iterator[str]:
    """What the spec says, or what a preset says in its place."""
    chosen: Hyperparameters | None = getattr(workload, "hyperparameters", None)
    if chosen is None:
        return
    aspect = ASPECTS.get(target.aspect, EVERYTHING)
    said = {camel(name): name for name, value in chosen.values.items() if value is not None}
    if target.aspect == "hyperparameters" and target.inner:
        said = {_one_of(target, said): said[_one_of(target, said)]}
    elif aspect is not EVERYTHING and target.aspect != "hyperparameters":
        said = {shown: name for shown, name in said.items() if name in aspect.hyperparameters}
    rows = [(shown, _text(chosen.values[name]), _source(chosen, name, paper)) for shown, name in said.items()]
    title = "Hyperparameters"
    if "deepspeed" in aspect.parts and isinstance(workload, Finetune):
        title = "What was asked for"
        rows.insert(0, _deepspeed_row(workload, paper))
    if rows:
        yield from _title(title)
        yield from _table(rows)


def _one_of(target: Target, known: Mapping[str, Any]) -> str:
    """The name of a hyperparameter at the way into the target."""
    name = ".".join(target.inner)
    if name not in known:
        raise _missing(f"`{target.of}` has no hyperparameter `{name}`.", name, known)
    return name


def _deepspeed_row(finetune: Finetune, paper: Paper) -> tuple[str, str, str]:
    literal = isinstance(finetune.deepspeed, Mapping)
    at = finetune.at("deepspeed")
    source = place(at, paper) if _is_written(at) else "what holds where nothing is said"
    return "deepspeed", "a configuration" if literal else str(finetune.deepspeed), source


def _is_written(at: Origin) -> bool:
    """Whether there is anything at a place, and not only around it."""
    value: Any = at.document.value
    for step in at.path:
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def _source(chosen: Hyperparameters, name: str, paper: Paper) -> str:
    if name in chosen.places:
        return place(chosen.places[name], paper)
    return chosen.origins.get(name, "")


def _memory(summary: Summary, _: Target, paper: Paper) -> Iterator[str]:
    if summary.plan is None:
        return
    drawn = ink(ascii_only=paper.ascii)
    yield from _title("Memory")
    lines = list(memory(summary.plan, paper.width, drawn))
    yield from lines
    if any(drawn.edge in line for line in lines):
        yield ""
        yield f"{INDENT}{legend(drawn)}"


def _deepspeed(summary: Summary, target: Target, _: Paper) -> Iterator[str]:
    config: Any = summary.plan.deepspeed if summary.plan is not None else None
    if config is None:
        if summary.plan is not None:
            yield ""
            yield "There is no DeepSpeed configuration: it runs without."
        return
    for depth, step in enumerate(target.inner):
        if not isinstance(config, Mapping) or step not in config:
            way = ".".join(("deepspeed", *target.inner[:depth]))
            raise _missing(f"`{way}` has no `{step}`.", step, config if isinstance(config, Mapping) else ())
        config = config[step]
    yield from _title(".".join(("DeepSpeed", *target.inner)))
    yield json.dumps(config, indent=2)


def _storage(summary: Summary, _: Target, __: Paper) -> Iterator[str]:
    if summary.storage:
        yield from _title("Storage")
        yield from _table(summary.storage)


def _pods(summary: Summary, _: Target, __: Paper) -> Iterator[str]:
    rows = [
        (
            one.role,
            plural(one.number, "pod"),
            plural(one.cards, "card"),
            cores(one),
            f"{one.memory} memory" if one.memory else "",
            f"{one.shm} shared" if one.shm else "",
        )
        for one in summary.pods
    ]
    if rows:
        yield from _title("Pods, and what each asks for")
        yield from _table(rows)


Section = Callable[["Summary", Target, Paper], Iterator[str]]
SECTIONS: Mapping[str, Section] = MappingProxyType({
    "memory": _memory,
    "pods": _pods,
    "storage": _storage,
    "deepspeed": _deepspeed,
})  # fmt: skip
APART = frozenset({"deepspeed"})
"""What is long, and shown only where it is asked for."""


def _sections(aspect: Aspect) -> list[Section]:
    shown = SECTIONS.keys() - APART if aspect is EVERYTHING else aspect.parts
    return [section for part, section in SECTIONS.items() if part in shown]


def _title(text: str) -> Iterator[str]:
    yield ""
    yield text


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{INDENT}{INDENT.join(cells)}".rstrip()


def _text(value: Any) -> str:
    """A value as a spec writes it: YAML takes `1e-05` for text.

    >>> _text(True), _text(0.00001), _text("cosine")
    ('true', '1.0e-05', 'cosine')
    """
    if isinstance(value, float) and "e" in str(value) and "." not in str(value):
        return str(value).replace("e", ".0e")
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _missing(wrong: str, name: str, known: Iterable[str]) -> UnknownTargetError:
    names = list(known)
    near = [f"`{one}`" for one in closest(name, names)]
    if near:
        return UnknownTargetError(f"{wrong} Did you mean {enumerated(near, 'or')}?")
    return UnknownTargetError(f"{wrong} It has {enumerated([f'`{one}`' for one in names], 'and')}." if names else wrong)
