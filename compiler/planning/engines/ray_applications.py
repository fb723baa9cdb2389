"""`serveConfigV2` of a RayService: Ray Serve LLM, or an application of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.linking.serving import Scale
from compiler.planning.engines.base import Choice
from compiler.planning.serving.arguments import keywords
from compiler.planning.serving.context import settings_of
from compiler.planning.serving.pods import cores_of

if TYPE_CHECKING:
    from compiler.library.entries.runtime import Ray

ONGOING = 64
"""Requests that a replica holds at once at least; what is beyond waits at the proxy."""

DEFAULT_CONCURRENCY = 8
"""Requests at once of a replica, where nothing is said."""


def serve_config(choice: Choice, context: dict[str, Any], ray: Ray) -> dict[str, Any]:
    """The configuration of Ray Serve.

    Raises: compiler.library.plain.TemplateFault, with the place in the runtime's entry.
    """
    application: dict[str, Any] = {
        "name": choice.service.key[1],
        "route_prefix": "/",
        "import_path": ray.import_path,
        **FORMS[ray.form](choice, context, ray),
    }
    return {"applications": [application]}


def _llm(choice: Choice, context: dict[str, Any], ray: Ray) -> dict[str, Any]:
    model = context["model"]
    config = {
        "model_loading_config": {"model_id": model["name"], "model_source": model["path"]},
        "engine_kwargs": {**settings_of(ray.args, context), **keywords(choice.arguments)},
        "deployment_config": _number(choice),
    }
    return {"args": {"llm_configs": [config]}}


def _application(choice: Choice, context: dict[str, Any], ray: Ray) -> dict[str, Any]:
    needs: dict[str, Any] = {"num_cpus": cores_of(choice)}
    if not choice.processors:
        needs["num_gpus"] = choice.plan.per_node
    args = {**settings_of(ray.args, context), **keywords(choice.arguments)}
    return {"args": args, "deployments": [{"name": ray.deployment, **_number(choice), "ray_actor_options": needs}]}


FORMS = {"llm": _llm, "application": _application}


def _number(choice: Choice) -> dict[str, Any]:
    """How many replicas a deployment has, and how many requests each of them holds."""
    scale, ongoing = deployment_of(choice)
    if scale.fixed:
        return {"num_replicas": scale.least, "max_ongoing_requests": ongoing}
    bounds = {"min_replicas": scale.least, "max_replicas": scale.most, "target_ongoing_requests": scale.value}
    return {"autoscaling_config": bounds, "max_ongoing_requests": ongoing}


def deployment_of(choice: Choice) -> tuple[Scale, int]:
    """The scale with its target, and requests that a replica holds at once: twice the target, so that waves queue there."""
    scale = choice.service.scale
    value = scale.value if scale.value is not None else DEFAULT_CONCURRENCY
    return scale._replace(metric="concurrency", value=value), max(ONGOING, 2 * value)
