"""Take one fine-tuning to its ready marker, whatever happened to this pod before.

The same text for every fine-tuning: what differs stands in the JSON file that the command line names.
A step that is done leaves a file and is not done again; what is half written is never taken for whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RENDEZVOUS = ("PET_", "MASTER_ADDR", "MASTER_PORT", "WORLD_SIZE", "RANK")
LOCKS: list[Any] = []
CHILDREN: list[subprocess.Popen[bytes] | None] = []
SIGNALS: list[int] = []


def main(file: str) -> int:
    """Train, publish, merge; the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    plan = json.loads(Path(file).read_text())
    run = Path(plan["directory"])
    ready = run / "ready.json"
    last = run / "merged.json" if "merge" in plan else ready
    leads = os.environ.get("HYDRA_REPLICA", "0") == "0"
    if leads and not (stands(ready) and stands(last)):
        run.mkdir(parents=True, exist_ok=True)
        take_lock(run / "lock")
    if stands(ready):
        say(f"{ready} stands, nothing to train")
    elif code := train_and_publish(plan, run, ready, leads):
        return code
    if not leads:
        return wait_for(last, plan["publishSeconds"])
    if not stands(last) and (code := merge(plan, run, last)):
        return code
    for checkpoint in (run / plan["training"]).glob("checkpoint-*"):
        shutil.rmtree(checkpoint, ignore_errors=True)
    return 0


def train_and_publish(plan: dict[str, Any], run: Path, ready: Path, leads: bool) -> int:
    """Train, and as the first replica say that the result is whole."""
    training = run / plan["training"]
    code = train(plan, training, leads)
    if code or not leads:
        return code
    if not holds_something(training):
        say(f"training ended well, and {training} is empty")
        return 1
    publish(run, ready, plan["ready"], plan["mode"])
    return 0


def train(plan: dict[str, Any], training: Path, leads: bool) -> int:
    """Train from the last whole checkpoint, or from the start."""
    remove_stale_locks()
    if leads:
        if not plan["resumes"] and training.exists():
            say("this training cannot be resumed, it begins anew")
            shutil.rmtree(training, ignore_errors=True)
        remove_other_layout(training, plan["layout"])
        remove_unfinished(training)
    code = call(plan["train"], dict(os.environ))
    if code:
        say(f"training failed with exit code {code}")
    return code


def merge(plan: dict[str, Any], run: Path, last: Path) -> int:
    """Merge the adapter, alone: the other processes have ended."""
    partial, merged = run / "merged.partial", run / "merged"
    for left in (partial, merged):
        shutil.rmtree(left, ignore_errors=True)
    alone = {key: value for key, value in os.environ.items() if not key.startswith(RENDEZVOUS)}
    code = call(plan["merge"], alone)
    if code:
        say(f"merging failed with exit code {code}")
        return code
    if not holds_something(partial):
        say(f"merging ended well, and {partial} is empty")
        return 1
    partial.rename(merged)
    publish(run, last, plan["merged"], plan["mode"])
    return 0


def publish(run: Path, marker: Path, content: dict[str, Any], mode: str) -> None:
    """Write the marker, last. Weights are written for their owner alone; others of the group may serve them."""
    readable = int(mode, 8) & 0o044 | 0o040
    for directory, _, names in os.walk(run):
        open_for(directory, readable | readable >> 2)
        for name in names:
            open_for(os.path.join(directory, name), readable)
    os.sync()
    write(marker, content)
    say(f"{marker} written")


def open_for(path: str, bits: int) -> None:
    """Add to a mode. A link is left alone, and so is what is another one's or has gone."""
    try:
        mode = os.lstat(path).st_mode
        if not stat.S_ISLNK(mode) and mode & bits != bits:
            os.chmod(path, stat.S_IMODE(mode) | bits)
    except OSError as problem:
        say(f"the mode of {path} stays as it is ({problem.strerror})")


def holds_something(directory: Path) -> bool:
    """Whether a result is there."""
    return directory.is_dir() and any(directory.iterdir())


def take_lock(path: Path) -> None:
    """Wait for the pod that this one replaces: both may live for some seconds."""
    lock = open(path, "a")
    LOCKS.append(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as problem:
        say(f"this volume has no locks, going on without one ({problem})")


def remove_other_layout(training: Path, layout: str) -> None:
    """Checkpoints whose states are parted in another way cannot be resumed from: begin anew, and say so."""
    noted = training.with_name("layout")
    if noted.is_file() and noted.read_text() != layout and training.exists():
        say(f"checkpoints of `{noted.read_text()}` cannot be resumed as `{layout}`, removed")
        shutil.rmtree(training, ignore_errors=True)
    noted.write_text(layout)


def remove_unfinished(training: Path) -> None:
    """Leave only what training can resume from: the trainer writes a checkpoint's state file last."""
    whole = False
    for checkpoint in training.glob("checkpoint-*"):
        if stands(checkpoint / "trainer_state.json"):
            whole = True
        else:
            say(f"{checkpoint} is incomplete, removed")
            shutil.rmtree(checkpoint, ignore_errors=True)
    if not whole:
        shutil.rmtree(training, ignore_errors=True)


def remove_stale_locks() -> None:
    """A killed build of a torch extension leaves a lock in the pod's scratch; the next one would wait for ever."""
    extensions, scratch = Path(os.environ.get("TORCH_EXTENSIONS_DIR", "/")), Path(os.environ.get("HOME", "/"))
    if scratch not in extensions.parents:
        return
    for lock in extensions.glob("**/lock"):
        if lock.is_file():
            lock.unlink(missing_ok=True)


def wait_for(marker: Path, seconds: int) -> int:
    """The operator calls an elastic job done when any worker is: leave only after the marker."""
    deadline = time.monotonic() + seconds
    while not stands(marker):
        if time.monotonic() > deadline:
            say(f"{marker} is missing after {seconds} s")
            return 1
        time.sleep(5)
    return 0


def call(command: list[str], environment: dict[str, str]) -> int:
    """Run a program. Told to stop, it may have saved what it had and end well, which is not the end of its work."""
    say("running " + " ".join(command))
    heard = len(SIGNALS)
    CHILDREN.append(None)  # about to run: a signal waits until there is someone to hear it
    try:
        child = subprocess.Popen(command, env=environment)
    except OSError as problem:
        say(f"cannot run {command[0]}: {problem.strerror}")
        return 127
    CHILDREN[:] = [child]
    for number in SIGNALS[heard:]:
        child.send_signal(number)
    code = child.wait()
    CHILDREN.clear()
    if SIGNALS and code == 0:
        return 128 + SIGNALS[-1]
    return code if code >= 0 else 128 - code


def stop(number: int, frame: Any) -> None:
    """A signal goes to the program that runs; without one it ends this process, which as the first of its container
    would otherwise not hear it."""
    del frame
    SIGNALS.append(number)
    for child in CHILDREN:
        if child is not None:
            child.send_signal(number)
    if not CHILDREN:
        sys.exit(128 + number)


def stands(path: Path) -> bool:
    """Whether a marker is there, and not empty."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def write(path: Path, value: dict[str, Any]) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def say(text: str) -> None:
    """A line of the log."""
    print("hydra: " + text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
