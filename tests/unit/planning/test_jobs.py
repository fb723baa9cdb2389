"""Decisions about training jobs: pods by role, what is mounted where, what asks for another run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compiler.linking.workload import FieldPath, SecretKey
from compiler.planning.frameworks import FRAMEWORKS
from compiler.planning.plans import ClaimPlan
from compiler.planning.summary import Summary
from compiler.planning.work import WorkPlan, WorkPod
from compiler.planning.workloads.training_job import plan_job, run_of_job
from tests.unit.linking.programs import CLUSTER, Linked, linked, project
from tests.unit.planning.test_finetunes import over

SHARED = """\
datasets:
  tickets: {source: s3://corp/tickets}
  others: {source: s3://corp/others}
models:
  base: {source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28}
jobs:
"""
ENTRY: dict[str, Any] = {
    "framework": "pytorch",
    "image": "registry.acme.io/train:1.4",
    "command": ["torchrun", "train.py"],
    "mounts": {"/data": {"dataset": "tickets"}, "/model": {"model": "base"}},
    "output": {"path": "/out", "size": "500Gi"},
}


class Planned(NamedTuple):
    """The plans of a job."""

    plans: Sequence[Any]
    found: Sequence[str]
    summary: Summary | None

    @property
    def work(self) -> WorkPlan:
        (one,) = [one for one in self.plans if isinstance(one, WorkPlan)]
        return one

    @property
    def roles(self) -> dict[str, int]:
        """Pods by role, as the object spells it."""
        return {one.role: one.number for one in self.work.replicas}

    def pod(self, role: str = "") -> WorkPod:
        """The pod of a role, or of the only one."""
        fitting = [one.pod for one in self.work.replicas if role in {"", one.role}]
        (pod,) = fitting
        return pod


def of(root: Path, cluster: str = CLUSTER, shared: str = SHARED, **patch: Any) -> Linked:
    """A program with the job `train`. A patch of None removes a field."""
    entry = {key: value for key, value in over(ENTRY, patch).items() if value is not None}
    return linked(root, project(f"{shared}  train: {json.dumps(entry)}\n"), cluster=cluster)


def planned(root: Path, cluster: str = CLUSTER, **patch: Any) -> Planned:
    """Its plans."""
    result = of(root, cluster, **patch)
    assert not result.found, result.said
    staged = plan_job(result.job("train"), result.program)
    return Planned(staged.value.plans, [f"{one.code.id} {one.wrong}" for one in staged.found], staged.value.summary)


def run(root: Path, cluster: str = CLUSTER, shared: str = SHARED, **patch: Any) -> str:
    """Its run digest."""
    result = of(root, cluster, shared, **patch)
    return run_of_job(result.job("train"), result.program)


SAME: dict[str, dict[str, Any]] = {
    "cards": {"accelerator": {"type": "a100-80gb", "count": 8}},
    "replicas": {"replicas": {"worker": 4}},
    "resources": {"resources": {"cpu": "4", "memory": "8Gi"}},
    "output": {"output": {"size": "1Ti", "class": "fast"}},
    "retries and deadline": {"retries": 9, "deadline": "3h"},
}
OTHER: dict[str, dict[str, Any]] = {
    "image": {"image": "registry.acme.io/train:1.5"},
    "command": {"command": ["torchrun", "other.py"]},
    "arguments": {"args": ["--epochs", "3"]},
    "an argument in place of a command": {"command": ["torchrun"], "args": ["train.py"]},
    "environment": {"env": {"SEED": "7"}},
    "a key of a Secret": {"env": {"SEED": {"secret": "seed", "key": "seed"}}},
    "attempt": {"attempt": 2},
    "data": {"mounts": {"/data": {"dataset": "others"}}},
    "a place": {"mounts": {"/records": {"dataset": "tickets"}}},
}


@pytest.mark.parametrize("patch", SAME.values(), ids=SAME.keys())
def test_what_asks_for_no_other_result_is_the_same_run(patch: dict[str, Any], tmp_path: Path) -> None:
    assert run(tmp_path, **patch) == run(tmp_path)


@pytest.mark.parametrize("patch", OTHER.values(), ids=OTHER.keys())
def test_what_asks_for_another_result_is_another_run(patch: dict[str, Any], tmp_path: Path) -> None:
    assert run(tmp_path, **patch) != run(tmp_path)


def test_another_round_of_its_data_is_another_run(tmp_path: Path) -> None:
    again = SHARED.replace("tickets: {source", "tickets: {round: 2, source")
    assert run(tmp_path, shared=again) != run(tmp_path)


@pytest.mark.parametrize(
    ("framework", "roles"),
    [
        ("pytorch", {"Master": 1}),
        ("mpi", {"Launcher": 1, "Worker": 1}),
        ("tensorflow", {"Worker": 1}),
        ("xgboost", {"Master": 1}),
        ("paddle", {"Worker": 1}),
        ("jax", {"Worker": 1}),
    ],
)
def test_without_replicas_there_is_what_the_framework_cannot_do_without(
    framework: str, roles: dict[str, int], tmp_path: Path
) -> None:
    result = planned(tmp_path, framework=framework)
    assert result.roles == roles
    assert not result.found
    assert result.work.framework == framework


def test_every_framework_leads_with_its_first_role() -> None:
    assert {name: next(iter(one.roles)) for name, one in FRAMEWORKS.items()} == {
        "pytorch": "worker", "mpi": "launcher", "tensorflow": "chief", "xgboost": "master", "paddle": "master",
        "jax": "worker", "general": "worker",
    }  # fmt: skip


def test_several_workers_of_pytorch_are_elastic_and_have_no_master(tmp_path: Path) -> None:
    result = planned(tmp_path, replicas={"worker": 4}, accelerator={"type": "a100-80gb", "count": 8})
    assert result.roles == {"Worker": 4}
    assert result.work.elastic is not None
    assert (result.work.elastic.least, result.work.elastic.most) == (4, 4)
    assert result.work.processes == "8"
    assert not result.found


def test_bounds_are_taken(tmp_path: Path) -> None:
    elastic = planned(tmp_path, elastic={"min": 1, "max": 4, "restarts": 9}).work.elastic
    assert elastic is not None
    assert (elastic.least, elastic.most, elastic.restarts) == (1, 4, 9)


def test_the_program_that_leads_is_wrapped_and_gets_its_words_as_arguments(tmp_path: Path) -> None:
    pod = planned(tmp_path, args=["--epochs", "$(rm)"]).pod()
    assert pod.command[:2] == ("sh", "-c")
    assert pod.arguments == ("torchrun", "train.py", "--epochs", "$(rm)")
    assert pod.environment["HYDRA_REPLICA"] == FieldPath("metadata.labels['training.kubeflow.org/replica-index']")


def test_without_an_output_or_a_command_nothing_is_wrapped(tmp_path: Path) -> None:
    bare = planned(tmp_path, output=None)
    assert bare.pod().command == ("torchrun", "train.py")
    assert not [one for one in bare.pod().environment if one.startswith("HYDRA")]
    of_the_image = planned(tmp_path, command=None)
    assert of_the_image.pod().command == ()
    assert of_the_image.found == ["HYD949 The image's own program is run, and no marker says when it has ended."]


def test_only_the_launcher_of_mpi_runs_the_program_and_only_workers_have_cards(tmp_path: Path) -> None:
    result = planned(tmp_path, framework="mpi", replicas={"worker": 2}, accelerator={"type": "a100-80gb", "count": 8})
    launcher, worker = result.pod("Launcher"), result.pod("Worker")
    assert launcher.command[:2] == ("sh", "-c")
    assert launcher.environment["HYDRA_REPLICA"] == "0"
    assert worker.command == ()
    assert "nvidia.com/gpu" not in launcher.resources["requests"]
    assert worker.resources["requests"]["nvidia.com/gpu"] == "8"


def test_parameter_servers_have_no_cards(tmp_path: Path) -> None:
    replicas = {"chief": 1, "ps": 2, "worker": 2}
    result = planned(tmp_path, framework="tensorflow", replicas=replicas, accelerator={"type": "a100-80gb", "count": 1})
    assert result.roles == {"Chief": 1, "Worker": 2, "PS": 2}
    assert "nvidia.com/gpu" not in result.pod("PS").resources["requests"]
    assert result.pod("Chief").command[:2] == ("sh", "-c")
    assert result.pod("Worker").command == ("torchrun", "train.py")
    assert result.summary is not None
    assert (result.summary.cards, result.summary.nodes) == (3, 3)


def test_the_share_of_a_node_goes_with_the_cards(tmp_path: Path) -> None:
    half = planned(tmp_path, accelerator={"type": "a100-80gb", "count": 4}).pod().resources
    whole = planned(tmp_path, accelerator={"type": "a100-80gb", "count": 8}).pod().resources
    assert half["requests"] == half["limits"]
    assert 2 * int(half["requests"]["memory"][:-2]) == pytest.approx(int(whole["requests"]["memory"][:-2]), abs=1)
    assert int(whole["requests"]["cpu"]) <= 96
    assert int(whole["requests"]["memory"][:-2]) < 1024


def test_amounts_of_the_job_are_taken(tmp_path: Path) -> None:
    resources = {"cpu": "2500m", "memory": "1.5Gi"}
    pod = planned(tmp_path, resources=resources, accelerator={"type": "l4", "count": 1}).pod()
    assert pod.resources["requests"] == {"cpu": "2500m", "memory": "1536Mi", "nvidia.com/gpu": "1"}


def test_processors_are_no_device(tmp_path: Path) -> None:
    pod = planned(tmp_path, accelerator={"type": "cpu", "count": 1}).pod()
    assert set(pod.resources["requests"]) == {"cpu", "memory"}


def mounts(pod: WorkPod) -> dict[str, tuple[str, bool, str]]:
    """Directory -> volume, whether it is read-only, and the part of the volume."""
    return {one.path: (one.name, one.read_only, one.sub_path) for one in pod.volumes}


def test_data_lies_where_the_job_says_and_results_in_a_directory_of_the_run(tmp_path: Path) -> None:
    digest, found = run(tmp_path), mounts(planned(tmp_path).pod())
    assert found["/out"] == ("output", False, f"runs/{digest}/data")
    assert found["/mnt/hydra"] == ("state", False, f"runs/{digest}")
    assert found["/data"][:2] == ("dataset-0", True)
    assert found["/data"][2].endswith("/data")
    assert set(found) == {"/data", "/model", "/out", "/mnt/hydra", "/tmp"}


def test_directories_of_the_job_go_before_those_of_its_pods(tmp_path: Path) -> None:
    cards = {"type": "a100-80gb", "count": 8}
    found = [one.path for one in planned(tmp_path, accelerator=cards, output={"path": "/dev/shm"}).pod().volumes]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("mounts", "output", "wrong"),
    [
        ({"/data": {"dataset": "tickets"}}, "/data", ["Something else is mounted at `/data`."]),
        ({"/data": {"dataset": "tickets"}}, "/data/out", ["`/data/out` lies in `/data`, where nothing can be added: it is mounted read-only."]),
        ({"/out/data": {"dataset": "tickets"}}, "/out", []),
        ({"/data": {"dataset": "tickets"}, "/data-more": {"dataset": "others"}}, "/out", []),
        ({"/a/../b": {"dataset": "tickets"}}, "/out", ["`/a/../b` is no plain path."]),
        ({"/mnt/hydra": {"dataset": "tickets"}}, "/out", ["Something else is mounted at `/mnt/hydra`."]),
    ],
    ids=["twice", "below data", "data below results", "a longer name", "dots", "the state"],
)  # fmt: skip
def test_directories_that_nothing_can_be_mounted_at(
    mounts: dict[str, Any], output: str, wrong: list[str], tmp_path: Path
) -> None:
    result = of(tmp_path, mounts=None, output=None, framework="jax")
    entry = {**ENTRY, "mounts": mounts, "output": {"path": output}}
    result = linked(tmp_path, project(f"{SHARED}  train: {json.dumps(entry)}\n"))
    found = plan_job(result.job("train"), result.program).found
    assert [one.wrong for one in found] == wrong


def test_nothing_is_planned_beside_an_error(tmp_path: Path) -> None:
    result = planned(tmp_path, accelerator={"type": "a100-80gb", "count": 16})
    assert result.found == ["HYD946 A replica asks for 16 cards of `a100-80gb`, and a node has 8."]
    assert not result.plans


@pytest.mark.parametrize("kind", ["kueue", "volcano"])
def test_only_what_asks_for_a_device_goes_into_a_queue(kind: str, tmp_path: Path) -> None:
    queued = CLUSTER + f"  queue: {{kind: {kind}, name: ml}}\n"

    def queue(**patch: Any) -> str | None:
        work = planned(tmp_path, queued, **patch).work
        return work.volcano_queue or work.identity.labels.get("kueue.x-k8s.io/queue-name")

    assert queue(accelerator={"type": "l4"}) == "ml"
    assert queue(accelerator={"type": "cpu"}) is None
    assert queue() is None


def test_variables_of_the_spec_are_handed_on(tmp_path: Path) -> None:
    environment = planned(tmp_path, env={"HOME": "/home/me", "W": {"secret": "w", "key": "k"}}).pod().environment
    assert environment["HOME"] == "/home/me"
    assert environment["W"] == SecretKey("w", "k")


def test_the_claim_is_for_the_results(tmp_path: Path) -> None:
    (claim,) = [one for one in planned(tmp_path).plans if isinstance(one, ClaimPlan)]
    assert claim.identity.name == "bot-train"
    assert claim.spec == {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "500Gi"}},
        "storageClassName": "cephfs",
        "volumeMode": "Filesystem",
    }
