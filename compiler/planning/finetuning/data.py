"""The data of a fine-tuning: whether it fits the stage and the trainer, and how the trainer is told of it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.library.settings import render_settings
from compiler.linking.artifact import Artifact
from compiler.linking.program import Program
from compiler.linking.workload import Finetune
from compiler.planning.finetuning import problems
from compiler.planning.finetuning.records import records_of
from compiler.source.document import Origin

if TYPE_CHECKING:
    from compiler.library.entries.trainer import Trainer
    from compiler.spec.project.datasets import Format

STYLES = MappingProxyType({
    "pt": ("text",),
    "sft": ("alpaca", "sharegpt"),
    "rm": ("preference",),
    "dpo": ("preference",),
    "kto": ("alpaca", "sharegpt"),
})  # fmt: skip
"""Stage -> styles of data that it can learn from."""

DEFAULTS = MappingProxyType({
    "alpaca": {"prompt": "instruction", "query": "input", "response": "output"},
    "sharegpt": {"messages": "conversations"},
    "text": {"text": "text"},
    "preference": {"prompt": "instruction", "query": "input", "chosen": "chosen", "rejected": "rejected"},
})  # fmt: skip
"""Style -> columns where a format names none. Source: LLaMA-Factory, data/README.md."""

NEEDED = MappingProxyType({
    "alpaca": ("prompt", "response"),
    "sharegpt": ("messages",),
    "text": ("text",),
    "preference": ("chosen", "rejected"),
})  # fmt: skip
"""Style -> columns that it cannot do without."""

COLUMNS = MappingProxyType({
    "alpaca": ("prompt", "query", "response", "history", "system", "label"),
    "sharegpt": ("messages", "system", "label"),
    "text": ("text",),
    "preference": ("prompt", "query", "messages", "chosen", "rejected", "history", "system"),
})  # fmt: skip
"""Style -> every column that it may have."""

_ORDER = (
    "prompt", "query", "response", "history", "system", "messages", "text", "chosen", "rejected", "label",
    "role", "content", "user", "assistant", "observation", "function", "train", "validation", "test",
)  # fmt: skip
"""As the language lists them: the order of a spec's keys says nothing, and must not make another object."""

OPTIONAL = frozenset({"query", "history", "system"})


class Data(NamedTuple):
    """Data, as a trainer is told of it."""

    name: str
    """What the trainer calls it: the dataset's entry."""

    style: str
    columns: Mapping[str, str]
    tags: Mapping[str, str]
    files: Mapping[str, str]
    """Split -> file below the data's directory."""

    validation: str | None
    """What the trainer calls the validation split; None where there is none."""


def format_of(artifact: Artifact, program: Program) -> Format | None:
    """How an artifact's files read: as it says, or as what it refers to says."""
    while artifact.format is None and artifact.of in program.targets:
        artifact = program.targets[artifact.of]
    return artifact.format


def data_of(finetune: Finetune, artifact: Artifact, trainer: Trainer, program: Program) -> Staged[Data | None]:
    """The data of a fine-tuning; None with what is wrong with it."""
    at = finetune.references[1].at
    name = artifact.key[1].partition("#")[0]
    known = format_of(artifact, program)
    if known is None:
        return Staged(None, [problems.no_format(at, finetune.references[1].name, "format")])
    holder = artifact
    while holder.format is None:
        holder = program.targets[holder.of]
    place = holder.origin._replace(key=False).child("format")
    fitting = STYLES[finetune.stage]
    if known.style not in fitting:
        return Staged(None, [problems.wrong_data(at, finetune.stage, known.style, fitting)])
    if known.style not in trainer.styles:
        return Staged(None, [problems.not_for_trainer(at, trainer.name, "style of data", known.style, trainer.styles)])
    columns = _plain(known.columns) or _defaults(holder, known)
    found = [*_missing(finetune, known.style, columns, place), *_files(holder, known, columns, place)]
    if "train" not in known.splits:
        found.append(problems.no_format(at, finetune.references[1].name, "format.splits.train"))
    if found:
        return Staged(None, found)
    if artifact.of != holder.of:
        name = finetune.references[1].key[1]
    validation = f"{name}-validation" if "validation" in known.splits else None
    return Staged(Data(name, known.style, columns, _plain(known.tags), _plain(known.splits), validation))


def _defaults(holder: Artifact, known: Format) -> dict[str, str]:
    """The columns of a format that names none: of the optional ones, those that the files of the repo have. What cannot
    be looked into is taken to have them all."""
    columns = dict(DEFAULTS[known.style])
    for file in known.splits.values():
        text = holder.source.files.get(file)
        if text is None:
            continue
        try:
            records = records_of(file, text)
        except ValueError:
            continue
        for column in OPTIONAL & columns.keys():
            if not all(columns[column] in one for one in records):
                del columns[column]
    return columns


def _plain(words: Mapping[Any, str]) -> dict[str, str]:
    """Words with their texts, in an order that does not depend on who wrote them down."""
    known = [str(word) for word in words]
    ordered = sorted(known, key=lambda word: (_ORDER.index(word) if word in _ORDER else len(_ORDER), word))
    return {word: words[word] for word in ordered}


def _missing(finetune: Finetune, style: str, columns: Mapping[str, str], place: Origin) -> Iterator[Diagnostic]:
    needed = list(NEEDED[style])
    if finetune.stage == "kto":
        needed.append("label")
    if style == "preference" and "messages" not in columns:
        needed.insert(0, "prompt")
    for column in columns:
        if column not in COLUMNS[style]:
            yield problems.not_of_style(place.child("columns", column, key=True), column, style, COLUMNS[style])
    at = place.child("columns", key=True)
    for column in needed:
        if column not in columns:
            yield problems.no_column(at, column, style, finetune.stage)


def _files(holder: Artifact, known: Format, columns: Mapping[str, str], place: Origin) -> Iterator[Diagnostic]:
    """A file of the repo is looked into: its records have the columns."""
    for split, file in known.splits.items():
        if posixpath.isabs(file) or ".." in file.split("/"):
            from compiler.spec.problems import bad_value

            wrong = f"`{file}` leads out of the data's directory."
            yield bad_value(place.child("splits", split), wrong, "Name a file below it.")
        elif holder.source.files:
            yield from _records(holder.source.files, split, file, columns, place)


def _records(
    files: Mapping[str, str], split: str, file: str, columns: Mapping[str, str], place: Origin
) -> Iterator[Diagnostic]:
    text = files.get(file)
    if text is None:
        from compiler.spec.problems import bad_value

        listed = ", ".join(f"`{one}`" for one in files)
        yield bad_value(place.child("splits", split), f"There is no file `{file}` in it.", f"There is {listed}.")
        return
    try:
        records = records_of(file, text)
    except ValueError as error:
        yield problems.unreadable_records(place.child("splits", split), file, str(error))
        return
    for column, name in columns.items():
        lacking = [number for number, one in enumerate(records, 1) if name not in one]
        if lacking and column not in OPTIONAL:
            at = place.child("columns", column)
            record = f"Record {lacking[0]} of `{file}`"
            yield problems.column_not_in_file(at, column, name, record, records[lacking[0] - 1])


def descriptions(trainer: Trainer, data: Data, directory: str) -> dict[str, Any]:
    """The trainer's description of the data: an entry a split.

    Raises: compiler.library.plain.TemplateFault.
    """
    style = dict(trainer.styles.items())[data.style]  # type: ignore[index]
    listed = trainer.descriptions
    if listed is None:
        return {}
    every = dict.fromkeys((*DEFAULTS, *(name for style in NEEDED.values() for name in style), "label"))
    settings = render_settings(style.settings, {"columns": {**every, **data.columns}, "style": data.style})
    described = {
        listed.columns: {style.columns[name]: column for name, column in data.columns.items() if name in style.columns},
        listed.tags: {style.tags[name]: tag for name, tag in data.tags.items() if name in style.tags},
    }
    shared = {**settings, **{name: value for name, value in described.items() if value}}
    splits = {data.name: "train", **({data.validation: "validation"} if data.validation else {})}
    return {
        name: {listed.path: posixpath.join(directory, data.files[split]), **shared} for name, split in splits.items()
    }
