"""Jsonnet in Rust: a function from a project's values to its objects, a file each, as `jsonnet -m` does."""

from __future__ import annotations

import json
from pathlib import Path

from bench.inputs import Inputs, expression
from bench.peers.base import Made
from bench.setup import PYTHON, directory
from bench.timing import Command

ENVIRONMENT = "rjsonnet"

PROGRAM = """\
import json, os, rjsonnet

os.mkdir("out")
for path, text in json.loads(rjsonnet.evaluate_file("main.jsonnet")).items():
    with open(f"out/{path}", "w") as file:
        file.write(text)
"""

MAIN = """\
local objects(a) = {template};
local path(one) = one.metadata.namespace + '-' + one.metadata.name + '-' + one.kind + '.yaml';
{{
  [path(one)]: std.manifestYamlDoc(one, quote_keys=false) + '\\n'
  for a in import 'values.json' for one in objects(a)
}}
"""


def prepare(folder: Path, inputs: Inputs) -> Made:
    """One program and its values."""
    (folder / "values.json").write_text(json.dumps(inputs.values))
    (folder / "main.jsonnet").write_text(MAIN.format(template=expression(inputs.template)))
    (folder / "program.py").write_text(PROGRAM)
    result = folder / "out"
    return Made(Command([str(directory(ENVIRONMENT) / PYTHON), "program.py"], folder, removed=(result,)), result)
