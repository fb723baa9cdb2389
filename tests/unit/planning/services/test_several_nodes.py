"""A replica on several nodes: what KServe merges into its runtime's pods, how many there are, how they are replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import Severity
from tests.compiled import Compiled
from tests.unit.planning.services.repos import R1, serve, service_of

KSERVE = 'inference: {{api: serving.kserve.io/v1beta1, version: "0.18", mode: {mode}}}'
RAY = 'ray: {api: ray.io/v1, version: "1.5"}'
H100 = "h100-80gb: {{count: {count}, perNode: 8, node: {{cpu: 128, memory: 2Ti}}}}"
HANDLERS = {"exec", "httpGet", "tcpSocket", "grpc"}


def on(root: Path, service: str, *, count: int = 32, operators: str = KSERVE.format(mode="Standard")) -> Compiled:
    given = f"{{model: base, context: 8192{service}}}"
    return serve(root, given, H100.format(count=count), operators=operators, models=f"  base: {R1}\n")


def predictor(result: Compiled) -> dict[str, Any]:
    return dict(service_of(result)["spec"]["predictor"])


def test_a_probe_keeps_the_way_in_which_the_runtime_asks(tmp_path: Path) -> None:
    found = predictor(on(tmp_path, ""))
    server, (worker,) = found["model"], found["workerSpec"]["containers"]
    assert HANDLERS & set(server["startupProbe"]) == set()
    assert {"readinessProbe", "livenessProbe"} & {*server, *worker} == set()
    for probe in (server["startupProbe"], worker["startupProbe"]):
        assert probe["periodSeconds"] * probe["failureThreshold"] >= 3000
    # The runtime's own would look for a model by the name of the InferenceService.
    assert "registered_nodes" in worker["startupProbe"]["exec"]["command"][-1]


def test_workers_wait_for_the_weights_as_the_head_does(tmp_path: Path) -> None:
    found = predictor(on(tmp_path, ""))
    workers = found["workerSpec"]
    assert [one["name"] for one in found["initContainers"]] == ["wait-base"]
    assert workers["initContainers"] == found["initContainers"]
    assert workers["volumes"] == found["volumes"]


def test_all_pods_are_as_safe_and_have_the_memory_that_was_planned(tmp_path: Path) -> None:
    found = predictor(on(tmp_path, ""))
    (worker,) = found["workerSpec"]["containers"]
    for container in (found["model"], worker):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert {"name": "shm", "mountPath": "/dev/shm"} in container["volumeMounts"]
        assert "model" not in {one["name"] for one in container["volumeMounts"]}
    assert found["workerSpec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("replicas", ["{min: 2, max: 2}", "{min: 1, max: 2}"])
def test_kserve_runs_one_such_replica(tmp_path: Path, replicas: str) -> None:
    assert on(tmp_path, f", runtime: huggingface, replicas: {replicas}").codes() == ["HYD574"]


def test_knative_runs_none(tmp_path: Path) -> None:
    result = on(tmp_path, ", runtime: huggingface", operators=KSERVE.format(mode="Knative"))
    assert result.codes() == ["HYD573"]


def test_without_cards_for_a_second_replica_all_pods_go_first(tmp_path: Path) -> None:
    tight = on(tmp_path / "a", "", count=16)
    assert predictor(tight)["deploymentStrategy"] == {"type": "Recreate"}
    assert tight.codes(Severity.INFO) == ["HYD525"]
    spare = on(tmp_path / "b", "", count=32)
    assert "deploymentStrategy" not in predictor(spare)
    assert spare.codes(Severity.INFO) == []


@pytest.mark.parametrize(("count", "codes"), [(16, ["HYD525"]), (32, [])])
def test_ray_needs_room_for_a_second_cluster(tmp_path: Path, count: int, codes: list[str]) -> None:
    assert on(tmp_path, "", count=count, operators=RAY).codes(Severity.INFO) == codes
