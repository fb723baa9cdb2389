"""Documents of KServe: they go through as they are, and what its webhooks refuse or rewrite is said before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.checking.schemas import Schemas
from compiler.data import data_root
from compiler.dialects.base import Passed
from compiler.dialects.deferred import Around, Deferred
from compiler.dialects.kserve import read_service
from compiler.library.layers import Layer
from compiler.library.library import Library
from compiler.lowering.passed import passed
from compiler.planning.plans import PassedPlan
from compiler.source.document import Document, SourceFile
from compiler.spec.cluster.operators import Inference
from compiler.specs import profiles_of
from tests.unit.dialects.serving import on, service

SHIPPED = Schemas()
LIBRARY = Library([Layer(data_root(), "library")])
(ANYWHERE,) = profiles_of((), LIBRARY).value.values()
SERVER = {"name": "kserve-container", "image": "acme.io/server:1"}
SIZE = {"cpu": "4", "memory": "32Gi"}
WORDS = (
    "predictor", "transformer", "explainer", "canary", "model", "modelFormat", "containers", "workerSpec", "env", "name",
    "storageUri", "storageUris", "uri", "mountPath", "resources", "limits", "minReplicas", "maxReplicas", "scaleMetric",
    "scaleTarget", "autoScaling", "metrics", "type", "external", "trafficPercent", "pytorch", "value",
)  # fmt: skip


def kserve(version: str, mode: str = "Standard") -> dict[str, Any]:
    """KServe on a cluster."""
    return {"api": "serving.kserve.io/v1beta1", "version": version, "mode": mode}


def test_a_service_goes_through_as_it_is(tmp_path: Path) -> None:
    result = on(tmp_path, service())
    assert result.objects == [service()]
    assert result.codes() == []


@pytest.mark.parametrize(
    ("predictor", "codes"),
    [
        ({"containers": [SERVER]}, []),
        ({"containers": [{**SERVER, "name": "of-ours"}]}, []),
        ({"containers": [{**SERVER, "name": "log"}], "model": {"modelFormat": {"name": "onnx"}}}, []),
        ({"containers": [SERVER], "model": {"modelFormat": {"name": "onnx"}}}, ["HYD551"]),
        ({"minReplicas": 1}, ["HYD551"]),
        ({"sklearn": {"storageUri": "s3://models/a"}}, ["HYD552"]),
    ],
)
def test_a_predictor_is_one_thing(predictor: dict[str, Any], codes: list[str], tmp_path: Path) -> None:
    assert on(tmp_path, service(predictor)).codes() == codes


@pytest.mark.parametrize(
    ("version", "said", "codes"),
    [
        ("0.15.2", "RawDeployment", []),
        ("0.15.2", "Standard", ["HYD554"]),
        ("v0.16.0", "Standard", []),
        ("v0.16.0", "Serverless", ["HYD552"]),
        ("0.20.0", "RawDeployment", ["HYD552"]),
        ("0.20.0", "ModelMesh", []),
    ],
)
def test_a_mode_is_called_as_the_clusters_kserve_calls_it(
    version: str, said: str, codes: list[str], tmp_path: Path
) -> None:
    assert on(tmp_path, service(deploymentMode=said), inference=kserve(version)).codes() == codes


def test_a_cluster_that_says_nothing_is_not_judged(tmp_path: Path) -> None:
    assert on(tmp_path, service(deploymentMode="RawDeployment")).codes() == []


def test_the_clusters_mode_counts_where_a_service_says_none(tmp_path: Path) -> None:
    body = service({"scaleMetric": "rps", "containers": [SERVER]})
    del body["metadata"]["annotations"]
    assert on(tmp_path, body).codes() == ["HYD553"]
    assert on(tmp_path / "knative", body, inference=kserve("0.16.0", "Knative")).codes() == ["HYD553"]
    assert on(tmp_path / "standard", body, inference=kserve("0.16.0")).codes() == ["HYD553", "HYD555"]


@pytest.mark.parametrize(
    ("annotations", "fields", "codes"),
    [
        ({}, {"minReplicas": 0}, ["HYD555"]),
        ({"autoscalerClass": "keda"}, {"minReplicas": 0}, []),
        ({"autoscalerClass": "external"}, {"minReplicas": 0}, []),
        ({"deploymentMode": "Knative"}, {"minReplicas": 0}, []),
        ({}, {"minReplicas": 2, "maxReplicas": 0}, []),
        ({}, {"maxReplicas": 1, "minReplicas": 1}, []),
        ({"autoscalerClass": "hpa"}, {"scaleMetric": "memory", "scaleTarget": 2000}, []),
        ({"autoscalerClass": "hpa"}, {"scaleMetric": "cpu", "scaleTarget": 2000}, ["HYD555"]),
        ({"deploymentMode": "Knative"}, {"scaleMetric": "concurrency", "scaleTarget": 2000}, []),
        ({}, {"deploymentStrategy": {"type": "Recreate"}}, []),
    ],
)
def test_scaling_is_judged_by_its_autoscaler(
    annotations: dict[str, str], fields: dict[str, Any], codes: list[str], tmp_path: Path
) -> None:
    assert on(tmp_path, service({**fields, "containers": [SERVER]}, **annotations)).codes() == codes


@pytest.mark.parametrize(
    ("uri", "codes"),
    [
        ("pvc://weights", []),
        ("pvc://weights/a/b", []),
        ("pvc:///weights", ["HYD556"]),
        ("pvc:weights", ["HYD556"]),
        ("hf://Qwen/Qwen2.5-7B-Instruct:main", []),
        ("oci+native://registry.acme.io/model:1", []),
        ("/mnt/here", []),
    ],
)
def test_a_place_of_files_has_its_form(uri: str, codes: list[str], tmp_path: Path) -> None:
    body = service({"model": {"modelFormat": {"name": "onnx"}, "storageUri": uri}})
    assert on(tmp_path, body).codes() == codes
    own = service({"containers": [{**SERVER, "env": [{"name": "STORAGE_URI", "value": uri}]}]})
    assert on(tmp_path / "own", own).codes() == codes


def test_several_places_have_one_directory(tmp_path: Path) -> None:
    model = {"model": {"modelFormat": {"name": "onnx"}}}
    places = [{"uri": f"s3://models/{name}", "mountPath": f"/mnt/models/{name}"} for name in "ab"]
    assert on(tmp_path, service({"storageUris": places, **model})).codes() == []
    places[1]["mountPath"] = "/data"
    assert on(tmp_path / "apart", service({"storageUris": places, **model})).codes() == ["HYD556"]


@pytest.mark.parametrize(
    ("resources", "codes"),
    [
        ({"requests": SIZE, "limits": {**SIZE, "nvidia.com/gpu": "1"}}, []),
        ({"limits": {**SIZE, "nvidia.com/gpu": "1"}}, ["HYD559"]),
        ({"limits": {"nvidia.com/gpu": "1"}}, ["HYD559"]),
        ({}, []),
    ],
)
def test_a_server_with_a_card_says_its_size(resources: dict[str, Any], codes: list[str], tmp_path: Path) -> None:
    assert on(tmp_path, service({"containers": [{**SERVER, "resources": resources}]})).codes() == codes


def test_several_nodes_with_all_that_they_need(tmp_path: Path) -> None:
    model = {"modelFormat": {"name": "huggingface"}, "storageUri": "pvc://weights/a"}
    model["resources"] = {"requests": SIZE, "limits": {**SIZE, "nvidia.com/gpu": "1"}}
    predictor = {"model": model, "workerSpec": {"pipelineParallelSize": 2, "tensorParallelSize": 1}}
    assert on(tmp_path, service(predictor, autoscalerClass="none")).codes() == []
    assert on(tmp_path / "scaled", service(predictor, autoscalerClass="hpa")).codes() == ["HYD558"]
    del model["resources"]
    model["resources"] = {"requests": SIZE, "limits": {**SIZE, "acme.io/card": "1"}}
    named = {"autoscalerClass": "none", "gpu-resource-types": '["acme.io/card"]'}
    assert on(tmp_path / "unknown", service(predictor, autoscalerClass="none")).codes() == ["HYD558"]
    assert on(tmp_path / "named", service(predictor, **named)).codes() == []


def test_a_canary_within_the_rules(tmp_path: Path) -> None:
    body = service()
    canary = {"name": "next", "model": {"name": "kserve-container", "modelFormat": {"name": "onnx"}}}
    body["spec"]["canary"] = [{"trafficPercent": 20, "predictor": canary}]
    assert on(tmp_path, body).codes() == []


@pytest.mark.parametrize("kind", ["ServingRuntime", "ClusterServingRuntime"])
def test_a_runtime_goes_through_as_it_is(kind: str, tmp_path: Path) -> None:
    metadata = {"name": "server"} | ({"namespace": "nlp"} if kind == "ServingRuntime" else {})
    body = {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": kind,
        "metadata": metadata,
        "spec": {"containers": [SERVER]},
    }
    result = on(tmp_path, body)
    assert (result.objects, result.codes()) == ([body], [])


@pytest.mark.parametrize("version", ["v1alpha1", "v1alpha2"])
def test_what_an_llm_service_asks_for_by_an_empty_field_stays(version: str, tmp_path: Path) -> None:
    spec = {
        "model": {"uri": "hf://Qwen/Qwen2.5-7B-Instruct"},
        "router": {"route": {}, "gateway": {}, "scheduler": {}},
        # The image is a preset's, and what the probe asks is too.
        "template": {"containers": [{"name": "main", "livenessProbe": {"periodSeconds": 30}}]},
    }
    metadata = {"name": "llm", "namespace": "nlp"}
    kinds = {"apiVersion": f"serving.kserve.io/{version}", "kind": "LLMInferenceService"}
    result = on(tmp_path, {**kinds, "metadata": metadata, "spec": spec})
    assert (result.objects[0]["spec"], result.codes()) == (spec, [])


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(("pvc://a", "External")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=15,
)
MODES = (None, "Standard", "Knative")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spec=st.dictionaries(st.sampled_from(WORDS[:4]), anything), labels=anything, mode=st.sampled_from(MODES))
def test_whatever_stands_there_gets_an_answer(spec: Any, labels: Any, mode: str | None) -> None:
    metadata = {"name": "one", "namespace": "nlp", "labels": labels, "annotations": labels}
    value = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": metadata, "spec": spec}
    inference = Inference.model_validate(kserve("0.16.0", mode)) if mode else None
    around = Around(ANYWHERE._replace(inference=inference), LIBRARY)
    for one in read_service(Document(SourceFile("hydra.yaml", ""), 0, value), "unit").value:
        assert isinstance(one, Deferred)
        (read,) = one.read(around).value
        assert isinstance(read, Passed)
        SHIPPED.failures(passed(PassedPlan(read.document, read.unit)).body)
