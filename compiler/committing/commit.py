"""Compiles or checks what is about to be committed.

pre-commit takes away what is not staged, but leaves files that Git does not know: a draft of a spec is not compiled here,
and a manifest that was written and not added is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from compiler import pipeline
from compiler.committing.index import Index
from compiler.committing.problems import input_left_out, tree_left_out
from compiler.diagnostics import Diagnostic, Severity, in_source_order
from compiler.emission import present, tree
from compiler.emission.rendering import MARK
from compiler.layout import LIST_NAME, LOCK, SETTINGS
from compiler.repo import Repo, settings_of
from compiler.requests import Outcome, Request
from compiler.source.discovery import discover

if TYPE_CHECKING:
    from compiler.spec.settings import Settings

READ = frozenset({".yaml", ".yml", ".json"})
"""Endings of the files of a library, and of schemas."""


class Commit(NamedTuple):
    """What came of it."""

    outcome: Outcome
    drafts: tuple[str, ...] = ()
    """Specs that Git does not know, and that were left out."""

    lacks: bool = False
    """Whether the commit lacks something, although all of it compiles."""


def commit(request: Request, *, write: bool) -> Commit:
    """Compile what is about to be committed, or check it, and see whether Git has all of it.

    Raises: NoIndexError, where the repo is in no Git repo.
    """
    index = Index(request.root)
    known = index.files()
    settings = settings_of(Repo(request.root)).value
    discovered = discover(request.root, output=settings.output, library=settings.library).value
    drafts = tuple(path for path in discovered.specs if path not in known)
    if drafts:
        request = request._replace(drafts=frozenset(drafts))
    outcome = pipeline.compile_tree(request) if write else pipeline.check_tree(request)
    if any(one.level >= Severity.ERROR for one in outcome.found):
        return Commit(outcome, drafts)
    found = [*left_out(request.root, outcome.inputs, settings, known)]
    forgotten = [] if Path(settings.output).is_absolute() else missed(request.root, settings.output, known, index)
    if forgotten:
        found.append(tree_left_out(settings.output, forgotten))
    return Commit(outcome._replace(found=in_source_order([*outcome.found, *found])), drafts, lacks=bool(found))


def left_out(root: Path, inputs: Iterable[str], settings: Settings, known: frozenset[str]) -> Iterator[Diagnostic]:
    """Everything that was read, or may have been, and that Git does not know."""
    read = {*inputs, *(name for name in (SETTINGS, LOCK) if (root / name).is_file())}
    for directory in (*settings.library, *settings.schemas):
        files = (path for path in (root / directory).rglob("*") if path.suffix in READ and path.is_file())
        read |= {path.relative_to(root).as_posix() for path in files}
    return (input_left_out(path) for path in sorted(read - known))


def missed(root: Path, output: str, known: frozenset[str], index: Index) -> list[str]:
    """Files of the tree that Git lacks, has otherwise, or has still. Of a tree that Git ignores there are none.

    Raises: NoIndexError.
    """
    list_file = f"{output}/{LIST_NAME}"
    if not (root / list_file).is_file() or (list_file not in known and index.ignores(list_file)):
        return []
    listed = {f"{output}/{path}" for path in (LIST_NAME, *tree.previous(root, output).value.files)}
    below = {path for path in known if path.startswith(f"{output}/")}
    left_over = {path for path in below - listed if is_written(root / path)}
    return sorted({*(listed - known), *left_over, *index.changed(output, LOCK)})


def is_written(path: Path) -> bool:
    """Whether a file is one that a compile wrote, by its first line."""
    return (present.read(str(path)) or b"").startswith(MARK.encode())
