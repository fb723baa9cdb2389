"""CONDA: an environment, built once and used by every pod that mounts it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from compiler.sources.base import Option, Placement, Reading, Source, SourceType

PREFIX = "/opt/baize-runtime-env"
"""Where environments are built. The path is baked into them, so consumers mount the volume there."""

SCRATCH = "20Gi"
"""Room for an environment while it is built."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_PYTHON = re.compile(r"[0-9]+(\.[0-9]+){0,2}")
_PREFIX = re.compile(r"/(opt|home|srv|data|mnt|workspace)(/[\w.-]+)+", re.ASCII)
_TAKEN = ("/opt/conda", "/opt/hadoop", "/opt/java", "/opt/hydra", "/mnt/volume")
_REPLACED = ("python=", "pip=", "ipykernel=", "nb_conda_kernels=")
_ADDED = ("pip", "ipykernel", "nb_conda_kernels", "notebook")
_CHANNELS = ("defaults", "conda-forge")


def read(reading: Reading) -> Source:
    """The environment's name, Python version and packages.

    `environment.yaml` and `requirements.txt`, which the Dataset reference names, are taken for the option names that
    its controller reads.
    """
    options = dict(reading.options)
    written = options.get("condaEnvironmentYml") or options.get("environment.yaml") or ""
    requirements = options.get("pipRequirementsTxt") or options.get("requirements.txt") or ""
    name, python = options.get("name", ""), options.get("pythonVersion", "")
    if not reading.verbatim:  # the original reads nothing of the URI
        name = name or reading.uri.host
        python = python or dict(parse_qsl(reading.uri.query)).get("python", "")
    if not _NAME.fullmatch(name):
        reading.problem("`name` is missing or does not name an environment.", "Add `name`.", reading.absent("name"))
    if not _PYTHON.fullmatch(python):
        reading.problem(
            "`pythonVersion` is missing or not a version.",
            'Add `pythonVersion`, such as `"3.11"`.',
            reading.absent("pythonVersion"),
        )
    prefix = options.get("condaPrefixDir", PREFIX)
    if not _PREFIX.fullmatch(prefix) or ".." in prefix or prefix.startswith(_TAKEN):
        reading.problem(
            f"`{prefix}` cannot hold environments.",
            "Write an absolute path of its own, such as `/opt/envs`.",
            reading.absent("condaPrefixDir"),
        )
    environment = _environment(reading, written, name, python, f"{prefix}/{name}/conda/envs/{name}")
    files = {"environment.yaml": written, "requirements.txt": requirements}
    files = {file: text for file, text in files.items() if text.strip()}
    content = {"environment": environment, "requirements": requirements}
    fields = {
        "name": name,
        "prefix": prefix,
        "requirements": "yes" if requirements.strip() else "",
        "index": options.get("pipIndexUrl", ""),
        "extraIndex": options.get("pipExtraIndexUrl", ""),
    }
    return Source(
        SOURCE,
        reading.uri.bare,
        fields,
        content,
        files={**files, "hydra-environment.yaml": environment},
        loader="conda",
        scratch={prefix: SCRATCH},
    )


def _environment(reading: Reading, text: str, name: str, python: str, prefix: str) -> str:
    """The environment file as the original loader completes it, in block YAML."""
    given: dict[str, Any] = {}
    if text.strip():
        given = _parsed(reading, text)
    dependencies = given.get("dependencies", [])
    if not isinstance(dependencies, list):
        reading.problem("`dependencies` of the environment file is not a list.", "Write a list.", _option(reading))
        dependencies = []
    kept = [one for one in dependencies if not (isinstance(one, str) and one.startswith(_REPLACED))]
    from compiler.emission.yaml_text import dump

    return dump(
        {
            "name": name,
            "prefix": prefix,
            "channels": given.get("channels") or list(_CHANNELS),
            "dependencies": [*kept, f"python={python}", *_ADDED],
        }
    )


def _parsed(reading: Reading, text: str) -> dict[str, Any]:
    from compiler.source.document import SourceFile
    from compiler.source.reading import documents

    read_back = documents(SourceFile("environment.yaml", text))
    if read_back.found or len(read_back.value) != 1:
        wrong = read_back.found[0].wrong if read_back.found else "It is not one YAML document."
        reading.problem(f"The environment file cannot be read: {wrong}", "Write one YAML mapping.", _option(reading))
        return {}
    return dict(read_back.value[0].value)


def _option(reading: Reading) -> str:
    return "condaEnvironmentYml" if "condaEnvironmentYml" in reading.options else "environment.yaml"


SOURCE = SourceType(
    name="CONDA",
    summary="A conda environment",
    form="conda://<name>?python=<version>",
    schemes=("conda",),
    placement=Placement.LOADED,
    read=read,
    options={
        "name": Option("Name of the environment."),
        "pythonVersion": Option("Version of Python."),
        "condaEnvironmentYml": Option("Content of environment.yaml."),
        "environment.yaml": Option("The same."),
        "pipRequirementsTxt": Option("Content of requirements.txt."),
        "requirements.txt": Option("The same."),
        "pipIndexUrl": Option("Index that pip uses.", content=False),
        "pipExtraIndexUrl": Option("Further index that pip uses.", content=False),
        "condaPrefixDir": Option("Directory that the environment is built in and mounted at."),
    },
    short=(),
)
