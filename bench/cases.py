"""What is measured: each case is a process, and what is done before it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

from bench import compare, inputs, setup, timing, workload
from bench.peers.base import Made, Peer
from bench.timing import Command

REPO = Path(__file__).resolve().parents[1]
HYDRA = (sys.executable, "-m", "compiler")
IMPORTS = "import click, yaml, pydantic"
PEERS = ("pyyaml_c", "rjsonnet", "rjsonnet_stream", "kcl", "cdk8s", "kapitan", "kustomize")


class Case(NamedTuple):
    """A process that is measured."""

    name: str
    command: Command
    runs: int
    """At most: rounds after these are without it."""

    before: Callable[[], None] | None = None
    """Done before each run, unmeasured."""

    limit: int = 600
    """Seconds after which it is killed."""


class Bench:
    """Makes cases below a working directory."""

    def __init__(self, place: Path, quick: bool) -> None:
        self.place = place
        self.runs = 3 if quick else 7
        self.quick = quick
        self.skipped: dict[str, str] = {}

    def hydra(self) -> list[Case]:
        """Hydra in all sizes, and what its start is compared with."""
        python = (sys.executable, "-c")
        cases = [
            Case("python -c pass", self._command(self.place, (*python, "pass")), self.runs * 2),
            Case("imports", self._command(self.place, (*python, IMPORTS)), self.runs * 3),
            Case("hydra --help", self._command(self.place, (*HYDRA, "--help")), self.runs * 3),
            self._cold(1, self.runs * 3),
            self._cold(100, self.runs),
            self._cold(1000, self.runs),
            self._cold(1000, self.runs, "datasets"),
            self._cold(1000, self.runs, "finetunes"),
        ]
        if not self.quick:
            cases.append(self._cold(5000, 3))
        warm = self._repo("warm", 1000)
        timing.measure(self._compile(warm))
        cases += [
            Case("hydra unchanged 1000", self._compile(warm), self.runs),
            Case("hydra --check 1000", self._compile(warm, "--check"), self.runs),
        ]
        changed = self._repo("changed", 1000)
        timing.measure(self._compile(changed))
        cases.append(Case("hydra one changed of 1000", self._compile(changed), self.runs, _Edit(changed)))
        committed = self._repo("committed", 1000)
        timing.measure(self._compile(committed))
        _commit(committed)
        told = self._command(committed, (*HYDRA, "diff"))
        cases.append(Case("hydra diff of one in 1000", told, self.runs, _Edit(committed)))
        return cases

    def peers(self, wanted: tuple[str, ...]) -> list[Case]:
        """Peers with the objects that Hydra made of 1,000 projects; those that differ from Hydra's are left out."""
        sizes = {count: self.given(count) for count in (1, 100, 1000)}
        return [case for peer in wanted if (case := self._peer(peer, sizes)) is not None]

    def given(self, count: int) -> inputs.Inputs:
        """What N projects come to."""
        repo = self._repo(f"given-{count}", count)
        timing.measure(self._compile(repo))
        return inputs.of_tree(repo / "rendered", count)

    def _peer(self, peer: str, sizes: dict[int, inputs.Inputs]) -> Case | None:
        if not setup.installed(_module(peer).ENVIRONMENT):
            self.skipped[peer] = "not installed: run `python -m bench.setup`"
            return None
        try:
            for count in (1, 100):
                made = self._made(peer, sizes[count], count)
                timing.measure(made.command)
                wrong = compare.differences(made.result, sizes[count].tree)
                if wrong:
                    self.skipped[peer] = f"{wrong} objects of {count} projects differ from Hydra's"
                    return None
        except timing.RunError as failure:
            self.skipped[peer] = str(failure)
            return None
        runs = {"kapitan": 2, "kustomize": 1}.get(peer, self.runs)
        return Case(f"{peer} 1000", self._made(peer, sizes[1000], 1000).command, runs, limit=300)

    def _made(self, peer: str, given: inputs.Inputs, count: int) -> Made:
        folder = self.place / f"{peer}-{count}"
        folder.mkdir()
        return _module(peer).prepare(folder, given)

    def _cold(self, count: int, runs: int, kind: str = "") -> Case:
        name = " ".join(part for part in ("hydra cold", str(count), kind) if part)
        repo = self._repo(name.replace(" ", "-"), count, kind or "projects")
        removed = (repo / "rendered", repo / ".hydra")
        return Case(name, self._compile(repo)._replace(removed=removed), runs)

    def _repo(self, name: str, count: int, kind: str = "projects") -> Path:
        return workload.write(self.place / name, count, kind)

    def _compile(self, repo: Path, *options: str) -> Command:
        return self._command(repo, (*HYDRA, "compile", *options))

    def _command(self, directory: Path, arguments: tuple[str, ...]) -> Command:
        return Command(arguments, directory, {"PYTHONPATH": os.fspath(REPO)})


def _module(peer: str) -> Peer:
    return cast("Peer", importlib.import_module(f"bench.peers.{peer}"))


def _commit(repo: Path) -> None:
    """The repo as the first commit of a git of its own."""
    someone = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    for arguments in (("init", "-q"), ("add", "-A"), (*someone, "commit", "-qm", "all")):
        subprocess.run(["git", "-C", str(repo), *arguments], check=True, capture_output=True)


class _Edit:
    """Asks for one project's dataset again, by its round: its claim stays, its Job is another one."""

    def __init__(self, repo: Path) -> None:
        self.file = repo / "teams" / workload.app(500) / "hydra.yaml"
        self.text = self.file.read_text()
        self.round = 1

    def __call__(self) -> None:
        self.round += 1
        line = "    secret: s3-readonly\n"
        self.file.write_text(self.text.replace(line, f"{line}    round: {self.round}\n"))
