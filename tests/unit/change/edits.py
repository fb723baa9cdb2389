"""The table of edits: what is changed in a spec, and what that does to every object that is not the same afterwards.

`edits/*.yaml` has them. `docs/verdicts.md` is written from the same files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.unit.change.repos import REPOS

ROOT = Path(__file__).parent / "edits"


class Replaced(NamedTuple):
    """A text in a file, and what stands there instead."""

    file: str
    was: str
    now: str

    def within(self, files: Mapping[str, str]) -> dict[str, str]:
        """The repo with it replaced.

        Raises: ValueError, where the text is not there just once.
        """
        text = files[self.file]
        if text.count(self.was) != 1:
            raise ValueError(f"{self.was!r} is {text.count(self.was)} times in {self.file}")
        return {**files, self.file: text.replace(self.was, self.now)}


class Edit(NamedTuple):
    """A change of a repo."""

    group: str
    name: str
    """What is done, in a few words."""

    repo: str
    """Which of `REPOS` it starts from."""

    given: tuple[Replaced, ...]
    """How that repo is otherwise on both sides."""

    change: Replaced
    does: Mapping[str, list[str]]
    """Verdict -> targets."""

    @property
    def before(self) -> Mapping[str, str]:
        """The repo as it is."""
        files = REPOS[self.repo]
        for one in self.given:
            files = one.within(files)
        return files

    @property
    def after(self) -> Mapping[str, str]:
        """The repo as it will be."""
        return self.change.within(self.before)

    @property
    def verdicts(self) -> dict[str, str]:
        """Target -> verdict, of every object that is not the same afterwards."""
        return {target: verdict for verdict, targets in self.does.items() for target in targets}


def _read(file: Path) -> Iterator[Edit]:
    for one in yaml.load(file.read_text("utf-8"), yaml.CSafeLoader):
        given = tuple(_replaced(each) for each in one.get("given", ()))
        yield Edit(file.stem, one["name"], one["repo"], given, _replaced(one), one["does"])


def _replaced(one: Mapping[str, Any]) -> Replaced:
    return Replaced(one.get("file", "hydra.yaml"), one["was"], one["now"])


GROUPS = ("storage", "runs", "services", "clusters", "documents-storage", "documents-jobs", "documents-ray", "documents-kserve")  # fmt: skip
"""The files, in the order in which people read them."""

EDITS = tuple(edit for group in GROUPS for edit in _read(ROOT / f"{group}.yaml"))
