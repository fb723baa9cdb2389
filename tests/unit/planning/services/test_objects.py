"""What services become: modes, scaling, rollouts, adapters, keys, ways from outside, names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.compiled import Compiled, compiled_text
from tests.unit.planning.services.repos import A100, application, arguments, cluster, project, serve, server, service_of

KSERVE = 'inference: {{api: serving.kserve.io/v1beta1, version: "{version}", mode: {mode}, autoscaler: {scaler}}}'
PROMETHEUS = "  defaults: {metrics: {prometheus: http://prometheus.monitoring.svc:9090}}\n"
FINETUNES = """\
finetunes:
  style: {model: base, dataset: tickets, method: lora, lora: {rank: 16}, accelerator: {type: a100-80gb}}
  merged: {model: base, dataset: tickets, method: lora, accelerator: {type: a100-80gb}, output: {merge: true}}
datasets:
  tickets: {source: s3://corp/tickets, format: {style: alpaca, splits: {train: train.jsonl}}}
"""


def kserve(version: str = "0.18", mode: str = "Standard", scaler: str = "hpa") -> str:
    return KSERVE.format(version=version, mode=mode, scaler=scaler)


def predictor(result: Compiled) -> dict[str, Any]:
    return dict(service_of(result)["spec"]["predictor"])


@pytest.mark.parametrize(
    ("version", "mode", "spelt"),
    [("0.18", "Standard", "Standard"), ("0.15", "Standard", "RawDeployment"), ("0.15", "Knative", "Serverless")],
)
def test_the_mode_is_spelt_as_the_version_keeps_it(tmp_path: Path, version: str, mode: str, spelt: str) -> None:
    body = service_of(serve(tmp_path, "{model: base}", operators=kserve(version, mode)))
    assert body["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == spelt


def test_labels_of_the_project_stay_off_what_copies_them_into_pods(tmp_path: Path) -> None:
    labels = service_of(serve(tmp_path / "a", "{model: base}"))["metadata"]["labels"]
    assert "team" not in labels
    assert labels["hydra.io/model-id"] == "qwen2.5-7b-instruct"
    ray = service_of(serve(tmp_path / "b", "{model: base, engine: ray}"))["metadata"]["labels"]
    assert ray["team"] == "a"


def test_a_fixed_number_of_replicas_needs_no_metric(tmp_path: Path) -> None:
    result = serve(tmp_path, "{model: base, replicas: {min: 2, max: 2}}", operators=kserve(scaler="keda"))
    body = service_of(result)
    assert body["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "hpa"
    assert "autoScaling" not in body["spec"]["predictor"]


def test_keda_counts_by_a_query(tmp_path: Path) -> None:
    found = predictor(
        serve(
            tmp_path, "{model: base, replicas: {min: 1, max: 3}}", operators=kserve(scaler="keda"), cluster=PROMETHEUS
        )
    )
    (metric,) = found["autoScaling"]["metrics"]
    assert metric["external"]["target"] == {"type": "Value", "value": "8"}
    assert 'namespace="nlp",model_name="chat"' in metric["external"]["metric"]["query"]
    assert "scaleMetric" not in found


def test_an_hpa_counts_cores_and_knative_requests(tmp_path: Path) -> None:
    given = "{model: base, replicas: {min: 1, max: 3}}"
    hpa = predictor(serve(tmp_path / "a", given))
    knative = predictor(serve(tmp_path / "b", given, operators=kserve(mode="Knative")))
    assert (hpa["scaleMetric"], hpa["scaleTarget"]) == ("cpu", 80)
    assert (knative["scaleMetric"], knative["scaleTarget"]) == ("concurrency", 8)
    assert "deploymentStrategy" not in knative
    assert int(knative["annotations"]["serving.knative.dev/progress-deadline"].removesuffix("s")) > 86400


def test_knative_gets_no_field_that_it_refuses(tmp_path: Path) -> None:
    knative = predictor(serve(tmp_path / "a", "{model: base}", operators=kserve(mode="Knative")))
    assert "terminationGracePeriodSeconds" not in knative
    standard = predictor(serve(tmp_path / "b", "{model: base}", operators=kserve()))
    assert standard["terminationGracePeriodSeconds"] == 120


@pytest.mark.parametrize(("cards", "surge", "unavailable"), [(2, 1, 0), (1, 0, 1)])
def test_a_rollout_takes_a_card_only_where_there_is_one(
    tmp_path: Path, cards: int, surge: int, unavailable: int
) -> None:
    result = serve(
        tmp_path, "{model: base}", f"a100-80gb: {{count: {cards}, perNode: 1, node: {{cpu: 16, memory: 128Gi}}}}"
    )
    rolling = predictor(result)["deploymentStrategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": surge, "maxUnavailable": unavailable}
    assert ("HYD525" in [one.code.id for one in result.found]) == (unavailable == 1)


def test_trainings_count_against_the_cards_of_a_rollout(tmp_path: Path) -> None:
    result = serve(
        tmp_path, "{model: base}", "a100-80gb: {count: 3, perNode: 1, node: {cpu: 16, memory: 128Gi}}", more=FINETUNES
    )
    assert predictor(result)["deploymentStrategy"]["rollingUpdate"]["maxSurge"] == 0


def test_ray_scales_replicas_and_leaves_their_number_out(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, engine: ray, replicas: {min: 0, max: 3, target: {value: 4}}}"))
    (config,) = application(body)["args"]["llm_configs"]
    assert config["deployment_config"]["autoscaling_config"] == {
        "min_replicas": 0,
        "max_replicas": 3,
        "target_ongoing_requests": 4,
    }
    ray = body["spec"]["rayClusterConfig"]
    (group,) = ray["workerGroupSpecs"]
    assert ray["enableInTreeAutoscaling"] is True
    assert "replicas" not in group
    assert ray["headGroupSpec"]["template"]["spec"]["automountServiceAccountToken"] is True
    assert group["template"]["spec"]["automountServiceAccountToken"] is False
    # A worker that waits for the weights must not be taken for one that hangs.
    (patience,) = ray["autoscalerOptions"]["env"]
    (gate,) = group["template"]["spec"]["initContainers"]
    waited = {one["name"]: one["value"] for one in gate["env"]}["HYDRA_TIMEOUT"]
    assert int(patience["value"]) > int(waited)


def test_the_head_reads_no_weights_and_waits_for_none(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, engine: ray}"))
    head = body["spec"]["rayClusterConfig"]["headGroupSpec"]["template"]["spec"]
    assert "initContainers" not in head
    assert [one["name"] for one in head["volumes"]] == ["scratch", "shm"]
    (group,) = body["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    assert [one["name"] for one in group["template"]["spec"]["initContainers"]] == ["wait-base"]


def test_adapters_are_served_beside_their_base(tmp_path: Path) -> None:
    body = service_of(
        serve(tmp_path, "{model: base, adapters: [style], runtime: vllm, engine: kserve}", more=FINETUNES)
    )
    line = arguments(body)
    (run,) = [one for one in line if one.startswith("style=/mnt/adapters/style/runs/")]
    assert run.endswith("/adapter")
    assert {"--enable-lora", "--max-lora-rank=16", "--served-model-name=chat"} <= set(line)
    claims = {
        one["name"]: one["persistentVolumeClaim"]
        for one in body["spec"]["predictor"]["volumes"]
        if "persistentVolumeClaim" in one
    }
    assert claims["adapter-0"] == {"claimName": "bot-style", "readOnly": True}
    assert [one["name"] for one in body["spec"]["predictor"]["initContainers"]] == ["wait-base", "wait-style"]


def test_an_adapter_that_was_not_merged_answers_in_its_service_s_name(tmp_path: Path) -> None:
    line = arguments(service_of(serve(tmp_path, "{model: style, engine: kserve}", more=FINETUNES)))
    assert "--served-model-name=chat-base" in line
    assert any(one.startswith("chat=/mnt/adapters/chat/runs/") for one in line)


def test_a_merged_fine_tuning_is_served_as_a_model(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: merged}", more=FINETUNES))
    assert arguments(body)[0].endswith("/merged")
    gate = body["spec"]["predictor"]["initContainers"][0]
    assert gate["env"][0]["value"].endswith("/merged.json")


def test_a_key_comes_from_its_secret(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, key: {secret: chat-key, key: token}}"))
    expected = {"name": "VLLM_API_KEY", "valueFrom": {"secretKeyRef": {"name": "chat-key", "key": "token"}}}
    assert expected in server(body)["env"]


@pytest.mark.parametrize(
    ("ways", "kind"),
    [("ingress: {class: nginx, tls: cert}", "Ingress"), ("gateway: {name: public, namespace: gateways}", "HTTPRoute")],
)
@pytest.mark.parametrize("engine", ["kserve", "ray"])
def test_a_way_from_outside_leads_to_the_engine_s_service(tmp_path: Path, ways: str, kind: str, engine: str) -> None:
    more = f"  endpoints: {{domain: models.acme.io, {ways}}}\n"
    result = serve(tmp_path, f"{{model: base, engine: {engine}, expose: {{}}}}", cluster=more)
    (route,) = result.of_kind(kind)
    text = json.dumps(route)
    assert "chat-nlp.models.acme.io" in text
    service, port = {"kserve": ("bot-chat-predictor", 80), "ray": ("bot-chat-serve-svc", 8000)}[engine]
    assert f'"{service}"' in text
    assert f": {port}" in text


LONG = "a-service-with-a-name-that-nobody-should-give-to-a-service"


def test_names_fit_into_what_their_kinds_allow(tmp_path: Path) -> None:
    (tmp_path / "clusters").mkdir(parents=True)
    (tmp_path / "clusters" / "prod.yaml").write_text(cluster(A100), "utf-8")
    services = {LONG: "{model: base, engine: kserve}", f"{LONG[:-2]}x": "{model: base, engine: ray}"}
    result = compiled_text(tmp_path, hydra=project(services))
    assert result.errors() == []
    (kserve_service,) = result.of_kind("InferenceService")
    (ray_service,) = result.of_kind("RayService")
    assert len(kserve_service["metadata"]["name"]) + len("-predictor") <= 63
    assert len(ray_service["metadata"]["name"]) <= 47


def test_a_container_of_one_s_own_gets_what_it_asks_for(tmp_path: Path) -> None:
    given = "{model: base, runtime: container, image: acme.io/serve:1, command: [serve, $(HOME)], port: 9000, accelerator: {type: a100-80gb, count: 2}, resources: {cpu: '4', memory: 24Gi}}"
    container = server(service_of(serve(tmp_path, given)))
    assert container["command"] == ["serve", "$$(HOME)"]
    assert container["resources"]["limits"] == {"cpu": "4", "memory": "24Gi", "nvidia.com/gpu": "2"}
    assert container["startupProbe"]["tcpSocket"] == {"port": 9000}


def test_a_job_is_told_where_a_service_answers(tmp_path: Path) -> None:
    jobs = "jobs:\n  judge: {framework: pytorch, image: acme.io/judge:1, command: [judge], env: {API: {service: chat}, LEVEL: info}}\n"
    result = serve(tmp_path, "{model: base}", more=jobs)
    assert result.errors() == []
    (job,) = result.of_kind("PyTorchJob")
    (container,) = job["spec"]["pytorchReplicaSpecs"]["Master"]["template"]["spec"]["containers"]
    assert {"name": "API", "value": "http://bot-chat-predictor.nlp.svc.cluster.local/v1"} in container["env"]


def test_a_job_that_is_told_of_no_service_is_found(tmp_path: Path) -> None:
    jobs = (
        "jobs:\n  judge: {framework: pytorch, image: acme.io/judge:1, command: [judge], env: {API: {service: chta}}}\n"
    )
    assert serve(tmp_path, "{model: base}", more=jobs).errors() == ["HYD306 No service is called `chta`."]


def test_with_a_key_nothing_but_the_api_is_reached_from_outside(tmp_path: Path) -> None:
    more = "  endpoints: {domain: models.acme.io, gateway: {name: public, namespace: gateways}}\n"
    open_to_all = serve(tmp_path / "a", "{model: base, expose: {path: /chat}}", cluster=more)
    guarded = serve(tmp_path / "b", "{model: base, expose: {path: /chat}, key: {secret: a, key: b}}", cluster=more)
    assert [route(one) for one in (open_to_all, guarded)] == [("/chat", "/"), ("/chat/v1", "/v1")]


def route(result: Compiled) -> tuple[str, str]:
    """The path of an HTTPRoute, and what it is rewritten to."""
    ((rule,),) = [one["spec"]["rules"] for one in result.of_kind("HTTPRoute")]
    (rewrite,) = rule["filters"]
    return rule["matches"][0]["path"]["value"], rewrite["urlRewrite"]["path"]["replacePrefixMatch"]
