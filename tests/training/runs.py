"""What a training leaves in its claim, and what it says on the way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

STARTS = re.compile(r"^hydra: running .*torchrun", re.MULTILINE)
RESUMES = re.compile(r"Continuing training from global step (\d+)")


def run_directory(claim: Path) -> Path:
    """The directory of the only run on a claim."""
    (directory,) = (claim / "runs").iterdir()
    return directory


def markers(run: Path) -> list[str]:
    """The names of the markers of a run."""
    return sorted(file.name for file in run.glob("*.json"))


def marker(run: Path, name: str) -> dict[str, Any]:
    """What a marker of a run says."""
    return dict(json.loads((run / name).read_text("utf-8")))


def whole_checkpoints(claim: Path) -> list[Path]:
    """The checkpoints that a training can resume from, the last one last."""
    found = (state.parent for state in claim.glob("runs/*/*/checkpoint-*/trainer_state.json"))
    return sorted(found, key=lambda directory: int(directory.name.rpartition("-")[2]))


def partitions(claim: Path) -> set[str]:
    """The files of DeepSpeed in the checkpoints: ranks that have a part of the optimizer, or of the weights."""
    return {file.name for file in claim.glob("runs/*/*/checkpoint-*/global_step*/*.pt")}


def steps(training: Path) -> int:
    """Optimizer steps that a training has behind it."""
    return int(json.loads((training / "trainer_state.json").read_text("utf-8"))["global_step"])


def resumed_from(log: str) -> list[int]:
    """The steps that trainings went on from, in the order of the log."""
    return [int(match[1]) for match in RESUMES.finditer(log)]


def starts(log: str) -> int:
    """How often training was started."""
    return len(STARTS.findall(log))
