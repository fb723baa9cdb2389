"""Workers of a RayService: a replica fits on one as Ray counts it, and one fits on a node as Kubernetes does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.emission.quantities import quantity_bytes
from tests.compiled import Compiled
from tests.unit.planning.services.repos import R1, application, serve, server, service_of

CPU = "cpu: {count: 4, perNode: 2, node: {cpu: 16, memory: 64Gi}}"
SMALL = "{model: qwen2.5-0.5b-instruct, runtime: transformers, context: 2048%s}"
GIB = 1 << 30


def worker(result: Compiled) -> dict[str, Any]:
    """The container of a worker."""
    (group,) = service_of(result)["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    return dict(group["template"]["spec"]["containers"][0])


def variables(container: dict[str, Any]) -> dict[str, str]:
    """The environment of a container."""
    return {one["name"]: one["value"] for one in container["env"]}


@pytest.mark.parametrize(("stated", "cores"), [("1", 1), ("1500m", 2), ("500m", 1), ("6", 6)])
def test_a_replica_asks_ray_for_the_cores_that_its_worker_has(tmp_path: Path, stated: str, cores: int) -> None:
    result = serve(tmp_path, SMALL % f", resources: {{cpu: '{stated}'}}", CPU)
    made = application(service_of(result))
    # Without `num-cpus` the operator takes the container's limit, rounded up.
    assert quantity_bytes(worker(result)["resources"]["limits"]["cpu"]) == cores
    assert made["deployments"][0]["ray_actor_options"]["num_cpus"] == cores
    assert made["args"]["threads"] == cores


def test_a_server_computes_with_the_cores_that_are_stated(tmp_path: Path) -> None:
    chat = (
        "{model: qwen3-0.6b-gguf, file: Qwen3-0.6B-Q8_0.gguf, runtime: llama.cpp, context: 2048, resources: {cpu: '2'}}"
    )
    line = server(service_of(serve(tmp_path, chat, CPU)))["args"]
    assert line[line.index("--threads") + 1] == "2"


@pytest.mark.parametrize(
    ("pool", "wanted"),
    [
        ("l4: {count: 1, perNode: 1, node: {cpu: 16, memory: 32Gi}}", 24),
        ("l4: {count: 4, perNode: 4, node: {cpu: 48, memory: 128Gi}}", 24),
        ("l4: {count: 1, perNode: 1, node: {cpu: 16, memory: 512Gi}}", 64),
        ("l4: {count: 1, perNode: 1}", 64),
    ],
    ids=["small node", "shared node", "large node", "unknown node"],
)
def test_a_worker_asks_for_no_more_memory_than_its_part_of_the_node(tmp_path: Path, pool: str, wanted: int) -> None:
    result = serve(tmp_path, "{model: base, engine: ray, accelerator: {type: l4, count: 1}, context: 4096}", pool)
    assert quantity_bytes(worker(result)["resources"]["requests"]["memory"]) == wanted * GIB


def test_what_a_service_says_of_its_environment_is_kept(tmp_path: Path) -> None:
    plain = variables(worker(serve(tmp_path / "a", SMALL % "", CPU)))
    assert plain["PYTHONPATH"] == "/mnt/application"
    assert "HOME" not in plain
    own = variables(
        worker(serve(tmp_path / "b", SMALL % ", env: {PYTHONPATH: /opt/team, HOME: /mnt/scratch/home}", CPU))
    )
    assert own["PYTHONPATH"] == "/mnt/application:/opt/team"
    assert own["HOME"] == "/mnt/scratch/home"


def test_an_engine_may_start_for_as_long_as_its_weights_take(tmp_path: Path) -> None:
    h200 = "h200-141gb: {count: 8, perNode: 8, node: {cpu: 128, memory: 2Ti}}"
    given = "{model: base, engine: ray, context: 8192}"
    large = variables(worker(serve(tmp_path / "a", given, h200, models=f"  base: {R1}\n")))
    assert int(large["RAYLLM_ENGINE_START_TIMEOUT_S"]) > 3600
    # Ray's own hour is enough for others, whose pods stay as they are.
    assert "RAYLLM_ENGINE_START_TIMEOUT_S" not in variables(worker(serve(tmp_path / "b", given)))
