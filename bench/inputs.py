"""What peers are given: Hydra's own objects of one project as a template, and the values of every project.

The template is Hydra's output for the first project, with what is that project's own replaced by `@name@`. Digests in
names and paths come from a table: peers are not asked to compute them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench import workload

Object = dict[str, Any]
Key = tuple[str, str, str]


class Inputs(NamedTuple):
    """What N projects come to, in the form that a template language can work from."""

    template: list[Object]
    """Four objects with `@name@` for what differs between projects."""

    values: list[dict[str, str]]
    """By project: what stands for each `@name@`."""

    tree: Path
    """The output directory of Hydra."""


def objects(text: str) -> list[Object]:
    """The objects of a YAML stream."""
    return [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one]


def key(one: Object) -> Key:
    """What tells two objects apart."""
    return one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


def files(tree: Path) -> Iterator[tuple[str, Object]]:
    """Hydra's objects with their paths; what it writes for kustomize is not counted."""
    for path in sorted(tree.rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield path.relative_to(tree).as_posix(), objects(path.read_text())[0]


def of_tree(tree: Path, count: int) -> Inputs:
    """The inputs for what Hydra compiled N projects to. Raises ValueError where the template does not give the same."""
    by_app: dict[str, list[Object]] = {}
    for _, one in files(tree):
        by_app.setdefault(one["metadata"]["labels"]["app.kubernetes.io/part-of"], []).append(one)
    values = [_values(number, by_app[workload.app(number)]) for number in range(count)]
    template = [_templated(one, values[0]) for one in by_app[workload.app(0)]]
    for number in range(count):
        if [filled(one, values[number]) for one in template] != by_app[workload.app(number)]:
            raise ValueError(f"the template does not give Hydra's objects of {workload.app(number)}")
    return Inputs(template, values, tree)


def _values(number: int, made: list[Object]) -> dict[str, str]:
    known = workload.parameters(number)
    values = {"app": known["app"], "namespace": known["namespace"], "revision": known["revision"]}
    values |= {"data": f"{known['data']}Gi", "weights": f"{known['weights']}Gi"}
    for one in made:
        if one["kind"] == "Job":
            entry = "base" if "-base-" in one["metadata"]["name"] else "tickets"
            environment = one["spec"]["template"]["spec"]["containers"][0]["env"]
            marker = next(pair["value"] for pair in environment if pair["name"] == "HYDRA_MARKER")
            values[f"job_{entry}"] = one["metadata"]["name"].rpartition("-")[2]
            values[f"run_{entry}"] = marker.split("/")[-2]
    return values


def _templated(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _templated(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_templated(item, values) for item in value]
    if not isinstance(value, str):
        return value
    for name, text in sorted(values.items(), key=lambda pair: -len(pair[1])):
        # Sizes are short, and other fields have the same digits.
        if name not in {"data", "weights"} or value == text:
            value = value.replace(text, f"@{name}@")
    return value


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The template with a project's values."""
    text = json.dumps(value)
    for name, one in values.items():
        text = text.replace(f"@{name}@", one)
    return json.loads(text)


def expression(value: Any, *, variable: str = "a", constants: Mapping[bool, str] | None = None) -> str:
    """The template as source text that jsonnet, KCL and JavaScript all read: values are joined with `+`."""
    known = constants or {True: "true", False: "false"}
    if isinstance(value, dict):
        pairs = (
            f"{json.dumps(name)}: {expression(item, variable=variable, constants=known)}"
            for name, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(expression(item, variable=variable, constants=known) for item in value) + "]"
    if isinstance(value, bool):
        return known[value]
    if not isinstance(value, str) or "@" not in value:
        return json.dumps(value)
    return _joined(value, variable)


def _joined(text: str, variable: str) -> str:
    pieces: list[str] = []
    for place, piece in enumerate(_split(text)):
        if piece:
            pieces.append(f"{variable}.{piece}" if place % 2 else json.dumps(piece))
    return " + ".join(pieces)


def _split(text: str) -> list[str]:
    """Text, name, text, name, text. An `@` that is no placeholder stays text."""
    return re.split(r"@([a-z_]+)@", text)
