"""Datasets on which the original controller fails, waits for ever or reads something else: each has a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiled import compiled, repo_of
from tests.unit.dialects.documents import claim, dataset, documents, namespace

HTTP = ("HTTP", "http://example.com/data/")
NFS = ("NFS", "nfs://10.0.0.1/models")
SHARED = dataset("src", *NFS, namespace="public", share=True)
REFERENCE = dataset("ref", "REFERENCE", "dataset://public/src")
ONLY_PROD = {"matchLabels": {"env": "prod"}}

POLICY = ("HYD403", "HYD405")
"""Rules that have their own tests."""

ERRORS = {
    "a reference to a dataset that is not shared": (
        documents(dataset("src", *NFS, namespace="public"), REFERENCE),
        "HYD308",
    ),
    "a reference within the namespace to a dataset that is not shared": (
        documents(dataset("src", *NFS), dataset("ref", "REFERENCE", "dataset://team-a/src")),
        "HYD308",
    ),
    "a reference to nothing": (REFERENCE, "HYD306"),
    "a reference to itself": (dataset("ref", "REFERENCE", "dataset://team-a/ref", share=True), "HYD307"),
    "references in a circle": (
        documents(
            dataset("a", "REFERENCE", "dataset://team-a/b", share=True),
            dataset("b", "REFERENCE", "dataset://team-a/a", share=True),
        ),
        "HYD307",
    ),
    "a selector that does not match": (
        documents(
            dataset("src", *NFS, namespace="public", share=True, shareToNamespaceSelector=ONLY_PROD),
            REFERENCE,
            namespace("team-a", env="dev"),
        ),
        "HYD309",
    ),
    "a selector without a namespace to hold it against": (
        documents(dataset("src", *NFS, namespace="public", share=True, shareToNamespaceSelector=ONLY_PROD), REFERENCE),
        "HYD311",
    ),
    "a reference to a volume that the cluster provisions": (
        documents(dataset("src", "HUGGING_FACE", "huggingface://a/b", namespace="public", share=True), REFERENCE),
        "HYD312",
    ),
    "a reference to a claim whose documents are not here": (
        documents(dataset("src", "PVC", "pvc://data", namespace="public", share=True), REFERENCE),
        "HYD312",
    ),
    "a claim of another dataset": (
        documents(dataset("a", "PVC", "pvc://data"), claim("data", labels={"baize.io/dataset-name": "b"})),
        "HYD316",
    ),
    "two datasets on one claim": (
        documents(dataset("a", "PVC", "pvc://data"), dataset("b", "PVC", "pvc://data/x"), claim("data")),
        "HYD316",
    ),
    "a dataset on the claim that another one makes": (
        documents(dataset("a", "PVC", "pvc://b"), dataset("b", *HTTP)),
        "HYD316",
    ),
    "a claim of the dataset's name that is not the dataset's": (
        documents(dataset("a", *HTTP), claim("a")),
        "HYD316",
    ),
    "a claim that is pending": (
        documents(dataset("a", *HTTP, volumeClaimRef={"name": "data"}), claim("data", phase="Pending")),
        "HYD323",
    ),
    "volumeClaimRef with an export": (dataset("a", *NFS, volumeClaimRef={"name": "data"}), "HYD333"),
    "volumeClaimRef with a template": (
        dataset("a", *HTTP, volumeClaimRef={"name": "x"}, volumeClaimTemplate={"metadata": {"name": "y"}}),
        "HYD333",
    ),
    "an absolute subPath": (dataset("a", *HTTP, volumeClaimRef={"name": "data", "subPath": "/x"}), "HYD205"),
    "dots in a subPath": (dataset("a", *HTTP, volumeClaimRef={"name": "data", "subPath": "a..b"}), "HYD205"),
    "an empty mount path": (dataset("a", *HTTP, mountOptions={"path": ""}), "HYD205"),
    "a mount path that leads out": (dataset("a", *HTTP, mountOptions={"path": "/../x"}), "HYD205"),
    "a mode that is none": (dataset("a", *HTTP, mountOptions={"mode": "0999"}), "HYD205"),
    "a negative round": (dataset("a", *HTTP, dataSyncRound=-1), "HYD205"),
    "a negative uid": (dataset("a", *HTTP, mountOptions={"uid": -1}), "HYD205"),
    "an option that is a number": (dataset("a", "GIT", "https://h/r.git", options={"depth": 1}), "HYD203"),
    "a type of another case": (dataset("a", "git", "https://h/r.git"), "HYD204"),
    "a uri that is missing": (dataset("a", "GIT", None), "HYD203"),  # type: ignore[arg-type]
    "two exports with one volume name": (
        documents(dataset("c", *NFS, namespace="a-pvc-b"), dataset("b-pvc-c", *NFS, namespace="a")),
        "HYD305",
    ),
    "a manual source with a name": (dataset("a", "MANUAL", "manual://invalid"), "HYD501"),
    "a scheme of another type": (dataset("a", "S3", "https://bucket/x"), "HYD502"),
    "an environment without a name": (dataset("a", "CONDA", "conda://x"), "HYD501"),
    "a database without tables": (
        dataset("a", "DATABASE", "database://db:3306", options={"dbName": "shop"}),
        "HYD501",
    ),
    "an HDFS without a path": (dataset("a", "HADOOP", "hdfs://10.0.0.1:9000", options={}), "HYD501"),
    "settings of an HDFS that come from nowhere": (
        dataset("a", "HADOOP", "hdfs://h:9000", options={"sourcePath": "/x", "coreSiteXml": "core-site.xml"}),
        "HYD503",
    ),
    "AWS without a region": (dataset("a", "S3", "s3://b/x", options={"provider": "AWS"}), "HYD503"),
    "a way to synchronise that is none": (dataset("a", "S3", "s3://b/x", options={"syncMode": "mirror"}), "HYD503"),
    "a depth that is no number": (dataset("a", "GIT", "https://h/r.git", options={"depth": "all"}), "HYD503"),
    "offline, which breaks the loader": (
        dataset("a", "HUGGING_FACE", "huggingface://a/b", options={"offline": "true"}),
        "HYD503",
    ),
}

WARNINGS = {
    "round 0 is round 1": (dataset("a", *HTTP, dataSyncRound=0), "HYD331"),
    "uid 0 is 1000": (dataset("a", *HTTP, mountOptions={"uid": 0}), "HYD331"),
    "gid 0 is 1000": (dataset("a", *HTTP, mountOptions={"gid": 0}), "HYD331"),
    "a name in the template is pruned": (
        dataset("a", *HTTP, volumeClaimTemplate={"metadata": {"name": "other"}}),
        "HYD332",
    ),
    "a template of a reference is ignored": (
        documents(
            SHARED,
            dataset(
                "ref", "REFERENCE", "dataset://public/src", volumeClaimTemplate={"spec": {"storageClassName": "x"}}
            ),
        ),
        "HYD332",
    ),
    "a device that there is not": (dataset("a", *HTTP, options={"gpuType": "abacus"}), "HYD332"),
    "a claim that nothing describes": (dataset("a", "PVC", "pvc://data"), "HYD313"),
    "a claim of the dataset's own name that nothing makes": (dataset("data", "PVC", "pvc://data"), "HYD313"),
    "an export with a port": (dataset("a", "NFS", "nfs://10.0.0.1:2049/models"), "HYD501"),
    "an export that only one node may mount": (
        dataset("a", *NFS, volumeClaimTemplate={"spec": {"accessModes": ["ReadWriteOnce"]}}),
        "HYD325",
    ),
    "an export as a block device": (
        dataset("a", *NFS, volumeClaimTemplate={"spec": {"volumeMode": "Block"}}),
        "HYD325",
    ),
    "an export that is too small": (
        dataset("a", *NFS, volumeClaimTemplate={"spec": {"resources": {"requests": {"storage": "101Ti"}}}}),
        "HYD325",
    ),
    "a secret for git's own transport": (dataset("a", "GIT", "git://h/r.git", secretRef="cred"), "HYD506"),
    "a secret for an export": (dataset("a", *NFS, secretRef="cred"), "HYD506"),
    "a secret for an environment": (
        dataset("a", "CONDA", "conda://x", secretRef="cred", options={"name": "x", "pythonVersion": "3.11"}),
        "HYD506",
    ),
    "an option that means nothing": (dataset("a", "GIT", "https://h/r.git", options={"repoType": "MODEL"}), "HYD504"),
}

FINE = {
    "a selector over the name that every namespace has": documents(
        dataset(
            "src",
            *NFS,
            namespace="public",
            share=True,
            shareToNamespaceSelector={"matchLabels": {"kubernetes.io/metadata.name": "team-a"}},
        ),
        REFERENCE,
    ),
    "an empty selector": documents(
        dataset("src", *NFS, namespace="public", share=True, shareToNamespaceSelector={}), REFERENCE
    ),
    "an empty template beside volumeClaimRef": documents(
        dataset("a", *HTTP, volumeClaimRef={"name": "data"}, volumeClaimTemplate={}), claim("data")
    ),
    "a claim that another dataset makes, by volumeClaimRef": documents(
        dataset("a", *HTTP, volumeClaimRef={"name": "b"}), dataset("b", *HTTP)
    ),
    "a claim with the dataset's label": documents(
        dataset("a", "PVC", "pvc://data"), claim("data", labels={"baize.io/dataset-name": "a"})
    ),
    "a name of 63 characters": dataset("a" * 63, *HTTP),
    "a name with dots": dataset("qwen2.5", *HTTP),
    "headers and a device": dataset("a", *HTTP, options={"X-Team": "nlp", "gpuType": "nvidia-gpu"}),
}


@pytest.mark.parametrize("name", ERRORS)
def test_error(name: str, tmp_path: Path) -> None:
    text, code = ERRORS[name]
    result = compiled(repo_of(tmp_path, {"hydra.yaml": text}))
    assert {one.partition(" ")[0] for one in result.errors()} == {code}, result.errors()


@pytest.mark.parametrize("name", WARNINGS)
def test_warning(name: str, tmp_path: Path) -> None:
    text, code = WARNINGS[name]
    result = compiled(repo_of(tmp_path, {"hydra.yaml": text}))
    assert result.errors() == []
    assert [one for one in result.codes() if one not in POLICY] == [code]


@pytest.mark.parametrize("name", FINE)
def test_fine(name: str, tmp_path: Path) -> None:
    result = compiled(repo_of(tmp_path, {"hydra.yaml": FINE[name]}))
    assert [one for one in result.codes() if one not in POLICY] == []
