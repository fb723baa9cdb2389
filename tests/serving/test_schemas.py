"""The servers' own schemas take what is right, and name what is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.serving

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: `make test-serving`")
pytest.importorskip("tritonclient.grpc", reason="Triton's client is not installed: `make test-serving`")

from tests.serving.ray_schema import check_llm_config, check_serve_config  # noqa: E402
from tests.serving.triton_config import check_config  # noqa: E402

LLM: Mapping[str, Any] = {
    "model_loading_config": {"model_id": "chat", "model_source": "/mnt/model/bgg8h5cct2/data"},
    "engine_kwargs": {"tensor_parallel_size": 1},
    "deployment_config": {"num_replicas": 2, "max_ongoing_requests": 64},
}
SERVE = """
proxy_location: EveryNode
http_options: {port: 8000}
applications:
  - name: chat
    route_prefix: /
    import_path: a:b
    runtime_env: {env_vars: {A: b}}
    deployments:
      - name: Model
        max_ongoing_requests: 8
        autoscaling_config: {min_replicas: 1, max_replicas: 2, target_ongoing_requests: 4}
        ray_actor_options: {num_cpus: 4, num_gpus: 1}
"""
TRITON = """
name: "chat"
backend: "python"
max_batch_size: 0
input [ { name: "prompt" data_type: TYPE_STRING dims: [ 1 ] } ]
output [ { name: "text" data_type: TYPE_STRING dims: [ -1 ] } ]
instance_group [ { count: 1 kind: KIND_GPU } ]
model_transaction_policy { decoupled: true }
parameters { key: "model" value { string_value: "/mnt/model/bgg8h5cct2/data" } }
"""

MISTAKES = [
    ("import_path: a:b", "import_path: a", "import_path"),
    ("    import_path: a:b\n", "", "import_path: Field required"),
    ("proxy_location: EveryNode", "proxy_location: Everywhere", "proxy_location"),
    ("proxy_location: EveryNode", "target_capacity: 120", "target_capacity"),
    ("max_ongoing_requests: 8", "max_ongoing_requests: 0", "max_ongoing_requests"),
    ("max_ongoing_requests: 8", "num_replicas: 0", "num_replicas"),
    ("max_ongoing_requests: 8", "num_replicas: 2", "num_replicas"),
    ("num_gpus: 1", "num_gpus: -1", "num_gpus"),
    ("{env_vars: {A: b}}", "{working_dir: ./here}", "working_dir"),
    # What it lets pass.
    ("proxy_location:", "proxy_locatoin:", "proxy_locatoin: unknown key"),
    ("{port: 8000}", "{prot: 8000}", "http_options.prot: unknown key"),
    ("route_prefix:", "route:", "applications.0.route: unknown key"),
    ("max_ongoing_requests:", "max_concurrent_queries:", "deployments.0.max_concurrent_queries: unknown key"),
    ("num_cpus:", "cpus:", "ray_actor_options.cpus: unknown key"),
    ("min_replicas:", "min:", "autoscaling_config.min: unknown key"),
    ("target_ongoing_requests", "target_num_ongoing_requests_per_replica", "per_replica: unknown key"),
    ("min_replicas: 1", "min_replicas: 3", "autoscaling_config"),
    ("max_replicas: 2", "max_replicas: 2, initial_replicas: 3", "autoscaling_config"),
    ("target_ongoing_requests: 4", "target_ongoing_requests: 0", "target_ongoing_requests"),
    # What it finds when it deploys, or never.
    ("route_prefix: /", "route_prefix: chat", "applications.0.route_prefix"),
    ("route_prefix: /", "route_prefix: /chat/", "applications.0.route_prefix"),
    ("      - name: Model\n", "      - name: Model\n      - name: Model\n", "`Model` stands there twice"),
    ("num_gpus: 1", "num_gpus: 1.5", "num_gpus"),
    ("env_vars:", "env:", "applications.0.runtime_env.env: unknown key"),
    ("{A: b}", "{A: 1}", "applications.0.runtime_env"),
    ("{num_cpus: 4", "{runtime_env: {pipp: []}, num_cpus: 4", "ray_actor_options.runtime_env.pipp: unknown key"),
]


def with_llm(config: Mapping[str, Any]) -> str:
    """A `serveConfigV2` of Ray's LLM application."""
    application = {"name": "chat", "route_prefix": "/", "import_path": "ray.serve.llm:build_openai_app"}
    return yaml.safe_dump({"applications": [application | {"args": {"llm_configs": [config]}}]})


def test_ray_takes_what_is_right() -> None:
    assert check_serve_config(SERVE) == []
    assert check_serve_config(with_llm(LLM)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "said"), MISTAKES, ids=[f"{a.strip()}->{b.strip()}" for a, b, _ in MISTAKES]
)
def test_ray_names_a_mistake(right: str, wrong: str, said: str) -> None:
    assert right in SERVE
    found = check_serve_config(SERVE.replace(right, wrong, 1))
    assert [problem for problem in found if said in problem], found


def test_ray_names_two_applications_of_one_name_or_route() -> None:
    application = yaml.safe_load(SERVE)["applications"][0]
    for other in (application | {"route_prefix": "/b"}, application | {"name": "b"}):
        assert check_serve_config(yaml.safe_dump({"applications": [application, other]}))


@pytest.mark.parametrize("text", ["a: [", "- a", ""])
def test_text_that_is_no_map_is_named(text: str) -> None:
    assert check_serve_config(text)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ({"resources_per_bundle": {"GPU": 1}}, "resources_per_bundle"),
        ({"model_loading_config": {"model_id": "chat", "source": "/a"}}, "model_loading_config.source"),
        ({"model_loading_config": {"model_source": "/a"}}, "model_loading_config.model_id"),
        ({"accelerator_type": "A1000"}, "accelerator_type"),
        ({"lora_config": {"dynamic_lora_loading_path": "/mnt/adapters"}}, "lora_config"),
        ({"deployment_config": {"autoscaling_config": {"min_replicas": 3, "max_replicas": 1}}}, "deployment_config"),
        ({"deployment_config": {"max_concurrent_queries": 3}}, "deployment_config.max_concurrent_queries: unknown key"),
        ({"deployment_config": {"autoscaling_config": {"min": 1}}}, "autoscaling_config.min: unknown key"),
    ],
    ids=str,
)
def test_rays_llm_configuration_names_a_mistake(mistake: dict[str, Any], said: str) -> None:
    assert check_llm_config(LLM) == []
    assert [problem for problem in check_llm_config({**LLM, **mistake}) if said in problem]
    found = check_serve_config(with_llm({**LLM, **mistake}))
    assert [
        problem for problem in found if problem.startswith("applications.0.args.llm_configs.0.") and said in problem
    ]


def test_the_arguments_of_the_transformers_application_are_checked() -> None:
    text = (
        "applications: [{name: a, import_path: 'openai_transformers:build', args: {model_id: chat, model_sorce: /a}}]"
    )
    assert len(check_serve_config(text)) == 2
    assert check_serve_config(text.replace("sorce", "source")) == []


def test_triton_takes_what_is_right() -> None:
    assert check_config(TRITON) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("max_batch_size", "max_batchsize", 4),
        ("TYPE_STRING", "TYPE_TEXT", 5),
        ("KIND_GPU", "GPU", 7),
        ("count: 1", 'count: "1"', 7),
        ("decoupled: true", "decoupled: true, stream: true", 8),
    ],
)
def test_triton_names_a_mistake_and_its_line(right: str, wrong: str, line: int) -> None:
    (problem,) = check_config(TRITON.replace(right, wrong, 1))
    assert problem.startswith(f"{line}:")
