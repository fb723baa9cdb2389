"""The keys of Ray Serve that documents are held against are those of Ray's own models."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.dialects.rayoperator import keys

pytestmark = pytest.mark.serving


def names(model: Any) -> set[str]:
    """The keys that a model of Ray reads."""
    return set(model.model_fields)


def test_every_key_of_ray_is_known() -> None:
    config = pytest.importorskip("ray.serve.config")
    schema = pytest.importorskip("ray.serve.schema")
    assert names(schema.ServeDeploySchema) == keys.TOP
    assert names(schema.DeploymentSchema) == keys.DEPLOYMENT
    assert names(schema.RayActorOptionsSchema) == keys.ACTOR
    assert names(schema.LoggingConfig) == keys.LOGGING
    assert names(schema.gRPCOptionsSchema) == keys.GRPC
    assert names(config.AutoscalingConfig) == keys.AUTOSCALING
    # One that earlier releases read, and those that only `serve.start` reads.
    assert names(schema.ServeApplicationSchema) == keys.APPLICATION - {"docs_path"}
    assert names(config.HTTPOptions) | names(schema.HTTPOptionsSchema) == keys.HTTP


def test_every_key_of_a_language_model_is_known() -> None:
    models = pytest.importorskip("ray.llm._internal.serve.core.configs.llm_config")
    assert names(models.LLMConfig) == keys.LLM


def test_former_names_are_those_that_ray_no_longer_reads() -> None:
    for former, today in keys.RENAMED.items():
        assert former not in keys.DEPLOYMENT | keys.AUTOSCALING
        assert today in keys.DEPLOYMENT | keys.AUTOSCALING
