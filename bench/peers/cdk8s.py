"""cdk8s on Node: a chart a project, a file a chart."""

from __future__ import annotations

import json
from pathlib import Path

from bench.inputs import Inputs, expression
from bench.peers.base import Made
from bench.setup import directory
from bench.timing import Command

ENVIRONMENT = "cdk8s"

MAIN = """\
const {{ App, Chart, ApiObject }} = require('cdk8s');
const objects = (a) => {template};
const app = new App({{ outdir: 'out' }});
for (const a of require('./values.json')) {{
  const chart = new Chart(app, a.app);
  objects(a).forEach((one, index) => new ApiObject(chart, `object-${{index}}`, one));
}}
app.synth();
"""


def prepare(folder: Path, inputs: Inputs) -> Made:
    """One program and its values."""
    (folder / "values.json").write_text(json.dumps(inputs.values))
    (folder / "main.js").write_text(MAIN.format(template=expression(inputs.template)))
    result = folder / "out"
    modules = {"NODE_PATH": str(directory(ENVIRONMENT) / "node_modules")}
    return Made(Command(["node", "main.js"], folder, modules, removed=(result,)), result)
