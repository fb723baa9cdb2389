"""Kapitan: a target a project, Jinja2 templates, two processes. Jinja2 is the fastest of its inputs."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from bench.inputs import Inputs
from bench.peers.base import Made
from bench.setup import directory
from bench.timing import Command

ENVIRONMENT = "kapitan"

CLASS = {
    "parameters": {
        "target_name": "${_reclass_:name:short}",
        "kapitan": {
            "vars": {"target": "${target_name}"},
            "compile": [
                {"output_path": ".", "input_type": "jinja2", "input_paths": ["components/app"], "output_type": "plain"}
            ],
        },
    }
}


def prepare(folder: Path, inputs: Inputs) -> Made:
    """An inventory, and a template a kind of object."""
    for path in ("inventory/classes", "inventory/targets", "components/app"):
        (folder / path).mkdir(parents=True)
    (folder / "inventory/classes/app.yml").write_text(yaml.safe_dump(CLASS))
    for values in inputs.values:
        target = {"classes": ["app"], "parameters": {"app": values}}
        (folder / f"inventory/targets/{values['app']}.yml").write_text(yaml.safe_dump(target))
    for number, one in enumerate(inputs.template):
        (folder / f"components/app/object-{number}.yml").write_text(_template(one, inputs.values[0]))
    result = folder / "compiled"
    program = str(directory(ENVIRONMENT) / "bin" / "kapitan")
    return Made(Command([program, "compile", "-p", "2"], folder, removed=(result,)), result)


def _template(one: object, names: dict[str, str]) -> str:
    text = "{% raw %}" + yaml.dump(json.loads(json.dumps(one)), Dumper=yaml.CSafeDumper, sort_keys=False, width=10**6)
    for name in names:
        text = text.replace(f"@{name}@", "{% endraw %}{{ inventory.parameters.app." + name + " }}{% raw %}")
    return text + "{% endraw %}\n"
