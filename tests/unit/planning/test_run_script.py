"""The script that takes a fine-tuning to its marker, with fake programs in place of the trainer."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiler.planning.finetuning.script import RUN

DIGEST = "6h8828fk56"
WAITING = "while :; do sleep 0.05; done"


class Pod:
    """A pod of a fine-tuning: its output volume, its files, and fake programs that note their calls."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = root / "output" / "runs" / DIGEST
        self.adapter = self.run / "adapter"
        self.log = root / "log"
        self.seconds = 60
        self.layout = "whole"
        self.resumes = True
        self.merges = False
        (root / "output").mkdir()
        (root / "run.py").write_text(RUN, "utf-8")
        self.program("train", 'mkdir -p "$RUN/adapter"; echo weights >"$RUN/adapter/adapter.safetensors"')
        self.program("merge", 'mkdir "$RUN/merged.partial"; echo merged >"$RUN/merged.partial/model.safetensors"')

    def program(self, name: str, script: str) -> None:
        """A fake program."""
        path = self.root / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"$LOG"\n{script}\n', "utf-8")
        path.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What was run, a line a call."""
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []

    @property
    def plan(self) -> dict[str, Any]:
        """What `run.py` is told."""
        marker = {"run": DIGEST, "of": "support-bot/finetunes/tickets-lora"}
        told: dict[str, Any] = {
            "run": DIGEST,
            "directory": str(self.run),
            "training": "adapter",
            "train": [str(self.root / "train"), "train.yaml"],
            "publishSeconds": self.seconds,
            "layout": self.layout,
            "resumes": self.resumes,
            "mode": "0774",
            "ready": {**marker, "path": "adapter"},
        }
        if self.merges:
            told |= {"merge": [str(self.root / "merge"), "merge.yaml"], "merged": {**marker, "path": "merged"}}
        return told

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start the script as the pod would."""
        file = self.root / "run.json"
        file.write_text(json.dumps(self.plan), "utf-8")
        return subprocess.Popen(
            [sys.executable, self.root / "run.py", file],
            env={"PATH": os.environ["PATH"], "LOG": str(self.log), "RUN": str(self.run), **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def go(self, **environment: str) -> tuple[int, str]:
        """Run it to its end: exit status and output."""
        process = self.start(**environment)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def checkpoint(self, step: int, *, whole: bool) -> Path:
        """A checkpoint of an earlier pod's."""
        path = self.adapter / f"checkpoint-{step}"
        path.mkdir(parents=True)
        (path / "optimizer.pt").write_text("state")
        if whole:
            (path / "trainer_state.json").write_text("{}")
        return path


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that happens within a minute."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_training_leaves_its_marker_last(pod: Pod) -> None:
    status, output = pod.go()
    assert status == 0
    assert json.loads((pod.run / "ready.json").read_text()) == pod.plan["ready"]
    assert output.splitlines()[-1] == f"hydra: {pod.run}/ready.json written"
    assert pod.calls == ["train train.yaml"]
    assert not list(pod.run.glob("*.partial"))


def test_a_run_that_is_done_is_not_done_again(pod: Pod) -> None:
    pod.go()
    status, output = pod.go()
    assert (status, output) == (0, f"hydra: {pod.run}/ready.json stands, nothing to train\n")
    assert pod.calls == ["train train.yaml"]


def test_results_are_readable_for_the_group(pod: Pod) -> None:
    pod.program("train", 'umask 0077; mkdir -p "$RUN/adapter"; echo w >"$RUN/adapter/adapter.safetensors"')
    pod.go()
    assert stat.S_IMODE((pod.adapter / "adapter.safetensors").stat().st_mode) == 0o644
    assert stat.S_IMODE(pod.adapter.stat().st_mode) == 0o755


def test_a_training_that_fails_fails_the_pod_and_leaves_no_marker(pod: Pod) -> None:
    pod.program("train", "exit 3")
    status, output = pod.go()
    assert (status, output.splitlines()[-1]) == (3, "hydra: training failed with exit code 3")
    assert not (pod.run / "ready.json").exists()


def test_a_training_that_is_killed_for_its_memory(pod: Pod) -> None:
    pod.program("train", "kill -KILL $$")
    assert pod.go()[0] == 137
    assert not (pod.run / "ready.json").exists()


def test_a_trainer_that_is_not_in_the_image(pod: Pod) -> None:
    (pod.root / "train").unlink()
    status, output = pod.go()
    assert status == 127
    assert "cannot run" in output


def test_an_empty_marker_is_none(pod: Pod) -> None:
    pod.run.mkdir(parents=True)
    (pod.run / "ready.json").touch()
    assert pod.go()[0] == 0
    assert pod.calls == ["train train.yaml"]


def test_training_goes_on_from_what_is_whole(pod: Pod) -> None:
    whole, torn = pod.checkpoint(200, whole=True), pod.checkpoint(400, whole=False)
    pod.program("train", f'test -d "{whole}" && ! test -d "{torn}"')
    status, output = pod.go()
    assert status == 0
    assert f"hydra: {torn} is incomplete, removed" in output


def test_training_begins_again_where_nothing_is_whole(pod: Pod) -> None:
    pod.checkpoint(200, whole=False)
    (pod.adapter / "leftover.json").write_text("{}")
    pod.program("train", 'test ! -d "$RUN/adapter" && mkdir "$RUN/adapter" && echo weights >"$RUN/adapter/weights"')
    assert pod.go()[0] == 0


def test_checkpoints_of_another_layout_are_not_resumed_from(pod: Pod) -> None:
    pod.program("train", "exit 1")
    pod.layout = "zero2 of 8 processes"
    pod.go()
    whole = pod.checkpoint(200, whole=True)
    assert pod.go()[0] == 1
    assert whole.exists()
    pod.layout = "zero2 of 16 processes"
    _, output = pod.go()
    assert not whole.exists()
    assert "checkpoints of `zero2 of 8 processes` cannot be resumed as `zero2 of 16 processes`" in output


def test_what_cannot_be_resumed_begins_anew(pod: Pod) -> None:
    whole = pod.checkpoint(200, whole=True)
    pod.resumes = False
    pod.program("train", "exit 1")
    pod.go()
    assert not whole.exists()


def test_a_program_that_leaves_nothing_has_not_trained(pod: Pod) -> None:
    pod.program("train", "exit 0")
    status, output = pod.go()
    assert (status, output.splitlines()[-1]) == (1, f"hydra: training ended well, and {pod.adapter} is empty")
    assert not (pod.run / "ready.json").exists()


def test_links_in_a_result_are_left_alone(pod: Pod) -> None:
    outside = pod.root / "outside"
    outside.write_text("x")
    outside.chmod(0o600)
    made = 'mkdir "$RUN/adapter"; echo weights >"$RUN/adapter/weights"'
    pod.program("train", f'{made}; ln -s nowhere "$RUN/adapter/latest"; ln -s "{outside}" "$RUN/adapter/other"')
    assert pod.go()[0] == 0
    assert outside.stat().st_mode & 0o777 == 0o600


def test_a_leading_replica_alone_removes_checkpoints(pod: Pod) -> None:
    torn = pod.checkpoint(400, whole=False)
    (pod.run / "ready.json").write_text("")
    pod.program("train", f'test -d "{torn}"; code=$?; echo "{{}}" >"$RUN/ready.json"; exit $code')
    assert pod.go(HYDRA_REPLICA="1")[0] == 0
    assert torn.exists()


def test_locks_of_a_killed_build_are_removed(pod: Pod) -> None:
    lock = pod.root / "extensions" / "py311_cu124" / "fused_adam" / "lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert pod.go(TORCH_EXTENSIONS_DIR=str(pod.root / "extensions"))[0] == 0
    assert not lock.exists()


def test_merging_ends_in_a_marker_of_its_own_and_clears_checkpoints(pod: Pod) -> None:
    pod.merges = True
    pod.checkpoint(200, whole=True)
    status, _ = pod.go()
    assert status == 0
    assert json.loads((pod.run / "merged.json").read_text()) == pod.plan["merged"]
    assert (pod.run / "merged" / "model.safetensors").read_text() == "merged\n"
    assert sorted(one.name for one in pod.run.iterdir()) == [
        "adapter",
        "layout",
        "lock",
        "merged",
        "merged.json",
        "ready.json",
    ]
    assert not list(pod.adapter.glob("checkpoint-*"))
    assert pod.calls == ["train train.yaml", "merge merge.yaml"]


def test_merging_is_alone_in_its_world(pod: Pod) -> None:
    pod.merges = True
    pod.program("merge", 'env >"$RUN/env"; mkdir "$RUN/merged.partial"; echo merged >"$RUN/merged.partial/weights"')
    pod.program("train", 'env >"$RUN/env-of-training"; mkdir "$RUN/adapter"; echo weights >"$RUN/adapter/weights"')
    assert pod.go(PET_NNODES="2", MASTER_ADDR="x", MASTER_PORT="1", WORLD_SIZE="2", RANK="0")[0] == 0
    merging, training = ((pod.run / name).read_text() for name in ("env", "env-of-training"))
    for name in ("PET_", "MASTER_", "WORLD_SIZE", "RANK="):
        assert name in training
        assert name not in merging


def test_merging_asked_for_later_trains_nothing(pod: Pod) -> None:
    pod.go()
    pod.merges = True
    assert pod.go()[0] == 0
    assert pod.calls == ["train train.yaml", "merge merge.yaml"]


def test_a_merge_that_fails_is_done_again_and_the_training_is_not(pod: Pod) -> None:
    pod.merges = True
    pod.program("merge", 'mkdir "$RUN/merged.partial"; exit 4')
    assert pod.go()[0] == 4
    assert (pod.run / "ready.json").exists()
    assert not (pod.run / "merged.json").exists()
    pod.program("merge", 'mkdir "$RUN/merged.partial"; echo merged >"$RUN/merged.partial/model.safetensors"')
    assert pod.go()[0] == 0
    assert pod.calls == ["train train.yaml", "merge merge.yaml", "merge merge.yaml"]


def test_checkpoints_stand_until_the_merge_is_done(pod: Pod) -> None:
    pod.merges = True
    whole = pod.checkpoint(200, whole=True)
    pod.program("merge", "exit 1")
    pod.go()
    assert whole.exists()


def test_other_replicas_leave_after_the_last_marker(pod: Pod) -> None:
    pod.merges = True
    process = pod.start(HYDRA_REPLICA="1")
    until(lambda: pod.calls == ["train train.yaml"])
    # The first replica makes the directory; where it is later than this one, there is none yet.
    pod.run.mkdir(parents=True, exist_ok=True)
    (pod.run / "ready.json").write_text("{}")
    time.sleep(0.5)
    assert process.poll() is None
    (pod.run / "merged.json").write_text("{}")
    assert process.wait(30) == 0
    assert pod.calls == ["train train.yaml"]


def test_another_replica_gives_up(pod: Pod) -> None:
    pod.seconds = 0
    status, output = pod.go(HYDRA_REPLICA="1")
    assert (status, output.splitlines()[-1]) == (1, f"hydra: {pod.run}/ready.json is missing after 0 s")


def test_another_replica_that_waits_can_be_stopped(pod: Pod) -> None:
    process = pod.start(HYDRA_REPLICA="1")
    until(lambda: pod.calls == ["train train.yaml"])
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143


def test_the_pod_that_this_one_replaces_is_waited_for(pod: Pod) -> None:
    pod.program(
        "train",
        'touch "$RUN/started"; while ! test -e "$RUN/go"; do sleep 0.05; done; mkdir -p "$RUN/adapter"; echo weights >"$RUN/adapter/weights"',
    )
    first = pod.start()
    until((pod.run / "started").exists)
    second = pod.start()
    time.sleep(0.5)
    assert pod.calls == ["train train.yaml"]
    (pod.run / "go").touch()
    assert (first.wait(30), second.wait(30)) == (0, 0)
    assert pod.calls == ["train train.yaml"]


def test_termination_reaches_the_trainer(pod: Pod) -> None:
    pod.program("train", f'trap "touch \\"$RUN/saved\\"; exit 5" TERM\ntouch "$RUN/started"\n{WAITING}')
    process = pod.start()
    until((pod.run / "started").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 5
    assert (pod.run / "saved").exists()
    assert not (pod.run / "ready.json").exists()


def test_a_trainer_that_was_told_to_stop_is_not_done(pod: Pod) -> None:
    pod.program("train", f'trap "exit 0" TERM\ntouch "$RUN/started"\n{WAITING}')
    process = pod.start()
    until((pod.run / "started").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert not (pod.run / "ready.json").exists()


def test_the_script_holds_nothing_that_flux_would_replace() -> None:
    assert "${" not in RUN
