"""`kubectl kustomize` over the tree that Hydra wrote: it generates nothing, it reads and writes."""

from __future__ import annotations

import shutil
from pathlib import Path

from bench.inputs import Inputs
from bench.peers.base import Made
from bench.setup import directory
from bench.timing import Command

ENVIRONMENT = "kustomize"


def prepare(folder: Path, inputs: Inputs) -> Made:
    """A copy of the tree, which has a `kustomization.yaml` in every directory."""
    shutil.copytree(inputs.tree, folder / "tree")
    cluster = next(path for path in (folder / "tree").iterdir() if path.is_dir())
    result = folder / "out.yaml"
    program = str(directory(ENVIRONMENT) / "bin" / "kubectl")
    return Made(Command([program, "kustomize", str(cluster)], folder, output=result), result)
