"""`serveConfigV2`: applications of Ray Serve, which nobody looks into before a cluster runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any, NamedTuple, TypeGuard

from compiler.diagnostics import Diagnostic
from compiler.dialects.kubeflow_pods import entries, mapping, text
from compiler.dialects.rayoperator import keys, problems
from compiler.dialects.rayoperator.texts import Inside, Text, loaded
from compiler.source.document import Document, Path

FIELD = "serveConfigV2"

_LLM = "ray.serve.llm:"
_PARTS = (("http_options", keys.HTTP), ("grpc_options", keys.GRPC), ("logging_config", keys.LOGGING))


class _Part(NamedTuple):
    """A mapping of the configuration: where it stands, what it says, what it is called in messages."""

    config: Text
    path: Path
    value: Mapping[str, Any]
    where: str

    def at(self, *path: str | int, key: bool = False) -> Inside:
        """The place of something below it."""
        return self.config.at(*self.path, *path, key=key)

    def below(self, field: str) -> _Part:
        """A mapping in it; an empty one, where there is none."""
        return _Part(self.config, (*self.path, field), mapping(self.value, field), f"`{field}` of {self.where}")


def about_serving(document: Document) -> Iterator[Diagnostic]:
    """What Ray refuses in the applications of a RayService, and what it would ignore."""
    said = mapping(document.value, "spec").get(FIELD)
    at = document.at("spec", FIELD)
    if not isinstance(said, str):
        return
    config = loaded(said, at)
    if isinstance(config, str):
        yield problems.bad_text(at, FIELD, config)
        return
    if not isinstance(config.value.get("applications"), list):
        yield problems.bad_text(at, FIELD, "has no list `applications`")
        return
    whole = _Part(config, (), config.value, f"`{FIELD}`")
    yield from _unknown(whole, keys.TOP)
    for field, known in _PARTS:
        yield from _unknown(whole.below(field), known)
    yield from _applications(config)


def _applications(config: Text) -> Iterator[Diagnostic]:
    names: set[str] = set()
    routes: set[str] = set()
    for index, one in entries(config.value, "applications"):
        name = text(one.get("name", "default"))
        application = _Part(config, ("applications", index), one, f"application `{name}`")
        if name in names:
            wrong = f"Two applications are called `{name}`."
            yield problems.bad_serving(application.at("name"), wrong, "Give each a name of its own.")
        names.add(name)
        yield from _route(application, routes)
        if not text(one.get("import_path")):
            wrong = f"The {application.where} has no `import_path`."
            yield problems.bad_serving(application.at(), wrong, "Write `module:application`.")
        yield from _unknown(application, keys.APPLICATION)
        yield from _deployments(application)
        if text(one.get("import_path")).startswith(_LLM):
            yield from _models(application)


def _route(application: _Part, routes: set[str]) -> Iterator[Diagnostic]:
    route, at = application.value.get("route_prefix", "/"), application.at("route_prefix")
    if not isinstance(route, str):
        return
    if route in routes:
        wrong = f"Two applications have the route `{route}`."
        yield problems.bad_serving(at, wrong, "Give each a `route_prefix` of its own.")
    routes.add(route)
    if not route.startswith("/"):
        wrong = f"The route `{route}` of {application.where} does not begin with `/`."
        yield problems.bad_serving(at, wrong, f"Write `/{route}`.")
    elif route.endswith("/") and route != "/":
        wrong = f"The route `{route}` of {application.where} ends in `/`."
        yield problems.bad_serving(at, wrong, f"Write `{route.rstrip('/') or '/'}`.")


def _deployments(application: _Part) -> Iterator[Diagnostic]:
    names: set[str] = set()
    for index, one in entries(application.value, "deployments"):
        name = text(one.get("name"))
        path = (*application.path, "deployments", index)
        deployment = _Part(application.config, path, one, f"deployment `{name}`")
        if name in names:
            wrong = f"Two deployments of {application.where} are called `{name}`."
            yield problems.bad_serving(deployment.at("name"), wrong, "Remove one of the two.")
        names.add(name)
        yield from _unknown(deployment, keys.DEPLOYMENT)
        yield from _unknown(deployment.below("ray_actor_options"), keys.ACTOR)
        yield from _replicas(deployment)


def _models(application: _Part) -> Iterator[Diagnostic]:
    """Language models that Ray builds the deployments of."""
    for index, one in entries(application.value, "args", "llm_configs"):
        name = text(mapping(one, "model_loading_config").get("model_id"))
        path = (*application.path, "args", "llm_configs", index)
        model = _Part(application.config, path, one, f"model `{name}`")
        yield from _unknown(model, keys.LLM)
        deployment = model.below("deployment_config")
        yield from _unknown(deployment, keys.DEPLOYMENT)
        yield from _replicas(deployment)


def _replicas(deployment: _Part) -> Iterator[Diagnostic]:
    scaling = deployment.below("autoscaling_config")
    fixed = deployment.value.get("num_replicas")
    if fixed is not None and fixed != "auto" and scaling.value:
        wrong = f"The {_plain(deployment)} has `num_replicas` and `autoscaling_config`."
        yield problems.bad_serving(deployment.at("num_replicas"), wrong, "Keep one of the two.")
    if isinstance(fixed, int) and fixed < 1:
        wrong = f"`num_replicas` of {deployment.where} is {fixed}."
        yield problems.bad_serving(deployment.at("num_replicas"), wrong, "Say 1 or more.")
    yield from _limits(scaling, 100 if fixed == "auto" else 1, _plain(deployment))
    yield from _unknown(scaling, keys.AUTOSCALING)


def _limits(scaling: _Part, usual: int, where: str) -> Iterator[Diagnostic]:
    least, most = scaling.value.get("min_replicas", 1), scaling.value.get("max_replicas", usual)
    first = scaling.value.get("initial_replicas")
    if not _is_number(least) or not _is_number(most):
        return
    if least > most:
        at, wrong = scaling.at("min_replicas"), f"The {where} has at least {least} and at most {most} replicas."
        yield problems.bad_serving(at, wrong, f"Say {most} or less, or more for `max_replicas`.")
    elif _is_number(first) and not least <= first <= most:
        wrong = f"The {where} begins with {first} replicas, and has {least} to {most}."
        yield problems.bad_serving(scaling.at("initial_replicas"), wrong, "Say a number of those.")


def _plain(part: _Part) -> str:
    return part.where.replace("`deployment_config` of ", "")


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _unknown(part: _Part, known: Set[str]) -> Iterator[Diagnostic]:
    for key in part.value:
        if key not in known:
            at = part.at(key, key=True)
            yield problems.unknown_key(at, part.where, str(key), known, keys.RENAMED.get(str(key)))
