"""Objects of Datasets where the controller does something that is easily missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.lowering.metadata import KEEP
from tests.compiled import Compiled, compiled, repo_of
from tests.unit.dialects.documents import claim, dataset, documents, namespace, volume

HUB = ("HUGGING_FACE", "huggingface://a/b")
NFS = ("NFS", "nfs://10.0.0.1/models")
OWN = {"baize.io/dataset-name": "src"}
STATIC = """
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec: {storage: {static: {shared: {server: 10.0.0.5, path: /exports}}}}
"""


def made(root: Path, *texts: str, **files: str) -> Compiled:
    result = compiled(repo_of(root, {"hydra.yaml": documents(*texts), **files}))
    assert result.errors() == []
    return result


def body(result: Compiled, kind: str, name: str, namespace: str = "team-a") -> dict[str, Any]:
    """The object of that kind whose name begins so."""
    scope = None if kind == "PersistentVolume" else namespace
    found = [
        one
        for one in result.of_kind(kind)
        if one["metadata"]["name"].startswith(name) and one["metadata"].get("namespace") == scope
    ]
    assert len(found) == 1, [one["metadata"] for one in result.objects]
    return found[0]


def test_a_volume_whose_documents_are_here_is_cloned_without_what_belongs_to_the_first(tmp_path: Path) -> None:
    result = made(
        tmp_path,
        dataset("src", *HUB, namespace="public", share=True),
        claim("src", namespace="public", labels=OWN, volume="pvc-1", phase="Bound"),
        volume("pvc-1"),
        dataset("ref", "REFERENCE", "dataset://public/src"),
    )
    clone = body(result, "PersistentVolume", "dataset-team-a-ref-")
    assert clone["metadata"]["labels"] == {"baize.io/dataset-name": "ref", "tier": "fast"}
    assert clone["metadata"]["annotations"] == KEEP | {"pv.kubernetes.io/provisioned-by": "csi.juicefs.com"}
    source = body(result, "PersistentVolume", "pvc-1")["spec"]
    assert clone["spec"] == {key: value for key, value in source.items() if key != "claimRef"} | {
        "persistentVolumeReclaimPolicy": "Retain"
    }
    assert body(result, "PersistentVolumeClaim", "ref")["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "resources": {"requests": {"storage": "10Gi"}},
        "volumeName": clone["metadata"]["name"],
    }


def test_a_claim_that_is_here_already_is_loaded_into_and_not_made_again(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("src", *HUB), claim("src", labels=OWN))
    assert body(result, "PersistentVolumeClaim", "src")["spec"]["resources"]["requests"] == {"storage": "10Gi"}
    assert body(result, "Job", "dataset-src-round-1")


def test_a_chain_of_references_ends_at_the_same_volume(tmp_path: Path) -> None:
    result = made(
        tmp_path,
        dataset("src", *NFS, namespace="public", share=True),
        dataset("mid", "REFERENCE", "dataset://public/src", namespace="team-b", share=True),
        dataset("ref", "REFERENCE", "dataset://team-b/mid/"),
    )
    specs = [one["spec"] for one in result.of_kind("PersistentVolume")]
    assert len(specs) == 3
    assert all(one == specs[0] for one in specs)
    handle = specs[0]["csi"]["volumeHandle"]
    assert handle == "10.0.0.1#/models#dataset-public-pvc-src#"


def test_a_reference_within_the_namespace_has_a_claim_of_its_own_where_that_can_be_made(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("src", *NFS, share=True), dataset("ref", "REFERENCE", "dataset://team-a/src"))
    name = body(result, "PersistentVolumeClaim", "ref")["spec"]["volumeName"]
    assert name == body(result, "PersistentVolume", "dataset-team-a-ref-")["metadata"]["name"]


def test_a_reference_within_the_namespace_to_what_the_cluster_provisions_uses_its_claim(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("src", *HUB, share=True), dataset("ref", "REFERENCE", "dataset://team-a/src"))
    assert [one["metadata"]["name"] for one in result.of_kind("PersistentVolumeClaim")] == ["src"]
    assert "HYD324" in [one.code.id for one in result.found]


def test_a_clones_name_depends_on_the_dataset_alone(tmp_path: Path) -> None:
    source = dataset("src", *NFS, namespace="public", share=True)
    texts = [source, dataset("ref", "REFERENCE", "dataset://public/src")]
    first = body(made(tmp_path / "a", *texts), "PersistentVolume", "dataset-team-a-ref-")
    second = body(made(tmp_path / "b", *reversed(texts)), "PersistentVolume", "dataset-team-a-ref-")
    assert first == second


def test_the_mode_of_an_export_is_written_as_the_dataset_writes_it(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("nfs", *NFS, mountOptions={"mode": "755"}))
    assert body(result, "PersistentVolume", "")["spec"]["csi"]["volumeAttributes"]["mountPermissions"] == "755"


def test_an_export_with_a_port_stays_what_the_controller_makes(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("nfs", "NFS", "nfs://10.0.0.1:2049/a%20b/c?x=1"))
    attributes = body(result, "PersistentVolume", "")["spec"]["csi"]["volumeAttributes"]
    assert (attributes["server"], attributes["subdir"]) == ("10.0.0.1:2049", "/a b/c")


@pytest.mark.parametrize("amount", ["0", "0Gi", "0.0", "0m", "0e3"])
def test_a_size_of_nothing_is_the_controllers_default(amount: str, tmp_path: Path) -> None:
    template = {"spec": {"resources": {"requests": {"storage": amount}}}}
    result = made(tmp_path, dataset("a", *HUB, volumeClaimTemplate=template))
    spec = body(result, "PersistentVolumeClaim", "a")["spec"]
    assert spec["resources"]["requests"] == {"storage": "100Ti"}


def test_a_template_is_taken_as_it_is(tmp_path: Path) -> None:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "volumeName": "pv-1",
        "selector": {"matchLabels": {"disk": "ssd"}},
        "resources": {"requests": {"storage": "1Gi"}, "limits": {"storage": "2Gi"}},
    }
    result = made(tmp_path, dataset("a", "MANUAL", "manual://", volumeClaimTemplate={"spec": spec}))
    assert body(result, "PersistentVolumeClaim", "a")["spec"] == {**spec, "volumeMode": "Filesystem"}


def test_a_dataset_can_be_placed_on_static_storage_by_its_class(tmp_path: Path) -> None:
    template = {"spec": {"storageClassName": "shared", "resources": {"requests": {"storage": "50Gi"}}}}
    result = made(
        tmp_path,
        dataset("src", *HUB, namespace="public", share=True, volumeClaimTemplate=template),
        dataset("ref", "REFERENCE", "dataset://public/src"),
        **{"clusters/prod.yaml": STATIC},
    )
    source = body(result, "PersistentVolume", "dataset-public-pvc-src")["spec"]
    assert source["nfs"] == {"path": "/exports/public/src", "server": "10.0.0.5"}
    assert source["capacity"] == {"storage": "50Gi"}
    assert body(result, "PersistentVolume", "dataset-team-a-ref-")["spec"]["nfs"] == source["nfs"]


def test_a_dataset_without_that_class_is_left_to_the_cluster(tmp_path: Path) -> None:
    result = made(tmp_path, dataset("src", *HUB), **{"clusters/prod.yaml": STATIC})
    assert result.of_kind("PersistentVolume") == []
    assert "storageClassName" not in body(result, "PersistentVolumeClaim", "src")["spec"]


def test_a_users_own_resources_and_devices_reach_the_loader(tmp_path: Path) -> None:
    resources = {"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"memory": "2048Mi"}}
    result = made(tmp_path, dataset("a", *HUB, resources=resources, options={"gpuType": "nvidia-gpu"}))
    assert body(result, "Job", "dataset-a")["spec"]["template"]["spec"]["containers"][0]["resources"] == {
        "requests": {"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1"},
        "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
    }


def test_a_device_is_no_header(tmp_path: Path) -> None:
    options = {"gpuType": "nvidia-gpu", "X-Team": "nlp, eu"}
    result = made(tmp_path, dataset("a", "HTTP", "https://h/d/", options=options))
    container = body(result, "Job", "dataset-a")["spec"]["template"]["spec"]["containers"][0]
    values = {one["name"]: one.get("value") for one in container["env"]}
    assert values["RCLONE_HTTP_HEADERS"] == 'X-Team,"nlp, eu"'


def test_the_same_dataset_on_a_labelled_namespace(tmp_path: Path) -> None:
    selector = {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["dev"]}]}
    made(
        tmp_path,
        dataset("src", *NFS, namespace="public", share=True, shareToNamespaceSelector=selector),
        dataset("ref", "REFERENCE", "dataset://public/src"),
        namespace("team-a", team="a"),
    )


@pytest.mark.parametrize(
    ("mode", "files", "directories"),
    [("0774", "0774", "0775"), ("755", "0755", "0755"), ("0440", "0440", "0750"), ("0600", "0600", "0700")],
)
def test_directories_are_traversable_for_who_may_read(mode: str, files: str, directories: str, tmp_path: Path) -> None:
    result = made(tmp_path, dataset("a", *HUB, mountOptions={"mode": mode}))
    container = body(result, "Job", "dataset-a")["spec"]["template"]["spec"]["containers"][0]
    values = {one["name"]: one.get("value") for one in container["env"]}
    assert (values["HYDRA_FILE_MODE"], values["HYDRA_DIRECTORY_MODE"]) == (files, directories)
