"""What is taken where a service leaves it open: runtime, engine, cards, parallelism."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import Request, plans
from compiler.planning.serving.hub import satisfied
from tests.unit.planning.services.repos import (
    A100,
    FACTS,
    R1,
    application,
    arguments,
    engine,
    serve,
    server,
    service_of,
)

RAY = 'ray: {api: ray.io/v1, version: "1.5"}'
KSERVE = 'inference: {api: serving.kserve.io/v1beta1, version: "0.18", autoscaler: hpa}'
L4 = "l4: {count: 4, perNode: 1, node: {cpu: 16, memory: 64Gi}}"
H100 = "h100-80gb: {count: 32, perNode: 8, node: {cpu: 128, memory: 2Ti}}"
CPU = "cpu: {count: 2, perNode: 1, node: {cpu: 32, memory: 128Gi}}"
FILES = f"  base: {{source: s3://corp/files, dtype: gguf-q4_k_m, facts: {FACTS}}}\n"
GPU = "nvidia.com/gpu"


def test_a_model_alone_gets_vllm_under_kserve(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base}"))
    assert body["kind"] == "InferenceService"
    assert server(body)["image"].startswith("vllm/vllm-openai:")


def test_a_cluster_without_kserve_gets_a_rayservice(tmp_path: Path) -> None:
    assert service_of(serve(tmp_path, "{model: base}", operators=RAY))["kind"] == "RayService"


def test_a_file_gets_llama_cpp(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, file: a.gguf}", models=FILES))
    assert server(body)["command"] == ["/app/llama-server"]
    assert arguments(body)[:2] == ["--model", next(one for one in arguments(body) if one.endswith("/data/a.gguf"))]


def test_of_the_cards_that_fit_the_smallest_is_taken(tmp_path: Path) -> None:
    pools = serve(tmp_path, "{model: qwen2.5-0.5b-instruct}", A100, L4, CPU, models="  base: qwen2.5-7b-instruct\n")
    assert service_of(pools)["spec"]["predictor"]["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-L4"}


def test_cards_that_are_too_small_are_passed_over(tmp_path: Path) -> None:
    body = service_of(
        serve(tmp_path, "{model: base}", A100, "t4: {count: 8, perNode: 1, node: {cpu: 8, memory: 60Gi}}")
    )
    assert body["spec"]["predictor"]["nodeSelector"]["nvidia.com/gpu.product"].startswith("NVIDIA-A100")


def test_processors_serve_where_there_is_nothing_else(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, runtime: llama.cpp, file: a.gguf}", CPU, models=FILES))
    assert "nodeSelector" not in body["spec"]["predictor"]
    assert GPU not in server(body)["resources"]["limits"]


@pytest.mark.parametrize(("operators", "kind"), [(RAY, "RayService"), (f"{RAY}\n    {KSERVE}", "RayService")])
def test_a_model_beyond_a_node_gets_stages(tmp_path: Path, operators: str, kind: str) -> None:
    body = service_of(
        serve(tmp_path, "{model: base, context: 8192}", H100, operators=operators, models=f"  base: {R1}\n")
    )
    assert body["kind"] == kind
    assert (engine(body)["tensor_parallel_size"], engine(body)["pipeline_parallel_size"]) == (8, 2)
    (group,) = body["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    assert (group["minReplicas"], group["maxReplicas"]) == (2, 2)


def test_with_kserve_alone_stages_go_by_its_own_runtime(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, context: 8192}", H100, operators=KSERVE, models=f"  base: {R1}\n"))
    predictor = body["spec"]["predictor"]
    assert predictor["model"]["runtime"] == "kserve-huggingfaceserver-multinode"
    assert predictor["model"]["storageUri"].startswith("pvc://bot-base/")
    assert predictor["model"]["storageUri"].endswith("/data")
    sizes = {name: predictor["workerSpec"][name] for name in ("tensorParallelSize", "pipelineParallelSize")}
    assert sizes == {"tensorParallelSize": 8, "pipelineParallelSize": 2}
    assert body["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "none"


def test_a_stated_number_of_cards_is_kept(tmp_path: Path) -> None:
    body = service_of(serve(tmp_path, "{model: base, accelerator: {type: a100-80gb, count: 4}}"))
    assert "--tensor-parallel-size=4" in arguments(body)
    assert server(body)["resources"]["limits"][GPU] == "4"


def test_an_argument_of_the_server_decides_in_planning_s_place(tmp_path: Path) -> None:
    given = "{max-model-len: 4096, gpu-memory-utilization: 0.5, max-num-seqs: 8}"
    line = arguments(service_of(serve(tmp_path, f"{{model: base, runtime: vllm, arguments: {given}}}")))
    assert [one for one in line if "max-model-len" in one or "utilization" in one] == [
        "--max-model-len=4096",
        "--gpu-memory-utilization=0.5",
    ]
    assert line[-1] == "--max-num-seqs=8"


def test_what_the_server_quantises_takes_smaller_cards(tmp_path: Path) -> None:
    cards = "rtx-4090: {count: 4, perNode: 4, node: {cpu: 32, memory: 256Gi}}"
    whole = serve(tmp_path / "a", "{model: base, runtime: vllm, context: 32768, concurrency: 4}", cards)
    halved = serve(
        tmp_path / "b", "{model: base, runtime: vllm, context: 32768, concurrency: 4, quantization: fp8}", cards
    )
    assert "--tensor-parallel-size=2" in arguments(service_of(whole))
    assert {"--tensor-parallel-size=1", "--quantization=fp8"} <= set(arguments(service_of(halved)))


def test_switches_lists_and_numbers_are_written_as_the_server_wants_them(tmp_path: Path) -> None:
    given = "{enable-prefix-caching: false, enforce-eager: true, allowed-origins: ['[\"*\"]'], seed: 7}"
    line = arguments(service_of(serve(tmp_path, f"{{model: base, runtime: vllm, arguments: {given}}}")))
    assert line[-5:] == ["--no-enable-prefix-caching", "--enforce-eager", "--allowed-origins", '["*"]', "--seed=7"]


def test_tokens_of_a_step_count_in_the_memory_that_is_planned(tmp_path: Path) -> None:
    given = "{model: base, runtime: vllm, engine: kserve, accelerator: {type: a100-80gb}, arguments: {max-num-batched-tokens: %d}}"
    few = serve(tmp_path / "few", given % 2048)
    many = serve(tmp_path / "many", given % 1000000)
    assert server(service_of(few))["resources"]["limits"][GPU] == "1"
    assert many.errors() != [] or server(service_of(many))["resources"]["limits"][GPU] != "1"


def test_a_misspelt_argument_does_not_choose_a_server_whose_arguments_nobody_knows(tmp_path: Path) -> None:
    found = serve(tmp_path, "{model: base, engine: kserve, arguments: {enable-prefix-cacheing: true}}").errors()
    assert found == ["HYD571 The runtime `vllm` takes no argument `enable-prefix-cacheing`."]


def test_under_ray_arguments_are_the_engine_s(tmp_path: Path) -> None:
    body = service_of(
        serve(tmp_path, "{model: base, engine: ray, arguments: {enable-prefix-caching: true, max-num-seqs: 8}}")
    )
    assert engine(body)["enable_prefix_caching"] is True
    assert engine(body)["max_num_seqs"] == 8
    assert application(body)["import_path"] == "ray.serve.llm:build_openai_app"


HUB = """\
apiVersion: model.hydra.io/v1alpha1
kind: ModelSpec
metadata: {{name: qwen}}
spec:
  source: {{huggingface: {{name: Qwen/Qwen2.5-7B-Instruct}}}}
  deployments:
{}
---
"""
ONE = """\
    - runtime: vllm
      versionRequired: '{version}'
      customRuntimeArgs: [--max-model-len=4096, --tool-call-parser, hermes, --enforce-eager]
      env: [{{name: VLLM_LOGGING_LEVEL, value: DEBUG}}]
      resourceRequirements: {{gpuType: {kind}, gpuCount: {count}, perGPUMemoryGB: {memory}, cpu: 4, memory: 16}}"""


def deployment(kind: str = "gpu", count: int = 2, memory: int = 80, version: str = ">=v0.6.5") -> str:
    return HUB.format(ONE.format(kind=kind, count=count, memory=memory, version=version))


def test_a_deployment_of_the_modelspec_is_taken_first(tmp_path: Path) -> None:
    result = serve(tmp_path, "{model: base, env: {VLLM_LOGGING_LEVEL: INFO}}", L4, A100, hub=deployment())
    body = service_of(result)
    assert server(body)["resources"]["limits"][GPU] == "2"
    assert arguments(body)[-2:] == ["--tool-call-parser=hermes", "--enforce-eager"]
    assert "--max-model-len=4096" in arguments(body)
    # What the service says itself comes last.
    assert {"name": "VLLM_LOGGING_LEVEL", "value": "INFO"} in server(body)["env"]


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (deployment(kind="metax-gpu"), "no such cards"),
        (deployment(memory=141), "no such cards"),
        (deployment(version=">=v1.0"), "asks for version"),
        (deployment(count=11), "cannot be split"),
    ],
    ids=["vendor", "memory", "version", "split"],
)
def test_a_deployment_that_cannot_be_is_told_and_passed_over(tmp_path: Path, spec: str, why: str) -> None:
    result = serve(tmp_path, "{model: base}", hub=spec)
    assert server(service_of(result))["resources"]["limits"][GPU] == "1"
    (told,) = [one for one in result.found if one.code.id == "HYD576"]
    assert any(why in note for note in told.notes), told.notes


def test_what_the_service_says_stands_above_a_deployment(tmp_path: Path) -> None:
    result = serve(
        tmp_path,
        "{model: base, runtime: vllm, accelerator: {type: a100-80gb, count: 4}, context: 8192}",
        hub=deployment(),
    )
    # The deployment says another length than the service, so that it is left.
    assert "HYD576" in [one.code.id for one in result.found]
    assert server(service_of(result))["resources"]["limits"][GPU] == "4"


@pytest.mark.parametrize(
    ("version", "required", "met"),
    [
        ("0.29.0", ">=v0.6.5", True),
        ("0.29.0", ">=0.30", False),
        ("0.29.0", ">=0.6,<0.29", False),
        ("0.29.0", "==0.29", True),
        ("0.29.3", "~=0.29.1", True),
        ("0.30.0", "~=0.29.1", False),
        ("0.29.0", "!=0.29.0", False),
        ("0.9.0", "<0.10", True),
        ("1.0", "latest", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, required: str, met: bool) -> None:
    assert satisfied(version, required) is met


def test_what_was_left_open_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    serve(tmp_path / "a", "{model: base}", L4, A100)
    told = reasons(tmp_path / "a")
    assert told[0] == "`vllm` is the first runtime for weights in bfloat16 and text-generation."
    assert told[1] == "`kserve` is the first of its engines that the cluster has."
    assert told[2].startswith("Of the cluster's accelerators, `l4` ")
    serve(tmp_path / "b", "{model: base}", hub=deployment())
    assert reasons(tmp_path / "b")[0].startswith("2 `a100-80gb` with `vllm`: the ModelSpec `qwen` lists them")


def test_what_the_service_says_has_none(tmp_path: Path) -> None:
    serve(tmp_path, "{model: base, runtime: vllm, engine: kserve, accelerator: {type: a100-80gb}}")
    assert reasons(tmp_path)[0].startswith("1 `a100-80gb` of one node")


def reasons(root: Path) -> list[str]:
    """Why the service of a repo is planned as it is."""
    ((_, summary),) = plans(Request(root)).summaries
    return [one.text for one in summary.reasons]


DATASET = """\
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {{name: weights, namespace: {namespace}{labels}}}
spec:
  dataSyncRound: 1
  share: true
  source: {{type: {source}}}
---
"""
HUB_SOURCE = 'HUGGING_FACE, uri: "huggingface://Qwen/Qwen2.5-0.5B-Instruct"'
ID = ", labels: {hydra.io/model-id: qwen2.5-0.5b-instruct}"


NFS = "NFS, uri: nfs://10.0.0.5/qwen"


@pytest.mark.parametrize(
    ("namespace", "source", "labels"),
    [("nlp", HUB_SOURCE, ""), ("nlp", HUB_SOURCE, ID), ("nlp", NFS, ID), ("public", NFS, ID)],
)
def test_a_dataset_of_weights_is_served_by_its_label_or_its_repository(
    tmp_path: Path, namespace: str, source: str, labels: str
) -> None:
    weights = DATASET.format(namespace=namespace, labels=labels, source=source)
    models = f"  base: {{source: dataset://{namespace}/weights}}\n"
    body = service_of(serve(tmp_path, "{model: base}", L4, models=models, hub=weights))
    assert body["metadata"]["labels"]["hydra.io/model-id"] == "qwen2.5-0.5b-instruct"
    assert arguments(body)[0].startswith("/mnt/model")
