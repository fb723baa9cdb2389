"""KCL, by its library: a lambda from a project's values to its objects, written as one YAML stream."""

from __future__ import annotations

import json
from pathlib import Path

from bench.inputs import Inputs, expression
from bench.peers.base import Made
from bench.setup import PYTHON, directory
from bench.timing import Command

ENVIRONMENT = "kcl"

PROGRAM = """\
import kcl_lib.api as api

result = api.API().exec_program(api.ExecProgramArgs(k_filename_list=["main.k"]))
if result.err_message:
    raise SystemExit(result.err_message)
with open("out.yaml", "w") as file:
    file.write(result.yaml_result)
"""

MAIN = """\
import file
import json
import manifests

objects = lambda a {{
    {template}
}}

values = json.decode(file.read("values.json"))
manifests.yaml_stream([one for a in values for one in objects(a)])
"""


def prepare(folder: Path, inputs: Inputs) -> Made:
    """One program and its values."""
    template = expression(inputs.template, constants={True: "True", False: "False"})
    (folder / "values.json").write_text(json.dumps(inputs.values))
    (folder / "main.k").write_text(MAIN.format(template=template))
    (folder / "program.py").write_text(PROGRAM)
    return Made(Command([str(directory(ENVIRONMENT) / PYTHON), "program.py"], folder), folder / "out.yaml")
