"""The servers' own validators take every configuration that is rendered for them."""

from __future__ import annotations

import json

import pytest
import yaml

from compiler.manifest import Body
from tests.golden.served import Served, rendered

pytestmark = pytest.mark.serving

pytest.importorskip("ray.serve", reason="Ray Serve is not installed: `make test-serving`")
pytest.importorskip("tritonclient.grpc", reason="Triton's client is not installed: `make test-serving`")

from tests.serving.ray_schema import check_llm_config, check_serve_config  # noqa: E402
from tests.serving.triton_config import check_config  # noqa: E402

RAY_SERVICES = rendered("RayService")
every_ray_service = pytest.mark.parametrize("served", RAY_SERVICES, ids=lambda served: served.path)


def applications(body: Body) -> list[Body]:
    """The applications of a RayService."""
    found: list[Body] = yaml.safe_load(body["spec"]["serveConfigV2"])["applications"]
    return found


def files(ending: str) -> list[tuple[str, str]]:
    """Files in ConfigMaps by how their names end, each with its place."""
    maps = [(served.path, served.body.get("data", {})) for served in rendered("ConfigMap")]
    return [(f"{path}:{key}", text) for path, data in maps for key, text in data.items() if key.endswith(ending)]


@every_ray_service
def test_ray_takes_a_rendered_configuration(served: Served) -> None:
    assert check_serve_config(served.body["spec"]["serveConfigV2"]) == []


@every_ray_service
def test_rays_application_for_language_models_takes_its_configurations(served: Served) -> None:
    for application in applications(served.body):
        for config in application["args"].get("llm_configs", []):
            assert check_llm_config(config) == []


def test_both_applications_are_among_them() -> None:
    paths = {application["import_path"] for served in RAY_SERVICES for application in applications(served.body)}
    assert paths >= {"ray.serve.llm:build_openai_app", "openai_transformers:build"}


def test_a_mistake_in_a_rendered_configuration_is_found() -> None:
    text = RAY_SERVICES[0].body["spec"]["serveConfigV2"]
    assert check_serve_config(text.replace("max_ongoing_requests", "max_concurrent_queries", 1))


def test_triton_takes_every_rendered_configuration() -> None:
    texts = files("config.pbtxt")
    assert texts
    assert [(path, problem) for path, text in texts for problem in check_config(text)] == []


def test_a_mistake_in_a_rendered_configuration_of_triton_is_found() -> None:
    _, text = files("config.pbtxt")[0]
    assert check_config(text.replace("KIND_MODEL", "KIND_MODELS", 1))


def test_a_model_of_tritons_engine_lies_beside_its_configuration() -> None:
    beside = {path.rpartition(".1.model.json")[0]: json.loads(text) for path, text in files("model.json")}
    assert beside.keys() == {path.rpartition(".config.pbtxt")[0] for path, _ in files("config.pbtxt")}
    assert all(settings["model"].startswith("/mnt/") for settings in beside.values())
