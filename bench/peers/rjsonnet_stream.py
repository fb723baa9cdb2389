"""Jsonnet in Rust, with all objects in one YAML stream: less than Hydra writes, for whoever wants no more."""

from __future__ import annotations

import json
from pathlib import Path

from bench.inputs import Inputs, expression
from bench.peers.base import Made
from bench.setup import PYTHON, directory
from bench.timing import Command

ENVIRONMENT = "rjsonnet"

PROGRAM = """\
import json, rjsonnet

with open("out.yaml", "w") as file:
    file.write(json.loads(rjsonnet.evaluate_file("main.jsonnet")))
"""

MAIN = """\
local objects(a) = {template};
std.manifestYamlStream([one for a in import 'values.json' for one in objects(a)], quote_keys=false)
"""


def prepare(folder: Path, inputs: Inputs) -> Made:
    """One program and its values."""
    (folder / "values.json").write_text(json.dumps(inputs.values))
    (folder / "main.jsonnet").write_text(MAIN.format(template=expression(inputs.template)))
    (folder / "program.py").write_text(PROGRAM)
    return Made(Command([str(directory(ENVIRONMENT) / PYTHON), "program.py"], folder), folder / "out.yaml")
