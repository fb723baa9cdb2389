"""The script around a training job's program, in a real shell."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from compiler.planning.job_script import JOB
from tests.unit.lowering.local import SHELL

READY = '{"run": "kbbk9tm772", "of": "support-bot/jobs/pretrain"}'


class Pod:
    """A pod of a job: a directory for the marker, and one of fake programs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "state"
        self.marker = self.state / "ready.json"
        self.programs = root / "programs"
        for one in (self.state, self.programs):
            one.mkdir()

    def program(self, name: str, script: str) -> None:
        """A fake program."""
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def start(self, *command: str, replica: str = "0", seconds: int = 3600) -> subprocess.Popen[str]:
        """Start the script around a program, as the kubelet would."""
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "ROOT": str(self.root),
            "HYDRA_MARKER": str(self.marker),
            "HYDRA_READY": READY,
            "HYDRA_PUBLISH_SECONDS": str(seconds),
            "HYDRA_REPLICA": replica,
        }
        return subprocess.Popen(
            [*SHELL, "-c", JOB, "job", *command],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def run(self, *command: str, replica: str = "0", seconds: int = 3600) -> tuple[int, str]:
        """Run it to its end: exit status and output."""
        process = self.start(*command, replica=replica, seconds=seconds)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that happens within a minute."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_program_that_ends_well_leaves_a_marker(pod: Pod) -> None:
    status, output = pod.run("sh", "-c", "echo trained")
    assert status == 0
    assert output == f"trained\nhydra: done, {pod.marker} written\n"
    assert pod.marker.read_text() == READY + "\n"
    assert list(pod.state.iterdir()) == [pod.marker]


def test_where_the_marker_stands_nothing_is_run(pod: Pod) -> None:
    pod.marker.write_text(READY)
    assert pod.run("sh", "-c", "echo trained") == (0, f"hydra: {pod.marker} stands, nothing to run\n")


def test_an_empty_marker_is_none(pod: Pod) -> None:
    pod.marker.touch()
    status, output = pod.run("sh", "-c", "echo trained")
    assert (status, output.splitlines()[0]) == (0, "trained")


@pytest.mark.parametrize("code", [1, 7, 128, 130, 143, 255])
def test_a_failure_keeps_its_code_and_leaves_no_marker(pod: Pod, code: int) -> None:
    assert pod.run("sh", "-c", f"exit {code}") == (code, f"hydra: the program failed with exit code {code}\n")
    assert not pod.marker.exists()


def test_a_program_that_is_killed_for_its_memory_says_so(pod: Pod) -> None:
    pod.program("train", "kill -KILL $$")
    status, output = pod.run("train")
    assert status == 137
    assert output.splitlines()[-1] == "hydra: the program failed with exit code 137"
    assert not pod.marker.exists()


def test_a_program_that_is_not_there(pod: Pod) -> None:
    assert pod.run("no-such-program")[0] == 127
    assert not pod.marker.exists()


def test_arguments_are_handed_on_as_they_are(pod: Pod) -> None:
    words = ["two words", "$(touch /tmp/x)", "`id`", "", "*", "-n", "a\nb"]
    status, output = pod.run("sh", "-c", 'printf "[%s]" "$@"', "program", *words)
    assert status == 0
    assert output.startswith("".join(f"[{word}]" for word in words))


def test_termination_reaches_the_program(pod: Pod) -> None:
    pod.program(
        "train",
        'trap "echo saving >\\"$ROOT/saved\\"; exit 3" TERM\ntouch "$ROOT/started"\nwhile :; do sleep 0.05; done',
    )
    process = pod.start("train")
    until((pod.root / "started").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 3
    assert (pod.root / "saved").read_text() == "saving\n"
    assert not pod.marker.exists()


def test_a_program_that_was_told_to_stop_is_not_done(pod: Pod) -> None:
    pod.program("train", 'trap "exit 0" TERM\ntouch "$ROOT/started"\nwhile :; do sleep 0.05; done')
    process = pod.start("train")
    until((pod.root / "started").exists)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "stopped" in output
    assert not pod.marker.exists()


def test_a_program_that_dies_of_the_signal(pod: Pod) -> None:
    pod.program("train", 'touch "$ROOT/started"\nexec sleep 50')
    process = pod.start("train")
    until((pod.root / "started").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    assert not pod.marker.exists()


def test_a_program_that_takes_its_time_to_stop_is_waited_for(pod: Pod) -> None:
    pod.program(
        "train",
        'trap "sleep 0.5; touch \\"$ROOT/saved\\"; exit 5" TERM\ntouch "$ROOT/started"\nwhile :; do sleep 0.05; done',
    )
    process = pod.start("train")
    until((pod.root / "started").exists)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 5
    assert (pod.root / "saved").exists()


def test_other_replicas_leave_after_the_marker(pod: Pod) -> None:
    pod.program("sleep", f'printf "%s" "{{}}" >"{pod.marker}"')
    assert pod.run("true", replica="1") == (0, "")
    assert pod.marker.read_text() == "{}"


def test_other_replicas_give_up(pod: Pod) -> None:
    pod.program("sleep", ":")
    status, output = pod.run("true", replica="1", seconds=1)
    assert (status, output) == (1, f"hydra: {pod.marker} is missing after 1 s\n")


def test_other_replicas_fail_by_themselves(pod: Pod) -> None:
    assert pod.run("sh", "-c", "exit 4", replica="2")[0] == 4


def test_another_replica_that_waits_can_be_stopped(pod: Pod) -> None:
    process = pod.start("true", replica="1")
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143


def test_a_marker_that_cannot_be_written_is_a_failure(pod: Pod) -> None:
    pod.marker = pod.root / "no-such-directory" / "ready.json"
    assert pod.run("true")[0] != 0


def test_the_script_holds_nothing_that_flux_or_the_kubelet_would_replace() -> None:
    assert "${" not in JOB
    assert "$$" not in JOB
    assert "$(" not in JOB.replace("$((", "")
