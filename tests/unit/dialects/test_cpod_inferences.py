"""Inference: what the operator makes of a predictor, and what Hydra makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.linking.profile import Profile
from compiler.linking.serving import Expose, Scale
from compiler.linking.workload import SecretKey
from tests.unit.dialects.cpod import came, claim, document, inference, profile

RTX, A100 = "NVIDIA-GeForce-RTX-3090", "NVIDIA-A100-SXM4-80GB"
GEMMA = document(
    "ModelStorage", "gemma", {"modeltype": "oss", "modelname": "google/gemma-2b-it@main", "pvc": "pvc-gemma"}
)
URI = {"name": "STORAGE_URI", "value": "modelstorage://gemma"}


def container(**fields: Any) -> dict[str, Any]:
    """A predictor with a container of one's own."""
    given = {"name": "kserve-container", "image": "acme/serve:1.4", "env": [URI], **fields}
    return {"containers": [{key: value for key, value in given.items() if value is not None}]}


def asking(gpus: str, **amounts: str) -> dict[str, Any]:
    """Resources of a container."""
    return {"limits": {"nvidia.com/gpu": gpus, **amounts}}


def on(product: str, predictor: dict[str, Any]) -> dict[str, Any]:
    """The predictor on nodes with a GPU."""
    return {**predictor, "nodeSelector": {"nvidia.com/gpu.product": product}}


def test_a_container_is_a_service_that_finds_its_weights_where_it_looks() -> None:
    given = container(command=["serve", "/mnt/models"], args=["--fast"], resources=asking("2", cpu="4", memory="50Gi"))
    result = came(GEMMA, inference(modelId="gemma", predictor=on(RTX, given)))
    made = result.service
    assert result.codes() == []
    assert (made.key, made.of, made.names.job) == (("team-a", "chat"), "Inference/team-a/chat", "chat-is")
    assert (made.runtime, made.engine, made.image, made.model_path) == (
        "container", "kserve", "acme/serve:1.4", "/mnt/models",
    )  # fmt: skip
    assert ([*made.command], [*made.line]) == (["serve", "/mnt/models"], ["--fast"])
    assert (made.accelerator, made.cards, dict(made.node_selector)) == ("rtx-3090", 2, {})
    assert made.resources == {"requests": {}, "limits": {"cpu": "4", "memory": "50Gi"}}
    assert [(one.role, one.key) for one in made.references] == [("model", ("team-a", "gemma"))]
    assert dict(made.environment) == {}


def test_what_tells_kserve_to_load_is_not_handed_on_and_other_variables_are() -> None:
    secret = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "hub", "key": "token"}}}
    given = container(env=[URI, {"name": "API_PORT", "value": "9000"}, secret])
    made = came(GEMMA, inference(modelId="gemma", predictor=given)).service
    assert dict(made.environment) == {"API_PORT": "9000", "TOKEN": SecretKey("hub", "token")}
    assert made.port == 9000


@pytest.mark.parametrize(
    ("fields", "port"),
    [({}, 8080), ({"ports": [{"containerPort": 7860}], "env": [URI, {"name": "API_PORT", "value": "9000"}]}, 7860)],
)
def test_the_port_is_the_containers_or_kserves_own(fields: dict[str, Any], port: int) -> None:
    assert came(GEMMA, inference(modelId="gemma", predictor=container(**fields))).service.port == port


def test_references_to_variables_are_replaced_as_the_kubelet_does() -> None:
    variables = [URI, {"name": "PORT", "value": "9000"}, {"name": "URL", "value": "http://here:$(PORT)"}]
    given = container(env=variables, command=["serve", "--at", "$(URL)"], args=["$$(PORT)", "$(NOWHERE)"])
    made = came(GEMMA, inference(modelId="gemma", predictor=given)).service
    assert [*made.command, *made.line] == ["serve", "--at", "http://here:9000", "$(PORT)", "$(NOWHERE)"]


def test_a_container_may_leave_the_program_to_its_image() -> None:
    made = came(GEMMA, inference(modelId="gemma", predictor=container())).service
    assert (made.command, made.line) == ((), ())


def test_the_adapter_lies_beside_the_model_and_its_flag_behind_the_command() -> None:
    notes = {
        "annotations": {"cpod.cpod/cpod-adapter-id-name": "style", "cpod.cpod/cpod-adapter-size": "1", "acme.io/a": "b"}
    }
    style = document("ModelStorage", "style", {"modeltype": "oss", "pvc": "pvc-style"})
    given = container(command=["python", "api.py"], args=["--port", "1"])
    made = came(GEMMA, style, inference(metadata=notes, modelId="gemma", predictor=given)).service
    assert [(one.role, one.key) for one in made.references[1:]] == [("/mnt/adapter", ("team-a", "style"))]
    assert (made.command, made.line) == (
        ("python", "api.py"), ("--adapter_name_or_path", "/mnt/adapter", "--port", "1"),
    )  # fmt: skip
    assert dict(made.annotations) == {"acme.io/a": "b"}


def test_a_public_adapter_is_that_of_namespace_public() -> None:
    notes = {"annotations": {"cpod.cpod/cpod-adapter-id-name": "style", "cpod.cpod/cpod-adapter-is-public": ""}}
    made = came(GEMMA, inference(metadata=notes, modelId="gemma", predictor=container())).service
    assert made.references[1].key == ("public", "style")


COPY = document("ModelStorage", "gemma-public", {"modeltype": "oss", "pvc": "pvc-copy"})


@pytest.mark.parametrize(
    ("there", "said", "uri", "key"),
    [
        ([], {"modelId": "gemma", "modelIsPublic": True}, "gemma", ("public", "gemma")),
        ([], {"modelId": "gemma", "modelIsPublic": True}, "gemma-public", ("public", "gemma")),
        ([], {"modelId": "gemma"}, "gemma-public", ("public", "gemma")),
        ([], {}, "gemma-public", ("public", "gemma")),
        ([COPY], {}, "gemma-public", ("team-a", "gemma-public")),
        ([COPY], {"modelId": "gemma", "modelIsPublic": True}, "gemma", ("team-a", "gemma-public")),
        ([COPY], {"modelId": "gemma-public"}, "gemma-public", ("team-a", "gemma-public")),
        ([GEMMA], {"modelId": "gemma"}, "gemma", ("team-a", "gemma")),
    ],
)
def test_a_name_with_public_behind_it_is_a_public_one(
    there: list[str], said: dict[str, Any], uri: str, key: tuple[str, str]
) -> None:
    given = container(env=[{"name": "STORAGE_URI", "value": f"modelstorage://{uri}"}])
    result = came(*there, inference(**said, predictor=given))
    assert result.service.references[0].key == key
    assert ("HYD370" in result.codes()) == ("modelId" not in said)


def test_a_claim_is_the_storage_record_that_has_it() -> None:
    given = container(env=[{"name": "STORAGE_URI", "value": "pvc://pvc-gemma/"}])
    result = came(GEMMA, inference(predictor=given))
    assert result.service.references[0].key == ("team-a", "gemma")
    assert [one.key for one in result.artifacts] == [("team-a", "gemma")]


def test_a_directory_of_a_claim_is_data_of_its_own() -> None:
    given = container(env=[{"name": "STORAGE_URI", "value": "pvc://pvc-gemma/best/"}])
    result = came(GEMMA, inference(predictor=given))
    made = next(one for one in result.artifacts if one.key == result.service.references[0].key)
    assert dict(made.source.fields) == {"claim": "pvc-gemma", "path": "best"}


@pytest.mark.parametrize(
    ("fields", "scale"),
    [
        ({}, Scale(1, 1)),
        ({"minReplicas": 2}, Scale(2, 2)),
        ({"minReplicas": 1, "maxReplicas": 3, "scaleMetric": "cpu", "scaleTarget": 70}, Scale(1, 3, "cpu", 70)),
        ({"maxReplicas": 3, "scaleTarget": 70}, Scale(1, 3, "cpu", 70)),
        ({"maxReplicas": 3, "scaleMetric": "memory"}, Scale(1, 3, "memory", 80)),
        ({"minReplicas": 0, "maxReplicas": 0}, Scale(0, 1)),
    ],
)
def test_replicas_are_kserves(fields: dict[str, Any], scale: Scale) -> None:
    result = came(GEMMA, inference(modelId="gemma", predictor={**container(), **fields}))
    assert result.service.scale == scale


def test_a_label_of_a_cluster_without_accelerators_is_taken_as_it_is() -> None:
    given = on(RTX, container(resources=asking("1")))
    result = came(GEMMA, inference(modelId="gemma", predictor=given), cluster=profile({}))
    assert "HYD369" in result.codes()
    assert (result.service.accelerator, dict(result.service.node_selector)) == (None, {"nvidia.com/gpu.product": RTX})


@pytest.mark.parametrize(
    ("server", "fields", "form", "protocol"),
    [
        ("triton", {"runtimeVersion": "24.08"}, "triton", "v2"),
        ("onnx", {}, "onnx", "v2"),
        ("xgboost", {}, "xgboost", "v1"),
        ("sklearn", {"protocolVersion": "v2"}, "sklearn", "v2"),
        ("model", {"modelFormat": {"name": "triton"}}, "triton", "v2"),
        ("model", {"modelFormat": {"name": "pmml", "version": "4"}, "runtime": "own"}, "pmml", "v1"),
    ],
)
def test_a_server_is_said_as_kserves_webhook_would(
    server: str, fields: dict[str, Any], form: str, protocol: str
) -> None:
    given = {server: {"storageUri": "modelstorage://gemma", **fields}}
    made = came(GEMMA, inference(modelId="gemma", predictor=given)).predictor
    kept = {name: value for name, value in fields.items() if name not in {"modelFormat", "protocolVersion"}}
    assert made.model["modelFormat"]["name"] == form
    assert made.model["protocolVersion"] == protocol
    assert {name: made.model[name] for name in kept} == kept
    assert "storageUri" not in made.model
    assert made.references[0].key == ("team-a", "gemma")


def test_what_kserve_loads_itself_stays_its_own() -> None:
    made = came(inference(modelId="gemma", predictor={"sklearn": {"storageUri": "gs://models/iris"}})).predictor
    assert (made.references, made.uri) == ((), "gs://models/iris")


def ray(**spec: Any) -> str:
    """An Inference under Ray."""
    return inference(backend="ray", modelId="gemma", **spec)


def test_ray_is_vllm_with_the_flags_and_replicas_of_the_document() -> None:
    params = '{"max-num-seqs": 4, "--dtype": "half", "enforce-eager": ""}'
    result = came(GEMMA, ray(gpuCount=2, autoscalerOptions={"minReplicas": 2, "maxReplicas": 4}, params=params))
    made = result.service
    assert (made.runtime, made.engine, made.names.job) == ("vllm", "ray", "chat")
    assert (made.cards, made.tensor, made.accelerator, made.model_path) == (2, 2, None, None)
    assert made.scale == Scale(2, 4, "concurrency", 3)
    assert made.arguments == {"max-num-seqs": 4, "dtype": "half", "enforce-eager": True}
    assert made.served == "google/gemma-2b-it"


@pytest.mark.parametrize(
    ("options", "scale"),
    [(None, (1, 1)), ({}, (1, 1)), ({"minReplicas": 0, "maxReplicas": 0}, (1, 1)), ({"maxReplicas": 3}, (1, 3))],
)
def test_replicas_under_ray_are_one_where_nothing_is_said(options: Any, scale: tuple[int, int]) -> None:
    made = came(GEMMA, ray(autoscalerOptions=options)).service
    assert (made.scale.least, made.scale.most) == scale


def test_under_ray_the_number_of_gpus_is_decided_where_nothing_is_said() -> None:
    made = came(GEMMA, ray(gpuCount=0)).service
    assert (made.cards, made.tensor) == (None, None)


def test_a_node_selector_chooses_the_gpu_that_the_operator_loses() -> None:
    made = came(GEMMA, ray(predictor={"nodeSelector": {"nvidia.com/gpu.product": A100, "zone": "a"}})).service
    assert (made.accelerator, dict(made.node_selector)) == ("a100-80gb", {"zone": "a"})


@pytest.mark.parametrize("params", ["", "{}", "null", " {} "])
def test_no_flags_are_no_flags(params: str) -> None:
    result = came(GEMMA, ray(params=params))
    assert (result.service.arguments, "HYD373" in result.codes()) == ({}, False)


def reached(endpoints: bool, mode: str = "Standard") -> Profile:
    """A cluster with a domain."""
    from types import SimpleNamespace

    ways: Any = SimpleNamespace(domain=None, ingress=None, gateway=None) if endpoints else None
    kserve: Any = SimpleNamespace(mode=mode, version="0.18", autoscaler="hpa")
    return profile(domain="llm.acme.io")._replace(endpoints=ways, inference=kserve)


def test_a_service_has_a_host_where_the_cluster_has_a_domain_and_a_way_to_it() -> None:
    made = came(GEMMA, ray(), cluster=reached(True)).service
    assert made.expose == Expose("chat.llm.acme.io", "/", "chat-ingress")
    assert came(GEMMA, ray()).service.expose is None
    unreached = came(GEMMA, ray(), cluster=reached(False))
    assert (unreached.service.expose, "HYD376" in unreached.codes()) == (None, True)


def test_knative_has_names_of_its_own() -> None:
    result = came(GEMMA, inference(modelId="gemma", predictor=container()), cluster=reached(True, "Knative"))
    assert result.service.expose is None


def test_two_services_of_one_name_would_have_one_host() -> None:
    other = inference(metadata={"namespace": "team-b"}, backend="ray", modelId="gemma")
    assert came(GEMMA, ray(), other, cluster=reached(True)).codes().count("HYD377") == 2
    assert "HYD377" not in came(GEMMA, ray(), other).codes()


def test_both_groups_and_versions_are_read() -> None:
    for version in ("cpod.cpod/v1", "cpod.cpod/v1beta1", "cpod.sxwl.ai/v1", "cpod.sxwl.ai/v1beta1"):
        text = document("Inference", "chat", {"backend": "ray", "modelId": "gemma"}, version=version)
        assert came(GEMMA, claim("pvc-gemma"), text).service.of == "Inference/team-a/chat"
