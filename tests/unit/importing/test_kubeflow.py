"""Kubeflow's jobs as entries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.importing.imported import ACCELERATORS, Came, came_of, dataset

GPU = {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"}
Edit = Callable[[dict[str, Any]], object]


def job(*edits: Edit, roles: tuple[str, ...] = ("Worker",), **spec: Any) -> str:
    """A PyTorchJob whose pods were edited."""
    container = {"name": "pytorch", "image": "registry.acme.io/train:1.4", "command": ["torchrun", "train.py"]}
    pod: dict[str, Any] = {"containers": [container]}
    for edit in edits:
        edit(pod)
    replicas = {role: {"replicas": 1, "template": {"spec": pod}} for role in roles}
    return yaml.safe_dump({
        "apiVersion": "kubeflow.org/v1",
        "kind": "PyTorchJob",
        "metadata": {"name": "own", "namespace": "nlp"},
        "spec": {"pytorchReplicaSpecs": replicas, **spec},
    })  # fmt: skip


def with_claim(name: str, path: str, **volume: Any) -> Edit:
    def edit(pod: dict[str, Any]) -> None:
        claim = {"claimName": name, "readOnly": True, **volume}
        pod.setdefault("volumes", []).append({"name": name.replace(".", "-"), "persistentVolumeClaim": claim})
        mounts = pod["containers"][0].setdefault("volumeMounts", [])
        mounts.append({"name": name.replace(".", "-"), "mountPath": path})

    return edit


def with_gpus(pod: dict[str, Any]) -> None:
    pod["nodeSelector"] = GPU
    pod["containers"][0]["resources"] = {"limits": {"nvidia.com/gpu": 8, "memory": "64Gi"}}


def came(root: Path, *texts: str) -> Came:
    return came_of(root, *texts, cluster=ACCELERATORS)


def test_master_and_workers_become_workers(tmp_path: Path) -> None:
    given = job(with_gpus, roles=("Master", "Worker"), runPolicy={"backoffLimit": 1, "activeDeadlineSeconds": 60})
    assert came(tmp_path, given).project["jobs"]["own"] == {
        "framework": "pytorch",
        "image": "registry.acme.io/train:1.4",
        "command": ["torchrun", "train.py"],
        "replicas": {"worker": 2},
        "accelerator": {"type": "a100-80gb", "count": 8},
        "resources": {"memory": "64Gi"},
        "retries": 1,
        "deadline": "1m",
    }


def test_a_claim_is_the_dataset_that_lies_on_it(tmp_path: Path) -> None:
    found = came(tmp_path, job(with_claim("tickets", "/data")), dataset())
    assert found.project["jobs"]["own"]["mounts"] == {"/data": {"dataset": "tickets"}}


def test_a_claim_that_nothing_stands_for_becomes_a_dataset_on_it(tmp_path: Path) -> None:
    found = came(tmp_path, job(with_claim("old.data", "/data")))
    assert found.project["datasets"] == {"old-data": {"source": "pvc://old.data"}}
    assert found.project["jobs"]["own"]["mounts"] == {"/data": {"dataset": "old-data"}}


def test_everything_that_the_project_does_otherwise_is_counted(tmp_path: Path) -> None:
    found = came(tmp_path, job(roles=("Master", "Worker")))
    (said,) = found.said("HYD972")
    assert "`spec.pytorchReplicaSpecs.Worker.replicas` is `2` and was `1`" in said
    assert said.endswith(" more.")
    assert not found.done.complete


def test_values_of_the_environment_are_not_told(tmp_path: Path) -> None:
    found = came(tmp_path, job(lambda pod: pod["containers"][0].update(env=[{"name": "A", "value": "hidden-text"}])))
    assert found.project["jobs"]["own"]["env"] == {"A": "hidden-text"}
    assert not any("hidden-text" in one.wrong for one in found.done.found)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (with_claim("out", "/out", readOnly=False), "may write to the claim `out`"),
        (lambda pod: pod.update(initContainers=[{"name": "a", "image": "a:1"}]), "`initContainers`"),
        (lambda pod: pod["containers"].append({"name": "b", "image": "b:1"}), "2 containers"),
        (lambda pod: pod.update(nodeSelector={"zone": "a"}), "nodes by labels"),
        (lambda pod: pod["containers"][0].update(resources={"limits": {"rdma/hca": 1}}), "`rdma/hca`"),
        (lambda pod: pod["containers"][0].update(resources={"limits": {"nvidia.com/gpu": 1}}), "accelerators"),
        (lambda pod: pod["containers"][0].update(volumeMounts=[{"name": "x", "mountPath": "/x"}]), "is no claim"),
        (lambda pod: pod["containers"][0].update(image="$(IMAGE)"), "would not compile"),
    ],
)
def test_pods_that_a_project_has_no_word_for_keep_the_job(tmp_path: Path, edit: Edit, why: str) -> None:
    found = came(tmp_path, job(edit))
    assert found.done.text == ""
    assert why in found.said("HYD969")[0]


@pytest.mark.parametrize("spec", [{"runPolicy": {"suspend": True}}, {"elasticPolicy": {"nProcPerNode": 2}}])
def test_policies_that_a_project_has_no_word_for_keep_the_job(tmp_path: Path, spec: dict[str, Any]) -> None:
    assert "has no word for" in came(tmp_path, job(**spec)).said("HYD969")[0]


def test_roles_with_different_pods_keep_the_job(tmp_path: Path) -> None:
    given = yaml.safe_load(job(roles=("Master", "Worker")))
    worker = given["spec"]["pytorchReplicaSpecs"]["Worker"]["template"]["spec"]
    other = {"containers": [{**worker["containers"][0], "args": ["x"]}]}
    given["spec"]["pytorchReplicaSpecs"]["Worker"]["template"]["spec"] = other
    assert "pods that differ" in came(tmp_path, yaml.safe_dump(given)).said("HYD969")[0]
