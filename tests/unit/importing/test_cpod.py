"""Documents of cpodoperator as entries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.importing.imported import ACCELERATORS, Came, came_of

POEMS = """\
apiVersion: cpod.cpod/v1
kind: DataSetStorage
metadata: {name: poems, namespace: team}
spec: {datasettype: oss, datasetname: modelscope/poems, pvc: pvc-poems}
"""
BASE = """\
apiVersion: cpod.cpod/v1
kind: ModelStorage
metadata: {name: gemma, namespace: team}
spec: {modeltype: oss, modelname: google/gemma-2b-it, pvc: pvc-gemma, template: gemma}
"""
SHARED = """\
apiVersion: cpod.cpod/v1
kind: ModelStorage
metadata: {name: model-storage-0ce92f029254ff34-public, namespace: team}
spec: {modeltype: oss, modelname: google/gemma-2b-it, pvc: pvc-gemma}
"""
CLAIMS = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-poems, namespace: team}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: pvc-gemma, namespace: team}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 10Gi}}}
"""
BUCKET = (
    ACCELERATORS + "  dialects: {cpod: {bucket: results, secret: s3, finetuneGpuProduct: NVIDIA-GeForce-RTX-3090}}\n"
)


def job(**spec: Any) -> str:
    given = {"image": "registry.acme.io/train:1.4", "jobType": "pytorch", "command": ["torchrun", "train.py"], **spec}
    body = {"apiVersion": "cpod.cpod/v1beta1", "kind": "CPodJob", "metadata": {"name": "own", "namespace": "team"}}
    return yaml.safe_dump({**body, "spec": given})


def tuning(**spec: Any) -> str:
    given = {"model": "google/gemma-2b-it", "dataset": "poems", **spec}
    body = {"apiVersion": "cpod.cpod/v1beta1", "kind": "FineTune", "metadata": {"name": "lora", "namespace": "team"}}
    return yaml.safe_dump({**body, "spec": given})


def came(root: Path, *texts: str, cluster: str = BUCKET) -> Came:
    return came_of(root, *texts, CLAIMS, cluster=cluster)


def test_records_of_what_lies_on_claims_name_the_claims(tmp_path: Path) -> None:
    found = came(tmp_path, POEMS, BASE)
    assert found.project["datasets"] == {
        "poems": {"source": "pvc://pvc-poems", "format": {"style": "alpaca", "splits": {"train": "dataset.json"}}}
    }
    assert found.project["models"] == {"gemma": {"from": "gemma-2b-it", "source": "pvc://pvc-gemma"}}
    assert not found.said("HYD970")
    assert found.done.complete


def test_a_record_that_is_loaded_says_from_where(tmp_path: Path) -> None:
    record = BASE.replace("oss", "huggingface").replace(
        "google/gemma-2b-it, pvc: pvc-gemma", "Qwen/Qwen2.5-7B-Instruct"
    )
    found = came(tmp_path, record)
    assert found.project["models"]["gemma"]["source"] == "hf://Qwen/Qwen2.5-7B-Instruct"
    assert len(found.said("HYD970")) == 1


def test_a_job_with_one_claim_becomes_a_job(tmp_path: Path) -> None:
    spec = {
        "gpuRequiredPerReplica": 8, "gpuType": "NVIDIA-A100-SXM4-80GB", "datasetName": "poems", "datasetPath": "/data",
        "pretrainModelName": "gemma", "pretrainModelPath": "/model", "modelSavePath": "/out",
        "modelSaveVolumeSize": 51200, "backoffLimit": 1, "duration": 90,
        "env": [{"name": "A", "value": "1"}, {"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
    }  # fmt: skip
    found = came(tmp_path, POEMS, BASE, job(**spec))
    assert found.project["jobs"]["own"] == {
        "framework": "pytorch",
        "image": "registry.acme.io/train:1.4",
        "command": ["torchrun", "train.py"],
        "env": {"A": "1", "K": {"secret": "s", "key": "k"}},
        "accelerator": {"type": "a100-80gb", "count": 8},
        "mounts": {"/data": {"dataset": "poems"}, "/model": {"model": "gemma"}},
        "output": {"path": "/out", "size": "50Gi"},
        "retries": 1,
        "deadline": "1h30m",
    }
    assert found.said("HYD972") == []
    assert "`own-modelsave-pvc`" in found.said("HYD971")[0]


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"jobType": "general"}, "plain Job"),
        ({"gpuRequiredPerReplica": 1}, "any GPU"),
        (
            {"ckptPath": "/a", "ckptVolumeSize": 2048, "modelSavePath": "/b", "modelSaveVolumeSize": 2048},
            "2 claims",
        ),
        ({"uploadModel": True, "modelSavePath": "/b", "modelSaveVolumeSize": 2048}, "bucket"),
        ({"env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]}, "`IP`"),
    ],
)
def test_a_job_that_a_project_cannot_say_stays(tmp_path: Path, spec: dict[str, Any], why: str) -> None:
    found = came(tmp_path, job(**spec))
    assert found.done.text == ""
    assert why in found.said("HYD969")[0]


def test_what_the_project_adds_to_a_job_is_listed(tmp_path: Path) -> None:
    (said,) = came(tmp_path, job()).said("HYD972")
    assert "`spec.runPolicy.backoffLimit` is added as `3`" in said


def test_a_job_that_stays_keeps_what_it_mounts(tmp_path: Path) -> None:
    found = came(tmp_path, POEMS, BASE, job(jobType="general", datasetName="poems", datasetPath="/data"))
    assert "datasets" not in found.project
    assert [*found.project["models"]] == ["gemma"]
    assert "`CPodJob/own`, which stays, refers to it." in found.told


def test_a_fine_tuning_says_what_is_not_the_librarys(tmp_path: Path) -> None:
    flags = {"n_epochs": "2", "learning_rate": "1e-5", "batch_size": "4"}
    given = tuning(gpuCount=2, autoMerge=True, upload=True, hyperParameters=flags, config={"lora_rank": "16"})
    found = came(tmp_path, POEMS, SHARED, given)
    entry = found.project["finetunes"]["lora"]
    assert entry["model"] == "model-storage-0ce92f029254ff34-public"
    assert entry["lora"] == {"rank": 16, "targets": ["q_proj", "v_proj"]}
    said = {"epochs": 2, "globalBatchSize": 32, "learningRate": 1e-5}
    assert {name: entry["hyperparameters"][name] for name in said} == said
    assert "beta" not in entry["hyperparameters"]
    assert entry["output"]["merge"] is True
    assert entry["output"]["export"] == {"uri": "s3://results/models/team/lora", "secret": "s3"}
    assert found.said("HYD972") == []


def test_flags_that_only_the_trainer_knows_keep_a_fine_tuning(tmp_path: Path) -> None:
    found = came(tmp_path, POEMS, SHARED, tuning(config={"flash_attn": "fa2"}))
    assert "`flash_attn`" in found.said("HYD969")[0]


def test_a_service_of_a_fine_tuning_follows_it(tmp_path: Path) -> None:
    service = """\
apiVersion: cpod.cpod/v1beta1
kind: Inference
metadata: {name: chat, namespace: team}
spec:
  modelId: lora-cpodjob-modelsavestorage
  backend: ray
  predictor: {nodeSelector: {nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB}}
  autoscalerOptions: {minReplicas: 1, maxReplicas: 2}
"""
    found = came(tmp_path, POEMS, SHARED, tuning(autoMerge=True), service)
    assert found.project["services"]["chat"] == {
        "model": "lora",
        "runtime": "vllm",
        "engine": "ray",
        "accelerator": {"type": "a100-80gb"},
        "replicas": {"max": 2, "target": {"metric": "concurrency", "value": 3}},
    }
    assert found.said("HYD972") == []


def test_a_server_of_its_own_keeps_a_service(tmp_path: Path) -> None:
    service = """\
apiVersion: cpod.cpod/v1beta1
kind: Inference
metadata: {name: chat, namespace: team}
spec:
  modelId: gemma
  predictor: {containers: [{name: c, image: "registry.acme.io/serve:1", command: [serve]}]}
"""
    found = came(tmp_path, BASE, service)
    assert "container of its own" in found.said("HYD969")[0]
    assert "`Inference/chat`, which stays, refers to it." in found.told
