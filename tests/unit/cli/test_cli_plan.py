"""`hydra plan`."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.cli.page import NARROWEST, WIDTH, drawable, width_of
from compiler.report.plan import FORMATS
from tests.command import snapshot
from tests.unit.cli.trainings import BROKEN, LARGE, hydra_in, trainings

KEYS = [
    "cluster", "workload", "kind", "accelerator", "gpus", "nodes", "strategy", "microBatch", "accumulation",
    "globalBatch", "memoryGiB", "reasons",
]  # fmt: skip
"""What the shape promises first."""


def test_json_has_what_is_promised_in_its_order(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "plan", "--format", "json")
    assert (ran.exit_code, ran.stderr) == (0, "")
    plans = json.loads(ran.stdout)
    assert [(one["cluster"], one["workload"]) for one in plans] == [
        ("one", "bot/finetunes/tuned"),
        ("one", "bot/finetunes/adapted"),
        ("one", "bot/jobs/own"),
        ("two", "bot/finetunes/tuned"),
        ("two", "bot/finetunes/adapted"),
        ("two", "bot/jobs/own"),
        ("two", "search/finetunes/tuned"),
    ]
    assert all(list(one)[: len(KEYS)] == KEYS for one in plans)
    assert all(list(one) == list(plans[0]) for one in plans)


def test_a_fine_tuning_in_json(tmp_path: Path) -> None:
    tuned = json.loads(hydra_in(trainings(tmp_path), "plan", "--format", "json").stdout)[0]
    assert (tuned["kind"], tuned["accelerator"], tuned["gpus"], tuned["nodes"]) == ("PyTorchJob", "a100-80gb", 8, 1)
    assert tuned["strategy"] in {"zero2", "zero3"}
    assert tuned["microBatch"] * tuned["accumulation"] * tuned["gpus"] == tuned["globalBatch"] == 32
    memory = tuned["memoryGiB"]
    assert list(memory) == ["low", "expected", "high", "card"]
    assert memory["low"] <= memory["expected"] <= memory["high"] <= memory["card"] == 80.0
    parts = tuned["parts"].values()
    assert sum(part["expected"] for part in parts) == pytest.approx(memory["expected"], abs=0.01 * len(parts))
    assert (tuned["precision"], tuned["trainable"]) == ("bf16", 7_615_616_512)
    assert tuned["reasons"]
    assert tuned["storage"][0]["claim"] == "bot-tuned"


def test_a_job_has_null_where_its_own_program_decides(tmp_path: Path) -> None:
    plans = json.loads(hydra_in(trainings(tmp_path), "plan", "--format", "json").stdout)
    job = next(one for one in plans if one["workload"] == "bot/jobs/own")
    assert (job["kind"], job["accelerator"], job["gpus"], job["nodes"]) == ("PyTorchJob", "a100-80gb", 24, 3)
    assert {key for key, value in job.items() if value is None} == {
        "strategy", "microBatch", "accumulation", "globalBatch", "memoryGiB", "precision", "trainable", "parts",
        "hostMemoryGiB", "runtime", "replicas", "replicaGpus", "replicaNodes", "tensorParallel", "pipelineParallel",
        "context", "cacheTokens", "sequences", "utilization", "writes",
    }  # fmt: skip
    assert job["storage"] == [{"claim": "bot-own", "size": "50Gi"}]


@pytest.mark.parametrize("form", FORMATS)
def test_what_does_not_fit_is_an_error_beside_the_plans_of_the_others(form: str, tmp_path: Path) -> None:
    fine = hydra_in(trainings(tmp_path / "fine"), "plan", "--format", form)
    ran = hydra_in(trainings(tmp_path / "large", search=LARGE + BROKEN), "plan", "--format", form)
    assert (fine.exit_code, ran.exit_code) == (0, 1)
    assert {*fine.stdout.splitlines()} <= {*ran.stdout.splitlines()}
    assert ran.stderr.startswith("HYD901 error: ")
    assert " --> search/hydra.yaml:" in ran.stderr
    assert "HYD306 error: No model is called `nothing`." in ran.stderr


def test_what_has_no_plan_is_told_with_why(tmp_path: Path) -> None:
    repo = trainings(tmp_path, search=LARGE + BROKEN)
    plans = json.loads(hydra_in(repo, "plan", "--format", "json").stdout)
    assert [one["workload"] for one in plans if one["kind"] is None] == [
        "search/finetunes/large", "search/finetunes/broken",
    ]  # fmt: skip
    assert all(list(one)[: len(KEYS)] == KEYS for one in plans)
    large, broken = plans[-2:]
    assert [(one["code"], one["span"]["file"]) for one in large["findings"]] == [("HYD901", "search/hydra.yaml")]
    assert [one["message"] for one in broken["findings"]] == ["No model is called `nothing`."]
    assert "HYD901        Training with" in hydra_in(repo, "plan").stdout
    table = hydra_in(repo, "plan", "--format", "markdown").stdout
    assert "| `search/finetunes/broken` | two | **no plan** |" in table
    assert "* `search/finetunes/broken` on two: HYD306 No model is called `nothing`.\n" in table


JOBS = """\
jobs:
  mpi:
    framework: mpi
    image: registry.acme.io/train:1.0
    command: [mpirun, train]
    replicas: {worker: 2}
    accelerator: {type: a100-80gb, count: 8}
  tf:
    framework: tensorflow
    image: registry.acme.io/train:1.0
    command: [python, train.py]
    replicas: {chief: 1, worker: 2, ps: 2}
    accelerator: {type: a100-80gb, count: 1}
"""
MODEL = """\
---
apiVersion: cpod.cpod/v1
kind: ModelStorage
metadata: {name: gemma, namespace: nlp}
spec: {modeltype: oss, modelname: google/gemma-2b-it, pvc: pvc-gemma, converttensortrengine: true}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-gemma, namespace: nlp}
spec: {storageClassName: fast, accessModes: [ReadWriteMany], resources: {requests: {storage: 30Gi}}}
"""


def rendered_pods(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The pods of a rendered object, as the plan tells of them."""
    spec = manifest["spec"]
    if "template" in spec:
        return [told("Worker", spec.get("completions", 1), spec["template"])]
    (replicas,) = (value for key, value in spec.items() if key.endswith("ReplicaSpecs"))
    return [told(role, one["replicas"], one["template"]) for role, one in replicas.items()]


def told(role: str, count: int, template: dict[str, Any]) -> dict[str, Any]:
    asked = template["spec"]["containers"][0]["resources"]["requests"]
    shared = (one["emptyDir"]["sizeLimit"] for one in template["spec"]["volumes"] if one["name"] == "shm")
    return {
        "role": role,
        "count": count,
        "gpus": int(asked.get("nvidia.com/gpu", 0)),
        "cpu": asked.get("cpu"),
        "memory": asked.get("memory"),
        "sharedMemory": next(shared, None),
    }


def test_the_plan_says_what_the_manifests_say(tmp_path: Path) -> None:
    repo = trainings(tmp_path, search=JOBS)
    (repo / "model.hydra.yaml").write_text(MODEL)
    (repo / ".hydra.yaml").write_text('output: rendered\nforeign: {".": [two]}\n')
    compiled = hydra_in(repo, "compile")
    assert compiled.exit_code == 0, compiled.output
    plans = json.loads(hydra_in(repo, "plan", "--cluster", "two", "--format", "json").stdout)
    texts = [file.read_text() for file in (repo / "rendered" / "two").rglob("*job-*.yaml")]
    manifests = [yaml.safe_load(text) for text in texts]
    found = {json.dumps([one["kind"], sorted_pods(rendered_pods(one))]) for one in manifests}
    assert len(plans) == 7
    for plan in plans:
        assert json.dumps([plan["kind"], sorted_pods(plan["pods"])]) in found, plan["workload"]
    shown = {one["workload"]: one for one in plans}
    assert (shown["search/jobs/mpi"]["nodes"], shown["search/jobs/mpi"]["gpus"]) == (2, 16)
    assert (shown["search/jobs/tf"]["nodes"], shown["search/jobs/tf"]["gpus"]) == (3, 3)
    conversion = shown["ModelStorage/nlp/gemma/conversion"]
    assert (conversion["kind"], conversion["accelerator"], conversion["gpus"]) == ("Job", "nvidia.com/gpu", 1)


def sorted_pods(pods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(pods, key=lambda one: str(one["role"]))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_repo_gives_the_same_text_and_is_left_alone(form: str, tmp_path: Path) -> None:
    repo = trainings(tmp_path)
    before = snapshot(repo)
    assert hydra_in(repo, "plan", "--format", form).stdout == hydra_in(repo, "plan", "--format", form).stdout
    assert snapshot(repo) == before


def test_one_cluster(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "plan", "--cluster", "two", "--format", "json")
    assert {one["cluster"] for one in json.loads(ran.stdout)} == {"two"}
    ran = hydra_in(tmp_path, "plan", "--cluster", "tow")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "HYD301 error: No cluster is called `tow`." in ran.stderr


def test_another_repo(tmp_path: Path) -> None:
    trainings(tmp_path / "repo", search=LARGE)
    ran = hydra_in(tmp_path, "plan", "repo")
    assert ran.exit_code == 1
    assert "bot/finetunes/tuned on one: PyTorchJob\n" in ran.stdout
    assert " --> repo/search/hydra.yaml:" in ran.stderr


def test_a_repo_without_trainings(tmp_path: Path) -> None:
    (tmp_path / "hydra.yaml").write_text(
        "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: a, namespace: b}\n"
        "datasets: {corpus: {source: s3://corp/a, volume: {size: 1Gi}}}\n"
    )
    ran = hydra_in(tmp_path, "plan")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "There are no fine-tunings, jobs, services or comparisons to plan.\n"
    assert json.loads(hydra_in(tmp_path, "plan", "--format", "json").stdout) == []
    assert hydra_in(tmp_path, "plan", "--format", "markdown").stdout == ""


def test_text_for_no_terminal_keeps_to_a_width(tmp_path: Path) -> None:
    ran = hydra_in(trainings(tmp_path), "plan")
    assert max(map(len, ran.stdout.splitlines())) <= WIDTH


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_width_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "123")
    assert (width_of(Terminal()), width_of(io.StringIO())) == (123, WIDTH)
    monkeypatch.setenv("COLUMNS", "3")
    assert width_of(Terminal()) == NARROWEST


@pytest.mark.parametrize(
    ("encoding", "drawn"), [("utf-8", True), ("ascii", False), ("latin-1", False), ("cp437", False)]
)
def test_what_an_encoding_can_draw(encoding: str, drawn: bool) -> None:
    assert drawable(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is drawn
    assert drawable(io.StringIO())


def test_what_holds_for_the_whole_cluster_is_said_here_too(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    shutil.copytree(Path(__file__).parents[2] / "mistakes" / "more-than-the-cluster-together", repo)
    assert "HYD942" in hydra_in(repo, "plan").stderr
