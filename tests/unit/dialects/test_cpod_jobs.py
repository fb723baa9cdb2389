"""CPodJob: what the operator makes, with what it drops."""

from __future__ import annotations

import pytest

from compiler.linking.workload import FieldPath, SecretKey
from tests.unit.dialects.cpod import BUCKET, came, claim, document, job, profile


def test_a_job_is_its_fields() -> None:
    result = came(
        job(
            args=["--fast"],
            gpuRequiredPerReplica=8,
            gpuType="NVIDIA-A100-SXM4-80GB",
            backoffLimit=1,
            duration=90,
            metadata={"labels": {"team": "nlp"}, "annotations": {"acme.io/note": "x"}},
        )
    )
    made = result.job
    assert result.codes() == []
    assert (made.framework, made.image, list(made.command), list(made.arguments)) == (
        "pytorch", "acme/train:1.4", ["python", "train.py"], ["--fast"],
    )  # fmt: skip
    assert (made.cards, made.accelerator, made.product, made.replicas) == (8, "a100-80gb", None, {"worker": 1})
    assert (made.retries, made.deadline_seconds, made.elastic) == (1, 5400, None)
    assert made.names == ("train-modelsave-pvc", "train", "train")
    assert (made.labels, made.annotations) == ({"team": "nlp"}, {"acme.io/note": "x"})
    assert made.processes is None


def test_several_workers_are_elastic_and_get_no_infiniband_that_nobody_told_of() -> None:
    made = came(job(workerReplicas=2, gpuRequiredPerReplica=8)).job
    assert (made.replicas, made.elastic) == ({"worker": 2}, (2, 2, None))
    assert (made.environment, made.extra_resources, made.capabilities) == ({}, {}, ())


def test_several_workers_use_rdma_where_the_cluster_has_it() -> None:
    made = came(job(workerReplicas=2, gpuRequiredPerReplica=8), cluster=profile(rdma=True)).job
    assert made.environment == {"NCCL_NET": "IB", "NCCL_IB_DISABLE": "0"}
    assert (made.extra_resources, made.capabilities) == ({"rdma/rdma_shared_device_a": "1"}, ("IPC_LOCK",))
    alone = came(job(gpuRequiredPerReplica=8), cluster=profile(rdma=True)).job
    assert (alone.environment, alone.extra_resources, alone.capabilities) == ({}, {}, ())


def test_mpi_has_a_launcher() -> None:
    made = came(job(jobType="mpi", workerReplicas=2, gpuRequiredPerReplica=4)).job
    assert (made.framework, made.replicas, made.cards, made.elastic) == ("mpi", {"launcher": 1, "worker": 2}, 4, None)


def test_a_general_job_runs_once_with_its_gpus_and_retries() -> None:
    result = came(job(jobType="general", workerReplicas=3, gpuRequiredPerReplica=1, backoffLimit=2))
    made = result.job
    assert result.codes() == ["HYD332"]
    assert (made.replicas, made.cards, made.retries) == ({"worker": 1}, 1, 2)


@pytest.mark.parametrize(("version", "gpus"), [("cpod.cpod/v1beta1", 0), ("cpod.sxwl.ai/v1beta1", 8)])
def test_gpus_that_are_not_said_are_those_of_the_group(version: str, gpus: int) -> None:
    assert came(job(version=version)).job.cards == gpus


def test_data_is_mounted_where_a_name_and_a_path_are_given() -> None:
    result = came(
        job(
            datasetName="poems",
            datasetPath="/data/",
            datasetIsPublic=True,
            pretrainModelName="base",
            pretrainModelPath="/models",
        )
    )
    assert [(one.role, one.wanted, one.name, one.key) for one in result.job.references] == [
        ("/data", "dataset", "poems", ("public", "poems")),
        ("/models", "model", "base", ("team-a", "base")),
    ]


def test_the_copy_that_the_operator_made_of_a_public_storage_counts_where_it_is_here() -> None:
    copy = document("DatasetStorage", "poems-public", {"pvc": "pv-public"})
    made = came(copy, job(datasetName="poems", datasetPath="/data", datasetIsPublic=True)).job
    assert made.references[0].key == ("team-a", "poems-public")


def test_claims_have_the_operators_names_and_mebibytes() -> None:
    result = came(
        job(ckptPath="/ckpt", ckptVolumeSize=10240, modelSavePath="/out", modelSaveVolumeSize=100),
        cluster=profile(storageClass="juicefs-sc"),
    )
    modes = ("ReadWriteMany",)
    assert [one[:5] for one in result.job.outputs] == [
        ("train-ckpt", "/ckpt", "10Gi", "juicefs-sc", modes),
        ("train-modelsave-pvc", "/out", "100Mi", "juicefs-sc", modes),
    ]
    assert not any(one.per_run for one in result.job.outputs)
    assert result.codes() == ["HYD365"]


def test_a_claim_for_logs_is_mounted_where_the_repo_has_it() -> None:
    made = came(claim("log-volume-tensorboard-0"), job()).job
    assert [one[:2] for one in made.outputs] == [("log-volume-tensorboard-0", "/logs")]
    assert came(claim("log-volume-tensorboard-0", namespace="team-b"), job()).job.outputs == ()


@pytest.mark.parametrize(
    ("annotations", "path"),
    [
        ({}, "models/team-a/train"),
        ({"acme.io/note": "x"}, "models/team-a/train"),
        ({"cpod.cpod/modelstorageName": "acme/Bot 7B"}, "models/team-a/Bot-7B-"),
        ({"cpod.cpod/cpod-finetune-id": "ft"}, "adapters/team-a/train"),
        ({"cpod.sxwl.ai/cpod-finetune-id": "ft", "cpod.cpod/cpod-auto-merge": ""}, "models/team-a/train"),
    ],
)
def test_an_upload_says_where_to(annotations: dict[str, str], path: str) -> None:
    text = job(modelSavePath="/out/", modelSaveVolumeSize=2048, uploadModel=True, metadata={"annotations": annotations})
    upload = came(text, cluster=profile(**BUCKET)).job.upload
    assert upload is not None
    assert upload.path.startswith(path)
    assert upload.directory == "/out"


def test_variables_come_from_where_the_pods_come_from() -> None:
    env = [
        {"name": "A", "value": "b"},
        {"name": "EMPTY"},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "POD", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
    ]
    assert came(job(env=env)).job.environment == {
        "A": "b", "EMPTY": "", "TOKEN": SecretKey("s", "k"), "POD": FieldPath("metadata.name"),
    }  # fmt: skip


def test_a_job_without_a_gpu_needs_no_label() -> None:
    result = came(job(gpuType=""))
    assert (result.job.accelerator, result.job.product, result.job.cards, result.codes()) == (None, None, 0, [])


def test_a_form_of_a_pool_is_found_as_for_a_finetune() -> None:
    made = came(job(gpuType="NVIDIA-A100-80GB-PCIe", gpuRequiredPerReplica=4)).job
    assert (made.accelerator, made.product) == ("a100-pcie-80gb", None)


def test_a_gpu_that_no_pool_has_is_an_error() -> None:
    result = came(job(gpuType="NVIDIA-A100-SMX4-80GB", gpuRequiredPerReplica=4))
    assert (result.values, result.codes()) == ([], ["HYD368"])


def test_a_cluster_without_accelerators_leaves_the_label_with_a_warning() -> None:
    result = came(job(gpuType="Acme-1", gpuRequiredPerReplica=4), cluster=profile({}))
    assert (result.job.accelerator, result.job.product, result.codes()) == (None, "Acme-1", ["HYD369"])


def test_fields_of_the_language_stand_where_the_document_says_them() -> None:
    made = came(
        job(
            workerReplicas=2,
            gpuRequiredPerReplica=4,
            gpuType="NVIDIA-A100-SXM4-80GB",
            datasetName="a",
            datasetPath="/d/",
        )
    ).job
    ways = [
        ("accelerator", "type"), ("accelerator", "count"), ("replicas", "worker"), ("image",), ("mounts", "/d"),
        ("resources", "cpu"),
    ]  # fmt: skip
    assert [made.at(*way).span().line for way in ways] == [
        made.origin.document.at("spec", field).span().line
        for field in ("gpuType", "gpuRequiredPerReplica", "workerReplicas", "image", "datasetPath")
    ] + [made.origin.span().line]
