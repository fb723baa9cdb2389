"""The sums of a change."""

from __future__ import annotations

import pytest

from compiler.change.gpus import held, is_accelerator, storage_bytes
from compiler.change.values import Totals
from compiler.library.library import open_library
from tests.unit.change.changes import viewed
from tests.unit.change.edits import EDITS
from tests.unit.change.subjects import subject

GIB = 1 << 30
WEIGHTS = 15_231_233_024
"""Qwen2.5-7B in 16 bit."""


def totals(name: str) -> Totals:
    """The sums of an edit of the table."""
    edit = next(one for one in EDITS if one.name == name)
    return viewed(edit.before, edit.after).totals


@pytest.mark.parametrize(
    ("edit", "gpus", "surge", "runs"),
    [
        ("GPUs of a job", (4, 8), 0, 0),
        ("A job removed", (4, 0), 0, 0),
        ("A service added", (0, 1), 0, 1),
        ("GPUs of a RayService, serve config and cluster", (2, 4), 4, 0),
        ("Node selector of a cluster", (10, 10), 3, 0),
        ("Workers of a RayService", (8, 12), 0, 0),
        ("Replicas of an InferenceService", (2, 3), 0, 0),
        ("Replicas of a PyTorchJob under its name", (8, 8), 0, 0),
        ("Round of a dataset", (7, 7), 0, 4),
        ("A Job under a new name", (0, 0), 0, 1),
    ],
)
def test_accelerators_and_runs_are_summed(edit: str, gpus: tuple[int, int], surge: int, runs: int) -> None:
    found = totals(edit)
    assert (found.gpus_before, found.gpus_after, found.surge, found.runs) == (*gpus, surge, runs)


@pytest.mark.parametrize(
    ("edit", "peak"),
    [
        ("GPUs of a RayService, serve config and cluster", 6),
        ("Node selector of a cluster", 13),
        ("GPUs of a job", 8),
        ("Argument of a runtime", 2),
    ],
)
def test_old_and_new_pods_stand_side_by_side_for_a_while(edit: str, peak: int) -> None:
    assert totals(edit).peak == peak


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        ("A larger claim", 50, 80),
        ("A smaller claim", 50, 50),
        ("Class of a claim", 50, 50),
        ("A larger claim on an export", 10, 10),
        ("A dataset added", 0, 5),
        ("A passed-through claim removed", 200, 0),
    ],
)
def test_storage_is_what_claims_ask_for(edit: str, before: int, after: int) -> None:
    found = totals(edit)
    assert (found.storage_before, found.storage_after) == (before * GIB, after * GIB)


@pytest.mark.parametrize(
    ("edit", "download"),
    [("Revision of a model", WEIGHTS), ("Registry mirror of a cluster", 0), ("The project renamed", WEIGHTS)],
)
def test_only_what_is_loaded_again_is_downloaded(edit: str, download: int) -> None:
    assert totals(edit).download == download


POD = "spec: {containers: [{name: a, resources: {limits: {nvidia.com/gpu: 2}}}]}"
RAY = f"""
enableInTreeAutoscaling: true
headGroupSpec: {{template: {{{POD}}}}}
workerGroupSpecs: [{{groupName: w, minReplicas: 1, maxReplicas: 3, numOfHosts: 2, template: {{{POD}}}}}]
"""


def head(version: str, kind: str) -> str:
    """The beginning of an object."""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a, namespace: nlp}}\n"


def below(field: str, text: str) -> str:
    """A text as the value of a field of the spec."""
    return f"spec:\n  {field}:\n" + "".join(f"    {line}\n" for line in text.strip().splitlines())


HOLDERS = {
    "two at once of four": (
        head("batch/v1", "Job") + f"spec: {{parallelism: 4, completions: 2, template: {{{POD}}}}}",
        4,
        4,
    ),
    "a run of a CronJob": (
        head("batch/v1", "CronJob") + f"spec: {{jobTemplate: {{spec: {{template: {{{POD}}}}}}}}}",
        2,
        2,
    ),
    "every role": (
        head("kubeflow.org/v1", "PyTorchJob")
        + f"spec: {{pytorchReplicaSpecs: {{Master: {{template: {{{POD}}}}}, Worker: {{replicas: 3, template: {{{POD}}}}}}}}}",
        8,
        8,
    ),
    "a scaled cluster on several hosts": (head("ray.io/v1", "RayService") + below("rayClusterConfig", RAY), 6, 14),
    "a cluster of a job": (head("ray.io/v1", "RayJob") + below("rayClusterSpec", RAY), 6, 14),
    "a job on a cluster of others": (head("ray.io/v1", "RayJob") + "spec: {clusterSelector: {a: b}}", 0, 0),
    "replicas on several nodes": (
        head("serving.kserve.io/v1beta1", "InferenceService")
        + "spec: {predictor: {minReplicas: 2, maxReplicas: 3, model: {resources: {limits: {nvidia.com/gpu: 8}}},"
        + " workerSpec: {pipelineParallelSize: 3, containers: [{resources: {limits: {nvidia.com/gpu: 8}}}]}}}",
        48,
        72,
    ),
    "a service scaled to nothing": (
        head("serving.kserve.io/v1beta1", "InferenceService")
        + "spec: {predictor: {minReplicas: 0, maxReplicas: 1, pytorch: {resources: {requests: {nvidia.com/gpu: 1}}}}}",
        0,
        1,
    ),
    "an init container that asks for more": (
        head("apps/v1", "Deployment")
        + "spec: {template: {spec: {initContainers: [{resources: {limits: {nvidia.com/gpu: 4}}}],"
        + " containers: [{resources: {limits: {nvidia.com/gpu: 1}}}]}}}",
        4,
        4,
    ),
    "what has no pods": (head("v1", "ConfigMap") + "data: {a: b}", 0, 0),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_an_object_holds_the_accelerators_of_all_of_its_pods(holder: str) -> None:
    text, least, most = HOLDERS[holder]
    assert held(subject(text)) == (least, most)


def test_a_claim_asks_for_bytes_and_nothing_else_does() -> None:
    claim = head("v1", "PersistentVolumeClaim") + "spec: {resources: {requests: {storage: 1.5Gi}}}"
    assert storage_bytes(subject(claim)) == 3 * GIB // 2
    assert storage_bytes(subject(claim.replace("PersistentVolumeClaim", "PersistentVolume"))) == 0


def test_every_accelerator_of_the_library_is_taken_for_one() -> None:
    library = open_library(None)
    found = {library.find("accelerator", name).value.resource for name in library.names("accelerator")}
    assert all(is_accelerator(one) for one in found if one is not None)
    assert len(found) > 3


@pytest.mark.parametrize("resource", ["cpu", "memory", "ephemeral-storage", "hugepages-2Mi", "rdma/hca", "intel.com/sriov_net",
                                      "nvidia.com/gpumem", "nvidia.com/gpucores", "aliyun.com/gpu-mem", "pods.kubernetes.io/x"])  # fmt: skip
def test_what_is_no_card_is_not_taken_for_one(resource: str) -> None:
    assert not is_accelerator(resource)
