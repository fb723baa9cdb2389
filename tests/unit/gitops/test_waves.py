"""Sync waves: off unless asked for, on nothing that hands annotations to pods, and in an order that cannot lock up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.compiled import Compiled
from tests.unit.gitops.trees import URL, cluster, tree

WAVE = "argocd.argoproj.io/sync-wave"
OWN = """\
apiVersion: v1
kind: Secret
metadata: {name: own, namespace: nlp, annotations: {argocd.argoproj.io/sync-wave: "-5"}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: s3, namespace: nlp}
spec: {secretStoreRef: {name: vault, kind: ClusterSecretStore}, target: {name: s3}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: scratch, namespace: nlp}
spec: {accessModes: [ReadWriteMany], resources: {requests: {storage: 1Gi}}}
"""
STATIC = {
    "storage": {
        "default": {"class": "cephfs"},
        "static": {"nfs": {"server": "10.0.0.5", "path": "/exports"}},
    }
}
SERVICE = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: chat, namespace: nlp}
models: {base: {from: qwen2.5-0.5b-instruct, volume: {class: nfs}}}
services: {api: {model: base, runtime: vllm, accelerator: {type: a100-80gb}}}
"""


def waves(result: Compiled) -> dict[str, str | None]:
    """The wave of each object, by kind and name without a digest."""
    found: dict[str, str | None] = {}
    for body in result.objects:
        metadata: dict[str, Any] = body["metadata"]
        found[f"{body['kind']}/{metadata['name']}"] = metadata.get("annotations", {}).get(WAVE)
    return found


def wave(found: dict[str, str | None], start: str) -> str | None:
    """The wave of the one object whose kind and name begin so."""
    (only,) = [value for key, value in found.items() if key.startswith(start)]
    return only


def compiled(root: Path, **gitops: Any) -> dict[str, str | None]:
    operators = {"operators": {"inference": {"api": "serving.kserve.io/v1beta1", "version": "0.18"}}}
    section = cluster(more=STATIC | operators, controller="argocd", repo=URL, **gitops)
    result = tree(root, section, platform__hydra=OWN, chat__hydra=SERVICE + "clusters: [prod]\n")
    assert result.errors() == []
    return waves(result)


def test_without_waves_no_object_has_one(tmp_path: Path) -> None:
    found = compiled(tmp_path)
    assert {key: one for key, one in found.items() if one is not None} == {"Secret/own": "-5"}


def test_preloads_come_first_with_their_claims_and_after_what_they_need(tmp_path: Path) -> None:
    found = compiled(tmp_path, waves=True)
    assert wave(found, "Job/bot-tickets-preload") == "-1"
    assert found["PersistentVolumeClaim/bot-tickets"] == "-1"
    assert wave(found, "ConfigMap/bot-greetings") == "-2"
    assert found["ExternalSecret/s3"] == "-2"


def test_a_claim_is_in_the_wave_of_its_first_consumer(tmp_path: Path) -> None:
    """One that waits for its first consumer is bound only when that is there, and Argo CD waits for the claim."""
    found = compiled(tmp_path, waves=True)
    assert found["PersistentVolumeClaim/bot-train"] is None
    assert wave(found, "PyTorchJob/bot-train") is None
    assert found["PersistentVolumeClaim/scratch"] is None


def test_a_volume_that_is_placed_has_its_directory_before_its_data(tmp_path: Path) -> None:
    found = compiled(tmp_path, waves=True)
    volumes = {key: one for key, one in found.items() if key.startswith("PersistentVolume/")}
    assert set(volumes.values()) == {"-2"}
    jobs = {key: one for key, one in found.items() if "chat-base" in key and key.startswith("Job/")}
    assert len(jobs) == 2
    assert set(jobs.values()) == {"-1"}


def test_a_kind_that_hands_annotations_to_pods_has_none(tmp_path: Path) -> None:
    assert wave(compiled(tmp_path, waves=True), "InferenceService/chat-api") is None


def test_a_wave_that_a_document_says_itself_stays(tmp_path: Path) -> None:
    assert compiled(tmp_path, waves=True)["Secret/own"] == "-5"


def test_waves_make_no_other_object(tmp_path: Path) -> None:
    assert compiled(tmp_path / "a", waves=True).keys() == compiled(tmp_path / "b").keys()
