"""What the templates of a runtime's entry see, and what they come to."""

from __future__ import annotations

from typing import Any

from compiler.emission.naming import object_name
from compiler.library.settings import render_settings
from compiler.library.templates import render, render_text, render_values
from compiler.linking.workload import FieldPath, SecretKey
from compiler.planning.engines.base import Choice
from compiler.planning.finetuning.config import CONFIG, SCRATCH
from compiler.planning.serving.arguments import written
from compiler.planning.serving.attempts import activation_type
from compiler.planning.serving.pods import cores_of

APPLICATION = "/mnt/application"
"""Where an application that Hydra ships is mounted."""


def context_of(choice: Choice) -> dict[str, Any]:
    """What a runtime's templates see."""
    service, loaded, plan = choice.service, choice.loaded, choice.plan
    path = loaded.model.directory
    return {
        "model": {
            "name": name_of_model(choice) if loaded.alone else f"{service.key[1]}-base",
            "path": path,
            "file": f"{path}/{service.file}" if service.file else None,
            "dtype": activations(choice),
            "stored": loaded.info.dtype,
            "task": loaded.info.task,
            "remote_code": loaded.info.remote_code,
        },
        "service": {
            "name": service.key[1],
            "namespace": service.namespace,
            "project": service.key[0],
            "object": object_name([service.names.job], limit=choice.engine.limit),
        },
        "plan": {
            "tensor": plan.tensor,
            "pipeline": plan.pipeline,
            "nodes": plan.nodes,
            "per_node": plan.per_node,
            "cards": plan.cards,
            "context": plan.context,
            "utilization": plan.utilization,
            "sequences": choice.concurrency,
            "many_cards": plan.tensor > 1,
            "stages": plan.pipeline > 1,
            "processors": choice.processors,
            "threads": cores_of(choice),
            "cache_bytes": _cache(choice),
        },
        "adapters": [{"name": one.name, "path": one.mounted.directory, "rank": one.rank} for one in loaded.adapters],
        "adapter_rank": max((one.rank for one in loaded.adapters), default=0),
        "quantization": choice.given.quantization,
        "port": port_of(choice),
        "config": CONFIG,
        "scratch": SCRATCH,
        "accelerator": {"id": choice.resolved.id, "vendor": choice.vendor},
    }


def name_of_model(choice: Choice) -> str:
    """What requests call the model."""
    return choice.service.served or choice.service.key[1]


def activations(choice: Choice) -> str:
    """The type that is computed with."""
    return activation_type(choice.resolved.pool.card, choice.loaded.info.facts)


def _cache(choice: Choice) -> int:
    """Bytes of the cache on one card; on processors, those that were set aside."""
    part = choice.plan.memory.parts.get("cache")
    if choice.processors and part is not None:
        return part.expected
    return choice.plan.cache_tokens * choice.plan.token_bytes


def port_of(choice: Choice) -> int:
    """The port that the server listens on."""
    return choice.service.port or choice.runtime.port


def command_line(choice: Choice, context: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The program and its arguments: the entry's, then the service's.

    Raises: compiler.library.plain.TemplateFault, with the place in the runtime's entry.
    """
    runtime = choice.runtime
    program = tuple(choice.service.command or runtime.command.program)
    line = render(runtime.command.arguments, context)
    if choice.loaded.adapters and runtime.adapters is not None:
        line += render(runtime.adapters.arguments, context)
    return program, (*line, *written(runtime, choice.arguments), *choice.service.line)


def environment_of(choice: Choice, context: dict[str, Any]) -> dict[str, str | SecretKey | FieldPath]:
    """Environment variables: the entry's, a ModelSpec's, the service's.

    Raises: compiler.library.plain.TemplateFault.
    """
    service, runtime = choice.service, choice.runtime
    environment: dict[str, str | SecretKey | FieldPath] = {
        "HOME": SCRATCH,
        "USER": "hydra",
        **render_values(runtime.environment, context),
        **choice.environment,
        **dict(sorted(service.environment.items())),
    }
    if service.api_key is not None and runtime.key is not None:
        environment[runtime.key] = service.api_key
    return environment


def files_of(choice: Choice, context: dict[str, Any]) -> dict[str, str]:
    """Files that the server reads, by their paths.

    Raises: compiler.library.plain.TemplateFault.
    """
    return {render_text(path, context): render_text(text, context) for path, text in choice.runtime.files.items()}


def settings_of(settings: Any, context: dict[str, Any]) -> dict[str, Any]:
    """Arguments of an application.

    Raises: compiler.library.plain.TemplateFault.
    """
    return render_settings(settings, context)
