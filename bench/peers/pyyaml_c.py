"""PyYAML's C dumper: objects that are already built, a file each. The least that a Python program has to do."""

from __future__ import annotations

import pickle
from pathlib import Path

from bench.inputs import Inputs, files
from bench.peers.base import Made
from bench.setup import PYTHON, directory
from bench.timing import Command

ENVIRONMENT = "pyyaml_c"

PROGRAM = """\
import os, pickle, sys, yaml

with open(sys.argv[1], "rb") as file:
    objects = pickle.load(file)
made = set()
for path, body in objects:
    path = os.path.join(sys.argv[2], path)
    folder = os.path.dirname(path)
    if folder not in made:
        os.makedirs(folder, exist_ok=True)
        made.add(folder)
    with open(path, "w") as file:
        yaml.dump(body, file, Dumper=yaml.CSafeDumper, sort_keys=False, default_flow_style=False)
"""


def prepare(folder: Path, inputs: Inputs) -> Made:
    """The objects as Hydra made them, pickled, since loading them is not what is measured."""
    (folder / "objects.pickle").write_bytes(pickle.dumps(list(files(inputs.tree))))
    (folder / "program.py").write_text(PROGRAM)
    result = folder / "out"
    python = str(directory(ENVIRONMENT) / PYTHON)
    command = Command([python, "program.py", "objects.pickle", "out"], folder, removed=(result,))
    return Made(command, result)
