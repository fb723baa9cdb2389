"""The container of an Inference's predictor: program, variables, port."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from compiler.diagnostics import Diagnostic, Staged
from compiler.dialects import cpod_inference_problems as problems
from compiler.dialects.cpodoperator.expanding import TooLongError, expanded
from compiler.dialects.cpodoperator.predictors import STORAGE_URI
from compiler.dialects.cpodoperator.variables import environment_of
from compiler.dialects.kubeflow_pods import entries, number
from compiler.spec.checked import language, trusted_part

if TYPE_CHECKING:
    import jsonschema_rs

    from compiler.dialects.cpodoperator.predictors import Predictor
    from compiler.linking.workload import Environment

PORT = "API_PORT"
"""Variable that the operator's images take their port from."""

MOST = 1 << 20
"""Characters of all variables of a container, and of its program: etcd takes objects of 1.5 MiB."""

USUAL_PORT = 8080
"""Where KServe sends requests to, if a container says nothing."""


class Container(NamedTuple):
    """What runs."""

    image: str
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    environment: Environment
    port: int


def container_of(predictor: Predictor) -> Staged[Container | None]:
    """The container as a service has it; None with what Hydra does not carry over."""
    environment = _environment(predictor)
    given = predictor.container
    found = [*environment.found]
    lines: dict[str, tuple[str, ...]] = {}
    for field in ("command", "args"):
        line = _line(predictor, field, environment.value)
        lines[field] = line.value
        found += line.found
    if not given.get("image"):
        found.append(problems.not_carried(predictor.below(key=True), "a container without an image"))
    if any(one.level.label == "error" for one in found):
        return Staged(None, found)
    port = _port(predictor, environment.value)
    return Staged(Container(str(given["image"]), lines["command"], lines["args"], environment.value, port), found)


def _environment(predictor: Predictor) -> Staged[Environment]:
    """The variables, without the one that tells KServe what to load, and with references to others replaced."""
    at = predictor.below("env")
    found: list[Diagnostic] = []
    variables: list[Any] = []
    for index, one in entries(predictor.container, "env"):
        if not _variable().is_valid(one):
            found.append(problems.not_carried(at.child(index), "this kind of variable"))
        else:
            variables.append(trusted_part("CPodJob", "EnvVar", dict(one)))
    read = environment_of(variables, at)
    found += read.found
    made: dict[str, Any] = {}
    left = MOST
    for name, value in read.value.items():
        staged = _expanded(value, made, predictor, "env", left)
        found += staged.found
        made[name] = staged.value
        left -= len(staged.value) if isinstance(staged.value, str) else 0
    made.pop(STORAGE_URI, None)
    return Staged(made, found)


def _line(predictor: Predictor, field: str, environment: Environment) -> Staged[tuple[str, ...]]:
    line: list[str] = []
    found: list[Diagnostic] = []
    left = MOST
    for one in predictor.container.get(field) or ():
        staged = _expanded(one, environment, predictor, field, left)
        found += staged.found
        line.append(str(staged.value))
        left -= len(line[-1])
    return Staged(tuple(line), found)


def _expanded(value: Any, known: Environment, predictor: Predictor, field: str, most: int) -> Staged[Any]:
    if not isinstance(value, str):
        return Staged(value)
    try:
        return Staged(expanded(value, known, most))
    except TooLongError:
        what = f"`{field}` that comes to more than {MOST:,} characters"
        return Staged(value, [problems.not_carried(predictor.below(field, key=True), what)])
    except KeyError as error:
        what = f"`$({error.args[0]})`, a variable whose value is no text"
        return Staged(value, [problems.not_carried(predictor.below(field, key=True), what)])


def _port(predictor: Predictor, environment: Environment) -> int:
    listed = next((number(one.get("containerPort")) for _, one in entries(predictor.container, "ports")), None)
    return listed or number(environment.get(PORT)) or USUAL_PORT


@cache
def _variable() -> jsonschema_rs.Validator:
    import jsonschema_rs

    definitions = language("CPodJob").records.document["$defs"]
    return jsonschema_rs.validator_for({"$defs": definitions, "$ref": "#/$defs/EnvVar"})
