"""`hydra import` from top to bottom: documents in, Projects out, with what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler.diagnostics import Diagnostic, Findings, Severity
from compiler.importing.comparing import Pair, compare
from compiler.importing.compiling import documents_around, levelled, platform_of
from compiler.importing.concluding import conclude
from compiler.importing.problems import DIFFERS, NOTHING_TO_IMPORT, STAYS
from compiler.importing.projecting import FILE, Projects, Wanted, make_projects
from compiler.importing.reading import read_inputs
from compiler.linking.problems import UNKNOWN_REFERENCE

if TYPE_CHECKING:
    from compiler.importing.reading import Given

NOT_TAKEN = frozenset({STAYS.id, DIFFERS.id, NOTHING_TO_IMPORT.id})
"""Findings that say that something was not taken over, or not as it was."""


class Asked(NamedTuple):
    """What is to be imported, and how."""

    paths: Sequence[str]
    """Files, directories, `-` for standard input."""

    root: Path
    """The repo whose clusters, library and settings count."""

    clusters: tuple[str, ...] = ()
    """The Project's clusters; empty is all of the repo's."""

    wanted: Wanted = Wanted()


class Imported(NamedTuple):
    """What came of an import."""

    text: str
    """The Projects; empty, where there is none."""

    given: Sequence[Given]
    projects: Projects | None
    pairs: Sequence[Pair]
    found: Sequence[Diagnostic]
    texts: Mapping[str, str]
    """What findings are about, by file."""

    @property
    def refused(self) -> bool:
        """Whether the input has errors, so that nothing came of it."""
        return any(one.level is Severity.ERROR for one in self.found)

    @property
    def complete(self) -> bool:
        """Whether there is a Project, and everything was taken over as it was, but for names."""
        return bool(self.text) and not self.refused and not any(one.code.id in NOT_TAKEN for one in self.found)


def import_documents(asked: Asked, stdin: Callable[[], bytes]) -> Imported:
    """The Projects of foreign documents, and the proof of what is the same. Writes nothing."""
    found = Findings()
    inputs = found.of(read_inputs(asked.paths, stdin))
    platform = found.of(platform_of(asked.root, asked.clusters, list(inputs.texts)))
    if found.worst() is Severity.ERROR:
        return Imported("", inputs.given, None, (), found.all, inputs.shown)
    made = make_projects(inputs.given, inputs.texts, platform, asked.wanted)
    if made.value is None and any(one.code.id == UNKNOWN_REFERENCE.id for one in made.found):
        around = documents_around([one.document for one in inputs.given], platform)
        made = make_projects(inputs.given, inputs.texts, platform, asked.wanted, around)
    projects = found.of(made)
    if projects is None or found.worst() is Severity.ERROR:
        texts = {**inputs.shown, **({FILE: projects.text} if projects else {})}
        return Imported("", inputs.given, projects, (), levelled(found.all, platform), texts)
    pairs = compare(projects)
    found.add(conclude(projects, pairs))
    return Imported(projects.text, inputs.given, projects, pairs, levelled(found.all, platform), inputs.shown)
