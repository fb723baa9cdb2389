"""Datasets of BaizeAI as entries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.importing.imported import came_of, dataset

CLASSED = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec: {storage: {default: {class: cephfs, size: 100Ti}}}
"""


def entry(root: Path, **given: Any) -> dict[str, Any]:
    found = came_of(root, dataset(**given)).project
    section = "models" if "models" in found else "datasets"
    value: dict[str, Any] = found[section]["tickets"]
    return value


def test_an_entry_says_what_the_dataset_says_and_nothing_else(tmp_path: Path) -> None:
    assert entry(tmp_path) == {"source": "s3://corp/tickets", "volume": {"size": "100Ti"}}


def test_what_the_cluster_gives_anyway_is_not_written(tmp_path: Path) -> None:
    found = came_of(tmp_path, dataset(), cluster=CLASSED)
    assert found.project["datasets"] == {"tickets": {"source": "s3://corp/tickets"}}


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ({"type": "HUGGING_FACE", "uri": "huggingface://acme/x", "options": {"repoType": "MODEL"}}, "hf://acme/x"),
        (
            {
                "type": "HUGGING_FACE",
                "uri": "huggingface://acme/x",
                "options": {"repoType": "DATASET", "revision": "v1"},
            },
            "hf://datasets/acme/x@v1",
        ),
        ({"type": "MODEL_SCOPE", "uri": "modelscope://acme/x"}, "modelscope://acme/x"),
        (
            {"type": "GIT", "uri": "https://git.acme.io/a/b", "options": {"commit": "main"}},
            "git://git.acme.io/a/b@main",
        ),
        ({"type": "NFS", "uri": "nfs://10.0.0.5/exports"}, "nfs://10.0.0.5/exports"),
        (
            {"type": "S3", "uri": "s3://corp/a", "options": {"region": "eu-1"}},
            {"type": "S3", "uri": "s3://corp/a", "options": {"region": "eu-1"}},
        ),
        ({"type": "HTTP", "uri": "https://a.io/x"}, "https://a.io/x"),
    ],
)
def test_a_source_is_a_uri_where_that_reads_as_the_same(tmp_path: Path, source: Any, written: Any) -> None:
    assert entry(tmp_path, source=source)["source"] == written


def test_weights_of_a_hub_are_models_and_data_sets_are_datasets(tmp_path: Path) -> None:
    weights = dataset("a", source={"type": "HUGGING_FACE", "uri": "hf://acme/a", "options": {"repoType": "MODEL"}})
    data = dataset("b", source={"type": "HUGGING_FACE", "uri": "hf://acme/b", "options": {"repoType": "DATASET"}})
    found = came_of(tmp_path, weights, data).project
    assert [*found["models"]] == ["a"]
    assert [*found["datasets"]] == ["b"]


def test_every_field_that_a_project_has_a_word_for_is_taken_over(tmp_path: Path) -> None:
    found = entry(
        tmp_path,
        secretRef="s3",
        share=True,
        shareToNamespaceSelector={"matchLabels": {"env": "prod"}},
        mountOptions={"path": "/raw", "mode": "0750", "uid": 2000, "gid": 3000},
        dataSyncRound=4,
        volumeClaimTemplate={
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "fast",
                "resources": {"requests": {"storage": "5Gi"}},
            }
        },
    )
    assert found == {
        "source": "s3://corp/tickets",
        "secret": "s3",
        "volume": {"size": "5Gi", "class": "fast", "accessModes": ["ReadWriteOnce"]},
        "mount": {"path": "/raw", "mode": "0750", "uid": 2000, "gid": 3000},
        "share": {"namespaces": {"matchLabels": {"env": "prod"}}},
        "round": 4,
    }


def test_a_reference_leads_to_the_entry_that_its_dataset_became(tmp_path: Path) -> None:
    owner = dataset("base", "public", share=True, source={"type": "NFS", "uri": "nfs://10.0.0.5/base"})
    user = dataset("copy", source={"type": "REFERENCE", "uri": "dataset://public/base"})
    found = {one["metadata"]["name"]: one for one in came_of(tmp_path, owner, user).documents}
    assert found["nlp"]["datasets"]["copy"]["source"] == "dataset://public/base"
    assert found["public"]["datasets"]["base"]["share"] is True


def test_a_reference_within_a_namespace_names_the_project(tmp_path: Path) -> None:
    user = dataset("copy", source={"type": "REFERENCE", "uri": "dataset://nlp/tickets"})
    found = came_of(tmp_path, dataset(share=True), user, name="bot")
    assert found.project["datasets"]["copy"]["source"] == "dataset://bot/tickets"
    assert not found.said("HYD969")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"volumeClaimTemplate": {"spec": {"volumeName": "pv-1"}}}, "`volumeName`"),
        ({"volumeClaimRef": {"name": "own"}}, "loaded onto the claim `own`"),
    ],
)
def test_a_dataset_that_a_project_cannot_say_stays_with_the_reason(tmp_path: Path, spec: Any, why: str) -> None:
    found = came_of(tmp_path, dataset(**spec))
    assert found.done.text == ""
    assert why in found.said("HYD969")[0]
    assert not found.done.complete


def test_a_claim_that_is_there_is_read_where_it_is(tmp_path: Path) -> None:
    found = entry(tmp_path, source={"type": "PVC", "uri": "pvc://scratch/corpora"})
    assert found == {"source": "pvc://scratch/corpora"}


def test_data_that_was_put_there_by_hand_stays_on_its_claim(tmp_path: Path) -> None:
    manual = dataset(source={"type": "MANUAL", "uri": "manual://"}, mountOptions={"path": "/in"})
    found = came_of(tmp_path, manual)
    project, claim = found.documents
    assert project["datasets"]["tickets"] == {"source": "pvc://tickets/in"}
    assert (claim["kind"], claim["metadata"]["name"]) == ("PersistentVolumeClaim", "tickets")
    assert found.codes == []
    assert "PersistentVolumeClaim/nlp/tickets" not in found.told


def test_loading_again_is_said_with_both_claims(tmp_path: Path) -> None:
    (said,) = came_of(tmp_path, dataset(), name="bot").said("HYD970")
    assert "`bot-tickets`" in said
    assert "`tickets` stays there" in said


def test_claims_can_be_kept_and_then_nothing_is_loaded(tmp_path: Path) -> None:
    found = came_of(tmp_path, dataset(secretRef="s3", dataSyncRound=2, mountOptions={"uid": 5}), keep=True)
    project, claim = found.documents
    assert project["datasets"]["tickets"] == {"source": "pvc://tickets", "mount": {"uid": 5}}
    assert claim["spec"]["resources"]["requests"]["storage"] == "100Ti"
    assert found.codes == []
    assert "Job/nlp/dataset-tickets-round-2 is gone" in found.told


def test_a_model_on_a_kept_claim_keeps_what_the_library_knows_of_it(tmp_path: Path) -> None:
    source = {"type": "HUGGING_FACE", "uri": "hf://Qwen/Qwen2.5-7B-Instruct", "options": {"repoType": "MODEL"}}
    found = came_of(tmp_path, dataset("base", source=source), keep=True)
    assert found.project["models"]["base"] == {"from": "qwen2.5-7b-instruct", "source": "pvc://base"}


def test_labels_that_all_have_become_the_projects(tmp_path: Path) -> None:
    first = dataset("a", metadata={"labels": {"team": "nlp", "tier": "1"}})
    second = dataset("b", metadata={"labels": {"team": "nlp", "hydra.io/model-id": "x"}})
    found = came_of(tmp_path, first, second)
    assert found.project["metadata"]["labels"] == {"team": "nlp"}
    assert any("`metadata.labels.tier` is gone" in one for one in found.said("HYD972"))


def test_what_a_project_loses_is_listed_by_object_and_field(tmp_path: Path) -> None:
    noted = dataset(metadata={"annotations": {"owner": "hidden-text"}}, resources={"limits": {"cpu": "2"}})
    said = came_of(tmp_path, noted).said("HYD972")
    assert any(
        "PersistentVolumeClaim/nlp/tickets" in one and "`metadata.annotations.owner` is gone" in one for one in said
    )
    assert any("Job/nlp/dataset-tickets-round-1" in one and "resources" in one for one in said)
    assert not any("hidden-text" in one for one in said)


def test_a_name_that_no_entry_can_have_stays(tmp_path: Path) -> None:
    found = came_of(tmp_path, dataset("7b"), dataset("b.2"))
    assert [*found.project["datasets"]] == ["b-2"]
    assert "`Dataset/7b` stays" in found.said("HYD969")[0]


def test_a_dataset_stays_where_a_document_mounts_its_claim_that_stays(tmp_path: Path) -> None:
    service = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: chat, namespace: nlp}
spec: {predictor: {model: {modelFormat: {name: sklearn}, storageUri: "pvc://tickets/model"}}}
"""
    found = came_of(tmp_path, dataset(), service, dataset("other"))
    assert [*found.project["datasets"]] == ["other"]
    assert "`InferenceService/chat`, which stays, refers to it." in found.told
    kept = came_of(tmp_path, dataset(), service, keep=True)
    assert kept.project["datasets"] == {"tickets": {"source": "pvc://tickets"}}
