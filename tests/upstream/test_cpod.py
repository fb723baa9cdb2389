"""Documents of cpodoperator become what the operator makes of them, apart from what it gets wrong: each difference is listed.

`docs/dialects/cpod.md` explains the differences to users.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.compiled import Compiled, compiled, repo_of
from tests.upstream.cpod_cases import claims, different, flags, objects_of, seed_blocks, summary, text_of, workload

pytestmark = [pytest.mark.upstream, pytest.mark.usefixtures("upstream")]

CLUSTER = """
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  accelerators:
    rtx-3090: {count: 8, perNode: 8, node: {cpu: 64, memory: 512Gi}}
    a100-40gb: {count: 8, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    a100-80gb: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}
  dialects: {cpod: {storageClass: juicefs-sc, bucket: results, secret: results-s3}}
"""
GEMMA, LLAMA_3, LLAMA_2 = "0ce92f029254ff34", "f5b8963792864b06", "6deacca0bbad927d"

Differences = dict[str, tuple[Any, Any]]

DECIDED = frozenset({"leader.sharedMemory", "worker.sharedMemory", "leader.environment"})
"""What planning decides by the size of the job; that it differs is listed, and not what it is."""

RESTRICTED: Differences = {
    "leader.bounded": ([], ["cpu", "memory"]),  # the operator's pods ask for neither
    "leader.rootless": (False, True),
}
RENDEZVOUS: Differences = {
    "roles": (["Worker"], ["Master"]),  # without one there are no MASTER_ADDR, RANK and WORLD_SIZE
}
MENDED: dict[str, Differences] = {
    "cpodjob-general": {
        "retries": (None, 2),  # ignored by the operator for this type
        "leader.gpus": (None, "1"),  # forgotten by the operator for this type
        **RESTRICTED,
    },
    "cpodjob-mpi-2x4": {
        "processes": (None, 4),  # left out, mpirun has one slot a worker
        "leader.hostIPC": (True, False),
        "leader.rootless": (False, True),
        "worker.program": ([], ["/usr/sbin/sshd", "-De", "-f", "/home/mpiuser/.sshd_config"]),
        "worker.bounded": ([], ["cpu", "memory"]),
        "worker.sharedMemory": (None, ...),
        "worker.rootless": (False, True),
    },
    "cpodjob-pytorch-1x8": {
        **RENDEZVOUS,
        "processes": (None, "8"),
        "leader.readOnly": ([], ["/w/data", "/w/model"]),  # others mount them too
        "leader.sharedMemory": ("5Gi", ...),
        **RESTRICTED,
    },
    "modelstorage-tensorrt": {
        "leader.container": ("generater", "general"),
        "leader.readOnly": ([], ["/src"]),
        "leader.gpus": (None, "1"),  # forgotten by the operator
        "leader.rootless": (False, True),
    },
}
FINETUNES: dict[str, Differences] = {
    "finetune-lora-1gpu": {
        **RENDEZVOUS,
        "processes": (None, "1"),
        "retries": (None, 3),
        "leader.sharedMemory": (None, ...),
    },
    "finetune-full-2gpu": {
        **RENDEZVOUS,
        "processes": (None, "2"),
        "retries": (None, 3),
        "leader.sharedMemory": ("5Gi", ...),
    },
}
PLACES = frozenset({"leader.image", "leader.program", "leader.environment", "leader.claims", "leader.readOnly"})
"""Of a FineTune nothing but the result is a promise: the trainer is the library's, and has its own image and places."""

TRAINED: dict[str, Differences] = {
    "finetune-lora-1gpu": {
        "fp16": ("True", None),  # bf16 where the card has it
        "bf16": (None, "True"),
        "learning_rate": (None, "5e-05"),  # the document says it as `learning_rate_multiplier`, which is dropped
        "num_train_epochs": ("3", "3.0"),
    },
    "finetune-full-2gpu": {
        "fp16": ("True", None),
        "bf16": (None, "True"),
        "learning_rate": (None, "5e-05"),
        "num_train_epochs": ("1", "1.0"),
        "gradient_accumulation_steps": ("4", "16"),  # the batch of 8 does not fit: 2 x 16 x 2 = 8 x 4 x 2
        "lora_target": ("q_proj,v_proj", None),  # there are no adapters
    },
}
HABITS = frozenset({
    "model_name_or_path", "dataset", "dataset_dir", "output_dir", "overwrite_output_dir", "overwrite_cache", "plot_loss",
    "report_to", "logging_dir", "preprocessing_num_workers", "flash_attn", "save_strategy", "save_total_limit",
    "ddp_timeout", "disable_gradient_checkpointing", "deepspeed", "per_device_train_batch_size",
    "cutoff_len", "warmup_ratio", "max_grad_norm", "optim", "seed", "lora_rank", "lora_alpha",
})  # fmt: skip
"""Flags that say where things are, or that say the trainer's default aloud."""


def public(name: str, repository: str) -> str:
    """A public model with the volume that the operator makes: storage record, claim and volume."""
    volume = f"model-storage-{name}"
    common = {"accessModes": ["ReadOnlyMany"], "storageClassName": ""}
    spec = {
        **common,
        "capacity": {"storage": "100Mi"},
        "csi": {"driver": "csi.juicefs.com", "volumeHandle": volume},
        "mountOptions": [f"subdir=/models/{repository}"],
        "persistentVolumeReclaimPolicy": "Retain",
    }
    documents: list[dict[str, Any]] = [
        {
            "apiVersion": "cpod.cpod/v1",
            "kind": "ModelStorage",
            "metadata": {"name": volume, "namespace": "public"},
            "spec": {"modeltype": "oss", "modelname": repository, "pvc": f"pvc-model-{name}"},
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": f"pvc-model-{name}", "namespace": "public"},
            "spec": {**common, "resources": {"requests": {"storage": "100Mi"}}, "volumeName": volume},
        },
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": spec},
    ]
    return yaml.safe_dump_all(documents)


def run(root: Path, text: str, *companions: str) -> Compiled:
    files = {"clusters/prod.yaml": CLUSTER, "team/hydra.yaml": text}
    return compiled(repo_of(root, files | ({"public/hydra.yaml": "---\n".join(companions)} if companions else {})))


def finetuned(root: Path, name: str) -> Compiled:
    models = public(GEMMA, "google/gemma-2b-it"), public(LLAMA_3, "meta-llama/Meta-Llama-3-8B-Instruct")
    result = run(root, text_of(name, "input"), *models)
    assert result.errors() == []
    return result


def found(differences: Differences) -> Differences:
    """Differences without what planning decided."""
    return {key: (theirs, ... if key in DECIDED else ours) for key, (theirs, ours) in differences.items()}


@pytest.mark.parametrize("name", MENDED)
def test_a_workload_is_the_operators_but_for_what_is_listed(name: str, tmp_path: Path) -> None:
    result = run(tmp_path, text_of(name, "input"))
    assert result.errors() == []
    theirs, ours = workload(objects_of(name)), workload(result.objects)
    assert found(different(summary(theirs), summary(ours))) == MENDED[name]
    assert ours["metadata"]["name"].rpartition("-")[0] == theirs["metadata"]["name"]


@pytest.mark.parametrize("name", MENDED)
def test_claims_are_the_operators(name: str, tmp_path: Path) -> None:
    made = claims(run(tmp_path, text_of(name, "input")).objects)
    for claim, spec in claims(objects_of(name)).items():
        size = spec["resources"]["requests"]["storage"].replace("24576Mi", "24Gi")
        assert made[claim] == {**spec, "resources": {"requests": {"storage": size}}}


@pytest.mark.parametrize("name", FINETUNES)
def test_the_job_of_a_finetune_is_the_operators_but_for_what_is_listed(name: str, tmp_path: Path) -> None:
    result = finetuned(tmp_path, name)
    theirs, ours = workload(objects_of(name)), workload(result.objects)
    differences = found(different(summary(theirs), summary(ours)))
    assert differences.keys() >= PLACES
    assert {key: one for key, one in differences.items() if key not in PLACES} == FINETUNES[name] | RESTRICTED
    assert ours["metadata"]["name"].rpartition("-")[0] == theirs["metadata"]["name"]


@pytest.mark.parametrize("name", FINETUNES)
def test_a_finetune_trains_with_the_operators_numbers_but_for_what_is_listed(name: str, tmp_path: Path) -> None:
    (files,) = finetuned(tmp_path, name).of_kind("ConfigMap")
    ours = {key: str(value) for key, value in yaml.safe_load(files["data"]["train.yaml"]).items()}
    theirs = {key: value for key, value in flags(objects_of(name)[0]).items() if not key.startswith("accelerate ")}
    differences = different(theirs, ours)
    assert {key: one for key, one in differences.items() if key not in HABITS} == TRAINED[name]


@pytest.mark.parametrize("name", FINETUNES)
def test_an_optimizer_step_sees_as_many_sequences_of_each_gpu(name: str, tmp_path: Path) -> None:
    (files,) = finetuned(tmp_path, name).of_kind("ConfigMap")
    ours = yaml.safe_load(files["data"]["train.yaml"])
    theirs = flags(objects_of(name)[0])
    batch = int(theirs.get("per_device_train_batch_size", "8"))  # the default of Transformers
    sequences = batch * int(theirs["gradient_accumulation_steps"])
    assert ours["per_device_train_batch_size"] * ours["gradient_accumulation_steps"] == sequences


@pytest.mark.parametrize("name", FINETUNES)
def test_a_result_has_one_claim_in_place_of_two_and_the_room_of_both(name: str, tmp_path: Path) -> None:
    made, wanted = claims(finetuned(tmp_path, name).objects), claims(objects_of(name))
    (saved,) = (one for one in wanted if one.endswith("-modelsave-pvc"))
    size = int(wanted[saved]["resources"]["requests"]["storage"].removesuffix("Gi"))
    assert made[saved] == {**wanted[saved], "resources": {"requests": {"storage": f"{2 * size}Gi"}}}
    assert not any(one.endswith("-ckpt") for one in made)


def test_a_public_model_has_a_volume_and_a_claim_of_the_namespace(tmp_path: Path) -> None:
    objects = finetuned(tmp_path, "finetune-lora-1gpu").objects
    (claim,) = (
        one for one in objects
        if one["kind"] == "PersistentVolumeClaim"
        and (one["metadata"]["namespace"], one["metadata"]["name"]) == ("team-a", f"pvc-model-{GEMMA}")
    )  # fmt: skip
    volumes = {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "PersistentVolume"}
    clone = volumes[claim["spec"]["volumeName"]]
    assert clone["persistentVolumeReclaimPolicy"] == "Retain"  # the operator deletes shared data with the copy
    assert clone["claimRef"]["namespace"] == "team-a"
    assert clone["csi"]["driver"] == "csi.juicefs.com"


STORAGES = f"""
apiVersion: cpod.cpod/v1
kind: ModelStorage
metadata: {{name: llama2-7b, namespace: cpod}}
spec: {{modeltype: oss, modelname: meta-llama/Llama-2-7b, pvc: pvc-model-{LLAMA_2}}}
---
apiVersion: cpod.cpod/v1
kind: DatasetStorage
metadata: {{name: llama-2-7b-dataset, namespace: cpod}}
spec: {{datasettype: oss, datasetname: demo/conversations, pvc: pvc-dataset-demo}}
"""


def test_the_training_examples_of_the_documentation_compile_as_they_are_printed(tmp_path: Path) -> None:
    blocks = seed_blocks()[:3]
    result = run(tmp_path, "---\n".join([*blocks, STORAGES]), public(LLAMA_2, "meta-llama/Llama-2-7b"))
    assert result.errors() == []
    assert {"HYD364", "HYD365"} <= set(result.codes())
    jobs = {
        one["metadata"]["name"].rpartition("-")[0] or one["metadata"]["name"]: one
        for one in result.of_kind("PyTorchJob")
    }
    job = summary(jobs["llama-2-7b"])
    printed = yaml.safe_load(blocks[0])["spec"]
    assert job["leader.program"] == printed["command"]
    assert job["leader.claims"] == {
        "/workspace/models": f"pvc-model-{LLAMA_2}", "/workspace/modelsaved": "llama-2-7b-modelsave-pvc",
    }  # fmt: skip
    assert job["leader.selector"] == {"nvidia.com/gpu.product": printed["gpuType"]}
    assert "finetune-sample-cpodjob" in jobs


def test_the_example_uploads_what_it_saved(tmp_path: Path) -> None:
    result = run(tmp_path, "---\n".join([seed_blocks()[0], STORAGES]))
    (upload,) = result.of_kind("Job")
    assert upload["metadata"]["name"].startswith("llama-2-7b-export-")
    assert "results/models/cpod/llama-2-7b" in str(upload["spec"])


def test_without_the_storages_that_they_name_the_examples_say_which_are_missing(tmp_path: Path) -> None:
    result = run(tmp_path, "---\n".join(seed_blocks()[:2]))
    assert [one.partition(" ")[0] for one in result.errors()] == ["HYD306"] * 3
    assert [one.at.span().line for one in result.found if one.code.id == "HYD306"] == [53, 68, 70]
