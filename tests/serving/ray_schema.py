"""What Ray itself says about configurations: its own models, made strict where they let keys and values pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from ray._common.ray_option_utils import validate_actor_options
from ray.runtime_env import RuntimeEnv
from ray.serve._private.utils import validate_route_prefix
from ray.serve.schema import ServeDeploySchema

from compiler.planning.serving.apps.openai_transformers import Settings

try:
    from ray.llm._internal.serve.core.configs.llm_config import LLMConfig
except ImportError:  # no public name: another version of Ray may have it elsewhere
    LLMConfig = None

LLM_ARGUMENTS = frozenset({"llm_configs", "ingress_cls_config", "ingress_deployment_config"})
"""Fields of Ray's `LLMServingArgs`, which cannot be imported without vLLM."""


def check_serve_config(text: str) -> list[str]:
    """What is wrong with a `serveConfigV2`, where and why; nothing is a configuration that Ray runs as it is meant.

    Beyond Ray's schema: unknown keys at every level, models that stand behind a plain map (`autoscaling_config`), and
    what Ray refuses only when it deploys (routes, options of actors, runtime environments, arguments of its LLM
    application).
    """
    try:
        config = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        return [str(problem)]
    if not isinstance(config, Mapping):
        return ["the document is not a map"]
    found = [*_problems(ServeDeploySchema, config, ""), *_unknown(ServeDeploySchema, config, "")]
    return found or [
        problem
        for number, application in enumerate(config["applications"])
        for problem in _deployed(application, f"applications.{number}")
    ]


def check_llm_config(config: Mapping[str, Any]) -> list[str]:
    """What is wrong with one of the `llm_configs` of Ray's LLM application. `engine_kwargs` are not Ray's to know.

    Raises: RuntimeError, where this version of Ray does not have the model.
    """
    if LLMConfig is None:
        raise RuntimeError("this version of Ray has its LLMConfig elsewhere")
    deployment = config.get("deployment_config", {})
    return [
        *_problems(LLMConfig, config, ""),
        *_unknown(LLMConfig, config, ""),
        *_of_deployment({"name": "llm", **deployment}, "deployment_config"),
    ]


def _problems(model: type[BaseModel], value: Any, where: str) -> Iterator[str]:
    """What a model says of a value."""
    try:
        model.model_validate(value)
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            yield f"{_path(where, *error['loc'])}: {error['msg']}"


def _unknown(model: type[BaseModel], value: Any, where: str) -> Iterator[str]:
    """Keys that no model has, at every depth. A model that may be given as a plain map is asked about its values."""
    if not isinstance(value, Mapping):
        return
    aliases = {field.alias: field for field in model.model_fields.values() if field.alias}
    fields = {**model.model_fields, **aliases}
    for key, one in value.items():
        here = _path(where, key)
        if key not in fields:
            yield f"{here}: unknown key"
            continue
        inner = _model_in(fields[key].annotation)
        if inner is None:
            continue
        for at, item in enumerate(one) if isinstance(one, list) else [(None, one)]:
            place = here if at is None else _path(here, at)
            if isinstance(item, Mapping):
                yield from _problems(inner, item, place) if _may_be_map(fields[key].annotation) else ()
                yield from _unknown(inner, item, place)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `list[Model] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)


def _may_be_map(annotation: Any) -> bool:
    """Whether a plain map is as good as the model."""
    return get_origin(annotation) is dict or any(_may_be_map(one) for one in get_args(annotation))


def _deployed(application: Mapping[str, Any], where: str) -> Iterator[str]:
    """What Ray finds only when it deploys an application, or never."""
    route = application.get("route_prefix", "/")
    yield from _tried(f"{where}.route_prefix", validate_route_prefix, route)
    yield from _of_environment(application.get("runtime_env", {}), f"{where}.runtime_env")
    deployments = application.get("deployments", [])
    names = [one["name"] for one in deployments]
    yield from (
        f"{where}.deployments: `{name}` stands there twice" for name in sorted(set(names)) if names.count(name) > 1
    )
    for number, deployment in enumerate(deployments):
        yield from _of_options(
            deployment.get("ray_actor_options", {}), f"{where}.deployments.{number}.ray_actor_options"
        )
    arguments = ARGUMENTS.get(application["import_path"])
    if arguments:
        yield from arguments(application.get("args", {}), f"{where}.args")


def _of_deployment(deployment: Mapping[str, Any], where: str) -> Iterator[str]:
    """A deployment's settings that stand outside of `deployments`."""
    config = {"applications": [{"name": "a", "import_path": "a:b", "deployments": [dict(deployment)]}]}
    prefix = "applications.0.deployments.0"
    found = check_serve_config(yaml.safe_dump(config))
    yield from (problem.replace(prefix, where, 1) for problem in found)


def _of_options(options: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from _of_environment(options.get("runtime_env", {}), f"{where}.runtime_env")
    yield from _tried(where, lambda: validate_actor_options(dict(options), in_options=False))
    # Checked only by a node, when the replica is placed: https://docs.ray.io/en/latest/ray-core/scheduling/resources.html
    if (cards := options.get("num_gpus") or 0) > 1 and cards != int(cards):
        yield f"{where}.num_gpus: more than one card is a whole number of cards"


def _of_environment(environment: Mapping[str, Any], where: str) -> Iterator[str]:
    yield from (f"{where}.{key}: unknown key" for key in sorted(environment.keys() - RuntimeEnv.known_fields))
    yield from _tried(where, lambda: RuntimeEnv(**environment))


def _of_llm(args: Mapping[str, Any], where: str) -> Iterator[str]:
    """The arguments of Ray's LLM application."""
    yield from (f"{where}.{key}: unknown key" for key in sorted(args.keys() - LLM_ARGUMENTS))
    configs = args.get("llm_configs")
    if not configs:
        yield f"{where}.llm_configs: missing"
    for number, config in enumerate(configs or ()):
        yield from (f"{where}.llm_configs.{number}.{problem}" for problem in check_llm_config(config))


def _of_transformers(args: Mapping[str, Any], where: str) -> Iterator[str]:
    """The arguments of this project's application."""
    return _problems(Settings, args, where)


ARGUMENTS: Mapping[str, Callable[[Mapping[str, Any], str], Iterable[str]]] = {
    "ray.serve.llm:build_openai_app": _of_llm,
    "openai_transformers:build": _of_transformers,
}


def _tried(where: str, check: Any, *values: Any) -> Iterator[str]:
    try:
        check(*values)
    except (TypeError, ValueError) as problem:
        yield f"{where}: {problem}"


def _path(*parts: Any) -> str:
    return ".".join(str(part) for part in parts if part != "")
