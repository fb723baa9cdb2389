"""A fine-tuning waits, trains, merges, resumes and fails as its manifests say, with the real trainer."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.training

pytest.importorskip("llamafactory", reason="LLaMA-Factory is not installed: `make test-training`")

from tests.training.cluster import Cluster  # noqa: E402
from tests.training.runs import (  # noqa: E402
    marker,
    markers,
    partitions,
    resumed_from,
    run_directory,
    starts,
    steps,
    whole_checkpoints,
)
from tests.training.tiny import answer, differs  # noqa: E402

LORA, FULL, SHARDED, CHOICES = "smoke-sums-lora", "smoke-sums-full", "smoke-sums-sharded", "smoke-choices-lora"
STEPS = 16
"""32 records, two epochs, batches of four."""


def preload(cluster: Cluster, dataset: str = "smoke-sums") -> Path:
    """Load a dataset by its own Job; the directory of its generation."""
    job = cluster.run("Job", f"{dataset}-preload")
    assert job.succeeded, job.log
    (generation,) = (path for path in cluster.claim(dataset).iterdir() if path.is_dir())
    return generation


def test_lora_waits_for_its_data_trains_merges_and_is_not_trained_again(cluster: Cluster, tiny_model: Path) -> None:
    with cluster.started("PyTorchJob", LORA) as job:
        job.wait(60, until=lambda: "waiting for" in job.log)
        assert not list(cluster.claim(LORA).iterdir())
        preload(cluster)
        job.wait(120)
    assert [pod.codes for pod in job.pods] == [[0]], job.log

    run = run_directory(cluster.claim(LORA))
    assert marker(run, "ready.json")["path"] == "adapter"
    assert marker(run, "merged.json")["path"] == "merged"
    assert steps(run / "adapter") == STEPS
    assert (run / "adapter" / "adapter_model.safetensors").stat().st_size > 0
    assert not whole_checkpoints(cluster.claim(LORA))
    assert differs(run / "merged", tiny_model)
    assert answer(run / "merged", "How much is 2 and 3?")

    begun = time.monotonic()
    again = cluster.run("PyTorchJob", LORA, 60)
    assert again.succeeded, again.log
    assert starts(again.log) == 0
    assert time.monotonic() - begun < 20


@pytest.mark.usefixtures("deepspeed_op")
def test_two_nodes_train_all_weights_with_zero_2(cluster: Cluster, tiny_model: Path) -> None:
    preload(cluster)
    with cluster.started("PyTorchJob", FULL) as job:
        job.wait(120, until=lambda: whole_checkpoints(cluster.claim(FULL)))
        saved = partitions(cluster.claim(FULL))
        job.wait(120)
    assert [pod.codes for pod in job.pods] == [[0], [0]], job.log
    assert {f"zero_pp_rank_{rank}_mp_rank_00_optim_states.pt" for rank in (0, 1)} <= saved
    assert "mp_rank_00_model_states.pt" in saved

    run = run_directory(cluster.claim(FULL))
    assert markers(run) == ["ready.json"]
    assert steps(run / "model") == STEPS
    assert differs(run / "model", tiny_model)
    # The operator ends the job when any worker has succeeded.
    assert all(pod.finished and pod.finished > (run / "ready.json").stat().st_mtime for pod in job.pods)


@pytest.mark.usefixtures("deepspeed_op")
def test_two_processes_of_a_node_train_with_zero_3(cluster_of: Callable[[str], Cluster], tiny_model: Path) -> None:
    cluster = cluster_of("wide")
    preload(cluster)
    with cluster.started("PyTorchJob", SHARDED) as job:
        job.wait(120, until=lambda: whole_checkpoints(cluster.claim(SHARDED)))
        saved = partitions(cluster.claim(SHARDED))
        job.wait(120)
    assert [pod.codes for pod in job.pods] == [[0]], job.log
    assert {f"zero_pp_rank_{rank}_mp_rank_00_model_states.pt" for rank in (0, 1)} <= saved

    run = run_directory(cluster.claim(SHARDED))
    assert markers(run) == ["ready.json"]
    assert steps(run / "model") == STEPS
    assert differs(run / "model", tiny_model)


@pytest.mark.usefixtures("deepspeed_op")
def test_adapters_are_trained_with_zero_2_by_the_optimizer_of_its_configuration(
    cluster_of: Callable[[str], Cluster],
) -> None:
    cluster = cluster_of("wide")
    preload(cluster)
    job = cluster.run("PyTorchJob", "smoke-sums-lora-sharded")
    assert job.succeeded, job.log
    run = run_directory(cluster.claim("smoke-sums-lora-sharded"))
    assert markers(run) == ["ready.json"]
    assert steps(run / "adapter") == STEPS // 2
    assert (run / "adapter" / "adapter_model.safetensors").stat().st_size > 0


def test_preferences_are_trained(cluster: Cluster) -> None:
    preload(cluster, "smoke-choices")
    job = cluster.run("PyTorchJob", CHOICES)
    assert job.succeeded, job.log
    assert markers(run_directory(cluster.claim(CHOICES))) == ["ready.json"]


def test_a_killed_training_goes_on_from_its_last_whole_checkpoint(cluster: Cluster) -> None:
    preload(cluster)
    claim = cluster.claim(LORA)
    with cluster.started("PyTorchJob", LORA) as job:
        job.wait(120, until=lambda: whole_checkpoints(claim))
        job.pods[0].kill_container()
        torn = shutil.copytree(whole_checkpoints(claim)[-1], run_directory(claim) / "adapter" / "checkpoint-9999")
        (torn / "trainer_state.json").unlink()
        job.wait(120)
    assert [pod.codes for pod in job.pods] == [[137, 0]], job.log
    assert f"{torn.name} is incomplete, removed" in job.log
    (step,) = resumed_from(job.log)
    assert 0 < step < STEPS
    assert steps(run_directory(claim) / "adapter") == STEPS
    assert markers(run_directory(claim)) == ["merged.json", "ready.json"]


@pytest.mark.usefixtures("deepspeed_op")
def test_when_one_of_two_nodes_is_killed_both_go_on_from_the_last_checkpoint(cluster: Cluster) -> None:
    preload(cluster)
    claim = cluster.claim(FULL)
    with cluster.started("PyTorchJob", FULL) as job:
        job.wait(120, until=lambda: whole_checkpoints(claim))
        job.pods[0].kill_container()
        job.wait(300)
    assert job.succeeded, job.log
    assert [(pod.restarts > 0, pod.codes[-1]) for pod in job.pods] == [(True, 0), (True, 0)], job.log
    assert 0 < resumed_from(job.log)[-1] < STEPS
    assert steps(run_directory(claim) / "model") == STEPS
    assert markers(run_directory(claim)) == ["ready.json"]


def test_a_training_that_fails_is_a_failed_job_without_a_marker(cluster: Cluster) -> None:
    generation = preload(cluster)
    (generation / "data" / "sums.jsonl").write_text('{"question": "How much is 0 and 1?"}\n' * 8)
    job = cluster.run("PyTorchJob", LORA)
    assert job.succeeded is False, job.log
    limit = cluster.object("PyTorchJob", LORA)["spec"]["runPolicy"]["backoffLimit"]
    assert [pod.codes for pod in job.pods] == [[1] * limit], job.log
    assert "KeyError: 'answer'" in job.log
    assert markers(run_directory(cluster.claim(LORA))) == []
