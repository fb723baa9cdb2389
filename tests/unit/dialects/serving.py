"""Small good documents of KServe and KubeRay, and what is said about spoilt ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.compiled import Compiled, compiled_text

CLUSTER = {
    "apiVersion": "hydra.io/v1alpha1",
    "kind": "Cluster",
    "metadata": {"name": "prod"},
    "spec": {"storage": {"default": {"class": "cephfs", "accessModes": ["ReadWriteMany"], "size": "100Gi"}}},
}


def pod(image: str = "acme.io/ray:2.52.0", **fields: Any) -> dict[str, Any]:
    """A pod template of one container."""
    return {"spec": {"containers": [{"name": "ray", "image": image, **fields}]}}


def ray(kind: str, **cluster: Any) -> dict[str, Any]:
    """A document of KubeRay; `cluster` is added to the cluster's spec."""
    group = {"groupName": "gpu", "minReplicas": 1, "maxReplicas": 2, "template": pod()}
    spec = {"headGroupSpec": {"template": pod()}, "workerGroupSpecs": [group], **cluster}
    whole = {"RayCluster": spec, "RayJob": {"rayClusterSpec": spec}, "RayService": {"rayClusterConfig": spec}}
    return {
        "apiVersion": "ray.io/v1",
        "kind": kind,
        "metadata": {"name": "one", "namespace": "nlp"},
        "spec": whole[kind],
    }


def service(predictor: dict[str, Any] | None = None, **annotations: str) -> dict[str, Any]:
    """An InferenceService; annotations by their names under KServe's prefix."""
    named = {
        f"serving.kserve.io/{name}": value for name, value in {"deploymentMode": "Standard", **annotations}.items()
    }
    model = {"model": {"modelFormat": {"name": "sklearn"}, "storageUri": "s3://models/a"}}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "one", "namespace": "nlp", "annotations": named},
        "spec": {"predictor": model if predictor is None else predictor},
    }


def on(tmp_path: Path, *bodies: dict[str, Any], **operators: Any) -> Compiled:
    """Compile documents for a cluster with those operators, or for any."""
    spec = CLUSTER["spec"]
    assert isinstance(spec, dict)
    cluster = CLUSTER | {"spec": spec | {"operators": operators}}
    files = {"clusters/prod": yaml.safe_dump(cluster)} if operators else {}
    return compiled_text(tmp_path, hydra=yaml.safe_dump_all(bodies, sort_keys=False), **files)
