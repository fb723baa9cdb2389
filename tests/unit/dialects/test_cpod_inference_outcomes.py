"""Inferences, compiled: what their pods mount, wait for and ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.compiled import Compiled, compiled_text
from tests.unit.dialects.cpod import claim, document, finetune, inference

CLUSTER = """
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  accelerators:
    rtx-3090: {count: 8, perNode: 8, node: {cpu: 64, memory: 512Gi}}
  operators:
    ray: {api: ray.io/v1, version: "1.5"}
    inference: {api: serving.kserve.io/v1beta1, version: "0.18", mode: Standard, autoscaler: hpa}
"""
RTX = "NVIDIA-GeForce-RTX-3090"
LOADED = document("ModelStorage", "base", {"modeltype": "huggingface", "modelname": "acme/base@" + "1" * 40})
RESULT = "tune-cpodjob-modelsavestorage"
GEMMA = (
    document("ModelStorage", "model-storage-0ce92f029254ff34-public",
             {"modeltype": "oss", "modelname": "google/gemma-2b-it", "pvc": "pvc-gemma"}),
    document("DataSetStorage", "tickets", {"datasettype": "oss", "pvc": "pvc-tickets"}),
    claim("pvc-gemma"), claim("pvc-tickets"),
)  # fmt: skip


def tuned(*, merge: bool) -> tuple[str, ...]:
    """A model and its fine-tuning."""
    return (*GEMMA, finetune(autoMerge=merge, config={"cutoff_len": "1024"}))


def compiled_with(root: Path, *texts: str, cluster: str = CLUSTER) -> Compiled:
    """The documents on a cluster."""
    files = {"team/hydra": "\n---\n".join(texts)}
    return compiled_text(root, **files, **({"clusters/prod": cluster} if cluster else {}))


def container(uri: str, **fields: Any) -> dict[str, Any]:
    """A predictor with a container."""
    env = [{"name": "STORAGE_URI", "value": uri}]
    return {"containers": [{"name": "kserve-container", "image": "acme/serve:1.4", "env": env, **fields}]}


def predictor(result: Compiled) -> dict[str, Any]:
    """The predictor of the only InferenceService."""
    assert result.errors() == []
    (service,) = result.of_kind("InferenceService")
    found: dict[str, Any] = service["spec"]["predictor"]
    return found


def mounts(container: dict[str, Any]) -> dict[str, tuple[str, str, bool]]:
    """By directory: volume, what of it, and whether it is read-only."""
    return {
        one["mountPath"]: (one["name"], one.get("subPath", ""), one.get("readOnly", False))
        for one in container["volumeMounts"]
    }


def test_the_container_sees_the_weights_alone_and_the_gate_the_marker_beside_them(tmp_path: Path) -> None:
    given = inference(modelId=RESULT, predictor=container(f"modelstorage://{RESULT}"))
    pod = predictor(compiled_with(tmp_path, *tuned(merge=True), given))
    (server,), (gate,) = pod["containers"], pod["initContainers"]
    name, directory, read_only = mounts(server)["/mnt/models"]
    assert (directory.endswith("/merged"), read_only) == (True, True)
    assert mounts(gate) == {"/mnt/models": (name, "", True)}
    marker = next(one["value"] for one in gate["env"] if one["name"] == "HYDRA_MARKER")
    assert marker == f"/mnt/models/{directory.rpartition('/')[0]}/merged.json"


def test_an_adapter_alone_is_no_model(tmp_path: Path) -> None:
    given = inference(modelId=RESULT, predictor=container(f"modelstorage://{RESULT}"))
    assert [one.partition(" ")[0] for one in compiled_with(tmp_path, *tuned(merge=False), given).errors()] == ["HYD575"]


def test_an_adapter_that_a_finetune_makes_is_mounted_beside_its_base(tmp_path: Path) -> None:
    notes = {"annotations": {"cpod.cpod/cpod-adapter-id-name": RESULT}}
    model = "model-storage-0ce92f029254ff34"
    given = inference(metadata=notes, modelId=model, modelIsPublic=True, predictor=container(f"modelstorage://{model}"))
    pod = predictor(compiled_with(tmp_path, *tuned(merge=False), given))
    (server,) = pod["containers"]
    assert server["args"] == ["--adapter_name_or_path", "/mnt/adapter"]
    adapter, directory, read_only = mounts(server)["/mnt/adapter"]
    assert (directory.endswith("/adapter"), read_only) == (True, True)
    (volume,) = (one for one in pod["volumes"] if one["name"] == adapter)
    assert volume["persistentVolumeClaim"]["claimName"] == "tune-cpodjob-modelsave-pvc"
    assert [one["name"] for one in pod["initContainers"]] == ["wait-tune"]


def test_what_is_asked_for_of_one_of_requests_and_limits_holds_for_both(tmp_path: Path) -> None:
    asked = {"requests": {"cpu": "500m"}, "limits": {"memory": "50Gi", "nvidia.com/gpu": "2", "rdma/hca": "1"}}
    given = {**container("pvc://pvc-a", resources=asked), "nodeSelector": {"nvidia.com/gpu.product": RTX}}
    pod = predictor(compiled_with(tmp_path, claim("pvc-a"), inference(predictor=given)))
    wanted = {"cpu": "500m", "memory": "50Gi", "nvidia.com/gpu": "2", "rdma/hca": "1"}
    (server,) = pod["containers"]
    assert server["resources"] == {"requests": wanted, "limits": wanted}


def test_without_amounts_they_are_decided(tmp_path: Path) -> None:
    given = {
        **container("pvc://pvc-a", resources={"limits": {"nvidia.com/gpu": "1"}}),
        "nodeSelector": {"nvidia.com/gpu.product": RTX},
    }
    (server,) = predictor(compiled_with(tmp_path, claim("pvc-a"), inference(predictor=given)))["containers"]
    assert server["resources"]["requests"].keys() == {"cpu", "memory", "nvidia.com/gpu"}


def test_a_cluster_that_lists_nothing_gets_the_documents_own_label(tmp_path: Path) -> None:
    given = {
        **container("pvc://pvc-a", resources={"limits": {"nvidia.com/gpu": "1"}}),
        "nodeSelector": {"nvidia.com/gpu.product": RTX, "zone": "a"},
    }
    result = compiled_with(tmp_path, claim("pvc-a"), inference(predictor=given), cluster="")
    pod = predictor(result)
    assert set(result.codes()) == {"HYD369", "HYD370"}
    assert pod["nodeSelector"] == {"nvidia.com/gpu.product": RTX, "zone": "a"}
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"


def test_a_container_without_a_gpu_needs_no_pool(tmp_path: Path) -> None:
    pod = predictor(compiled_with(tmp_path, claim("pvc-a"), inference(predictor=container("pvc://pvc-a"))))
    assert "nodeSelector" not in pod
    assert pod["containers"][0]["resources"]["requests"].keys() == {"cpu", "memory"}


def test_one_whose_nodes_are_listed_goes_there(tmp_path: Path) -> None:
    listed = CLUSTER.replace("  operators:", "    cpu: {count: 4, perNode: 1, nodeSelector: {pool: cpu}}\n  operators:")
    texts = claim("pvc-a"), inference(predictor=container("pvc://pvc-a"))
    assert predictor(compiled_with(tmp_path, *texts, cluster=listed))["nodeSelector"] == {"pool": "cpu"}


def test_a_server_of_kserves_waits_for_what_is_loaded_and_reads_its_claim(tmp_path: Path) -> None:
    given = inference(modelId="base", predictor={"triton": {"storageUri": "modelstorage://base"}})
    pod = predictor(compiled_with(tmp_path, LOADED, given))
    (gate,) = pod["initContainers"]
    (volume,) = pod["volumes"]
    name = volume["persistentVolumeClaim"]["claimName"]
    assert pod["model"]["storageUri"] == f"pvc://{name}"
    assert mounts(gate) == {"/mnt/model": (volume["name"], "", True)}
    assert pod["model"]["resources"] == {part: {"cpu": "1", "memory": "2Gi"} for part in ("requests", "limits")}
    assert "containers" not in pod


def test_a_server_of_kserves_on_data_that_is_there_mounts_nothing_itself(tmp_path: Path) -> None:
    given = inference(predictor={"triton": {"storageUri": "pvc://pvc-a/engine"}})
    pod = predictor(compiled_with(tmp_path, claim("pvc-a"), given))
    assert pod["model"]["storageUri"] == "pvc://pvc-a/engine"
    assert "volumes" not in pod
    assert "initContainers" not in pod


def test_credentials_in_the_variables_of_a_server_are_found(tmp_path: Path) -> None:
    env = [{"name": "HF_TOKEN", "value": "hf_0123456789abcdef"}]
    given = inference(modelId="base", predictor={"triton": {"storageUri": "modelstorage://base", "env": env}})
    assert "HYD408" in compiled_with(tmp_path, LOADED, given).codes()


@pytest.mark.parametrize("gpus", [None, 2])
def test_requests_name_the_model_as_its_record_does(gpus: int | None, tmp_path: Path) -> None:
    given = inference(backend="ray", modelId="model-storage-0ce92f029254ff34", modelIsPublic=True, gpuCount=gpus)
    result = compiled_with(tmp_path, *GEMMA, given)
    assert result.errors() == []
    (service,) = result.of_kind("RayService")
    assert service["metadata"]["name"] == "chat"
    assert "model_id: google/gemma-2b-it" in service["spec"]["serveConfigV2"]
    assert f"tensor_parallel_size: {gpus or 1}" in service["spec"]["serveConfigV2"]


@pytest.mark.parametrize("field", ["env", "args"])
def test_variables_that_repeat_each_other_do_not_grow_without_end(field: str, tmp_path: Path) -> None:
    count = 60 if field == "env" else 16
    grown = [{"name": f"V{index}", "value": f"$(V{index - 1})" * 2} for index in range(1, count)]
    predictor = container("modelstorage://base", args=["$(V15)" * 100])
    predictor["containers"][0]["env"] += [{"name": "V0", "value": "0123456789"}, *grown]
    found = compiled_with(tmp_path, LOADED, inference(modelId="base", predictor=predictor)).errors()
    assert f"HYD374 Hydra does not carry over `{field}` that comes to more than 1,048,576 characters." in found
