"""A repo that uses every field of the language, to be spoilt."""

from __future__ import annotations

from typing import Any

MOUNT = {"path": "/a", "mode": "0750", "uid": 1001, "gid": 1002}
LABELS = {"team": "support", "acme.io/cost-centre": "7"}
REQUIREMENT = {"key": "env", "operator": "In", "values": ["prod"]}
SELECTOR = {"matchLabels": {"env": "prod"}, "matchExpressions": [REQUIREMENT]}
CONDA = {
    "name": "tools", "pythonVersion": "3.11", "condaEnvironmentYml": "dependencies: [numpy]\n",
    "pipRequirementsTxt": "requests\n", "pipIndexUrl": "http://pypi.acme.io/simple", "pipExtraIndexUrl": "http://x.acme.io",
    "condaPrefixDir": "/opt/envs",
}  # fmt: skip
SOURCES: dict[str, Any] = {
    "s3": {"type": "S3", "uri": "s3://corp/a/b", "options": {"provider": "Minio", "region": "eu", "endpoint": "http://s3.acme.io", "envAuth": "true", "syncMode": "copy"}},
    "git": {"type": "GIT", "uri": "https://git.acme.io/a.git", "options": {"branch": "main", "commit": "1f3c9a0", "depth": "1", "submodules": "true"}},
    "ssh": {"type": "GIT", "uri": "git@git.acme.io:team/a.git", "options": {}},
    "http": {"type": "HTTP", "uri": "https://data.acme.io/a/", "options": {"X-Team": "support"}},
    "pvc": {"type": "PVC", "uri": "pvc://old/data", "options": {}},
    "nfs": {"type": "NFS", "uri": "nfs://10.0.0.1/a", "options": {}},
    "conda": {"type": "CONDA", "uri": "conda://tools", "options": CONDA},
    "hub": {"type": "HUGGING_FACE", "uri": "huggingface://acme/own", "options": {"repoType": "model", "revision": "1f3c9a0", "include": "*.json", "exclude": "*.bin", "endpoint": "http://hf.acme.io"}},
    "scope": {"type": "MODEL_SCOPE", "uri": "modelscope://acme/own", "options": {"revision": "1f3c9a0", "include": "*.json"}},
    "mysql": {"type": "DATABASE", "uri": "database://db.acme.io:3306", "options": {"dbName": "a", "tables": "b,c", "username": "reader"}},
    "hdfs": {"type": "HADOOP", "uri": "hdfs://nn:8020", "options": {"sourcePath": "/a", "username": "hdfs", "hdfsConfigName": "hdfs", "coreSiteXml": "core-site.xml", "hdfsSiteXml": "hdfs-site.xml"}},
    "manual": {"type": "MANUAL", "uri": "manual://", "options": {}},
    "ref": {"type": "REFERENCE", "uri": "dataset://{owner}/s3", "options": {}},
}  # fmt: skip
"""A source of every type, in the long form."""


def project(name: str) -> dict[str, Any]:
    """A Project with a data set of one source type, and every field that goes with it."""
    source = {**SOURCES[name], "uri": SOURCES[name]["uri"].format(owner="other")}
    entry = {
        "source": source,
        "secret": "reader",
        "volume": {"size": "50Gi", "class": "cephfs", "accessModes": ["ReadWriteMany"]},
        "mount": MOUNT,
        "share": {"namespaces": SELECTOR},
        "round": 2,
        "format": {"style": "alpaca", "columns": {"prompt": "q"}, "splits": {"train": "a"}},
    }
    return {
        "apiVersion": "hydra.io/v1alpha1",
        "kind": "Project",
        "metadata": {"name": "bot", "namespace": "nlp", "labels": LABELS},
        "clusters": ["prod"],
        "datasets": {name: entry},
        "overrides": {"prod": {"datasets": {name: {"round": 3}}}},
        "acknowledge": ["PersistentVolumeClaim/nlp/old"],
    }


def models() -> dict[str, Any]:
    """A Project with models, and sources in the short form."""
    return {
        **project("s3"),
        "datasets": {"short": {"source": "oci://registry.acme.io/a:1.0"}, "file": {"source": "./a.jsonl"}},
        "models": {
            "base": "qwen2.5-7b-instruct",
            "own": {"source": "hf://acme/own@1f3c9a0", "facts": {"parameters": "7.6B"}, "dtype": "bfloat16", "template": "qwen"},
            "from": {"from": "qwen2.5-7b-instruct", "secret": "reader"},
        },
        "overrides": {},
    }  # fmt: skip


def dataset(name: str) -> dict[str, Any]:
    """A Dataset document with a source of one type and every field."""
    source = {**SOURCES[name], "uri": SOURCES[name]["uri"].format(owner="nlp")}
    return {
        "apiVersion": "dataset.baizeai.io/v1alpha1",
        "kind": "Dataset",
        "metadata": {"name": name, "namespace": "nlp", "labels": {**LABELS, "hydra.io/model-id": "a"}, "annotations": {"note": "text"}},
        "spec": {
            "source": source,
            "secretRef": "reader",
            "share": True,
            "shareToNamespaceSelector": SELECTOR,
            "dataSyncRound": 2,
            "mountOptions": MOUNT,
            "volumeClaimTemplate": {"spec": {"storageClassName": "cephfs", "accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "5Gi"}}, "volumeMode": "Filesystem"}},
            "resources": {"requests": {"cpu": "1"}, "limits": {"memory": "1Gi"}},
        },
    }  # fmt: skip


def claimed() -> dict[str, Any]:
    """A Dataset on a claim that is there already."""
    found = dataset("s3")
    del found["spec"]["volumeClaimTemplate"]
    found["metadata"]["name"] = "claimed"
    found["spec"]["volumeClaimRef"] = {"name": "old", "subPath": "a"}
    return found


def plain() -> list[dict[str, Any]]:
    """Documents that are passed through."""
    meta = {"labels": dict(LABELS), "annotations": {"note": "text"}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "nlp", **meta}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "nlp", **meta}, "data": {"a": "b"}},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "old", "namespace": "nlp", **meta}, "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "", "volumeName": "old"}, "status": {"phase": "Bound"}},
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "old", **meta}, "spec": {"accessModes": ["ReadWriteMany"], "capacity": {"storage": "1Gi"}, "nfs": {"server": "10.0.0.1", "path": "/a"}, "storageClassName": "", "claimRef": {"name": "old", "namespace": "nlp"}}},
        {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "a", "namespace": "nlp", **meta}, "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "a:latest"}]}, }}},
        {"apiVersion": "model.hydra.io/v1alpha1", "kind": "ModelSpec", "metadata": {"name": "a"}, "spec": {"source": {"huggingface": {"name": "acme/own"}}}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "reader", "namespace": "nlp"}, "data": {}},
    ]  # fmt: skip


def cluster() -> dict[str, Any]:
    """A cluster with every field that a dataset can depend on."""
    return {
        "apiVersion": "hydra.io/v1alpha1",
        "kind": "Cluster",
        "metadata": {"name": "prod"},
        "spec": {
            "kubernetes": "1.33",
            "storage": {"default": {"class": "cephfs", "accessModes": ["ReadWriteMany"], "size": "10Gi", "fsGroup": True, "rootMode": "0777"}, "static": {"nfs": {"server": "10.0.0.5", "path": "/exports"}}},
            "images": {"registry": "registry.acme.io/mirror", "pullSecrets": ["acme"]},
            "offline": {"huggingface": "http://hf.acme.io", "pip": "http://pypi.acme.io/simple", "git": "http://git.acme.io"},
            "gate": {"timeout": "24h"},
            "namespaces": {"nlp": {"env": "prod"}},
            "defaults": {"serviceAccount": "loader", "podLabels": {"team": "ml"}, "resources": {"requests": {"cpu": "1"}}},
        },
    }  # fmt: skip


def settings() -> dict[str, Any]:
    """Settings with every field."""
    return {
        "compiler": ">=0.1", "output": "rendered", "library": ["library"], "schemas": ["schemas"],
        "policy": {"HYD403": "off", "HYD405": {"level": "info", "limit": "10Ti"}},
        "foreign": {".": ["prod"]}, "kinds": ["example.com/v1/Widget"], "acknowledge": ["a/b/c"],
    }  # fmt: skip
