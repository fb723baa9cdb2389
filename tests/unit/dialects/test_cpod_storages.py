"""ModelStorage and DataSetStorage: where data lies, under the operator's names."""

from __future__ import annotations

import pytest

from compiler.dialects.cpodoperator.names import claim_name, storage_name
from compiler.linking.artifact import Artifact
from tests.unit.dialects.cpod import LIBRARY, Came, came, claim, document, profile

TABLE = [LIBRARY.find("cpod-model", name).value for name in LIBRARY.names("cpod-model")]
STORAGES = {
    "ZhipuAI/chatglm3-6b": "10e872cd960e38cb",
    "meta-llama/Llama-2-7b": "6deacca0bbad927d",
    "baichuan-inc/Baichuan2-7B-Chat": "cfa5be686c53f1a2",
    "IDEA-CCNL/Ziya-LLaMA-13B-v1": "3f7baf1d50fdab32",
    "google/gemma-2b-it": "0ce92f029254ff34",
    "mistralai/Mistral-7B-v0.1": "e306a7d8b79c7e8f",
    "mistralai/Mistral-7B-Instruct-v0.1": "9b268c705d2aafee",
    "mistralai/Mixtral-8x7B-Instruct-v0.1": "57e056b59249bceb",
    "meta-llama/Meta-Llama-3-8B-Instruct": "f5b8963792864b06",
    "LLM-Research/Llama-3.2-1B-Instruct": "91f1b10f1fad84d0",
}
"""The operator's table: repository -> what its ModelStorage ends in."""

TENANT = "user-fdf4b74e-97db-4022-9b33-24bbe940597d"


def storage(name: str = "base", **spec: object) -> str:
    return document("ModelStorage", name, spec)


def only(result: Came) -> Artifact:
    (artifact,) = result.artifacts
    return artifact


@pytest.mark.parametrize(("repository", "ending"), STORAGES.items())
def test_names_are_the_operators(repository: str, ending: str) -> None:
    assert storage_name("model", repository) == f"model-storage-{ending}"


@pytest.mark.parametrize(
    ("kind", "repository", "ending"),
    [
        ("dataset", "llama-factory/alpaca_data_zh_short", "f90b82cc7ab88911"),
        ("model", f"{TENANT}/gpt3_lite", "c929e5286f90c714"),
        ("adapter", f"{TENANT}/Gemma-2b-Lora", "8543f3bef8eadf43"),
    ],
)
def test_a_tenants_names_are_hashed_without_public(kind: str, repository: str, ending: str) -> None:
    assert claim_name(kind, repository) == f"pvc-{kind}-{ending}"


def test_the_table_has_the_operators_models() -> None:
    assert {one.repository for one in TABLE} == STORAGES.keys()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_row_names_a_model_with_facts_and_a_template_of_the_trainer(row: object) -> None:
    model = LIBRARY.find("model", row.model).value  # type: ignore[attr-defined]
    assert model is not None
    assert model.facts.parameters
    templates = LIBRARY.find("trainer", "llamafactory").value.templates
    assert row.template in templates  # type: ignore[attr-defined]


def test_data_that_is_there_is_its_claim() -> None:
    artifact = only(came(storage(modeltype="oss", modelname="google/gemma-2b-it", pvc="pvc-a", template="gemma")))
    assert artifact.key == ("team-a", "base")
    assert artifact.source.uri == "pvc://pvc-a"
    assert artifact.model is not None
    assert (artifact.model.template, artifact.model_id) == ("gemma", "gemma-2b-it")
    assert artifact.model.facts == LIBRARY.find("model", "gemma-2b-it").value.facts
    assert artifact.share is None


def test_a_claim_that_is_not_named_is_the_operators_for_the_repository() -> None:
    artifact = only(came(storage(modeltype="oss", modelname="google/gemma-2b-it")))
    assert artifact.source.uri == "pvc://pvc-model-0ce92f029254ff34"


def test_an_adapter_has_a_claim_of_its_own_kind() -> None:
    artifact = only(came(storage(modeltype="trained", modelname=f"{TENANT}/Gemma-2b-Lora", isloraadapter=True)))
    assert artifact.source.uri == "pvc://pvc-adapter-8543f3bef8eadf43"


@pytest.mark.parametrize(("hub", "uri"), [("huggingface", "hf://acme/base"), ("modelscope", "modelscope://acme/base")])
def test_what_a_hub_has_and_no_claim_is_loaded_in_place(hub: str, uri: str) -> None:
    artifact = only(came(storage(modeltype=hub, modelname="acme/base"), cluster=profile(storageClass="juicefs-sc")))
    assert (artifact.source.uri, artifact.names.claim) == (uri, claim_name("model", "acme/base"))
    assert (artifact.in_place, artifact.names.job) == (True, "model-base")
    assert artifact.wanted == (None, "juicefs-sc", ("ReadWriteMany",), None)


def test_a_claim_of_the_repo_is_not_loaded_into() -> None:
    result = came(storage(modeltype="huggingface", modelname="acme/base", pvc="pvc-a"), claim("pvc-a"))
    assert only(result).source.uri == "pvc://pvc-a"


def test_a_revision_behind_the_name_pins_what_is_loaded() -> None:
    artifact = only(came(storage(modeltype="huggingface", modelname="acme/base@1a2b3c")))
    assert (artifact.source.uri, artifact.source.revision) == ("hf://acme/base@1a2b3c", "1a2b3c")
    assert artifact.names.claim == claim_name("model", "acme/base")


def test_a_gated_model_takes_the_clusters_secret() -> None:
    text = storage(modeltype="huggingface", modelname="google/gemma-2b-it")
    assert came(text).codes() == ["HYD318"]
    result = came(text, cluster=profile(hubSecret="hf"))
    assert (result.codes(), only(result).secret) == ([], "hf")


def test_the_dead_version_reads_as_the_living_one() -> None:
    old = document("ModelStorage", "base", {"name": "acme/base", "type": "huggingface"}, version="cpod.sxwl.ai/v1beta1")
    new = storage(modelname="acme/base", modeltype="huggingface")
    assert only(came(old)).source == only(came(new)).source


@pytest.mark.parametrize("kind", ["DataSetStorage", "DatasetStorage"])
@pytest.mark.parametrize("group", ["cpod.cpod", "cpod.sxwl.ai"])
def test_datasets_are_read_in_both_spellings_and_groups(kind: str, group: str) -> None:
    spec = {"datasettype": "huggingface", "datasetname": "modelscope/chinese-poetry-collection"}
    artifact = only(came(document(kind, "poems", spec, version=f"{group}/v1", namespace="public")))
    assert artifact.of == f"{kind}/public/poems"
    assert artifact.source.uri == "hf://datasets/modelscope/chinese-poetry-collection"
    assert artifact.names.claim == "pvc-dataset-e505673234392893"
    assert artifact.format is not None
    assert (artifact.format.style, dict(artifact.format.splits)) == ("alpaca", {"train": "dataset.json"})


def test_what_is_public_is_shared() -> None:
    shared = document("ModelStorage", "base", {"pvc": "pvc-a"}, namespace="public")
    share = only(came(shared)).share
    assert share is not None
    assert share.selector is None


def test_a_conversion_is_a_job_with_a_gpu_and_an_engine() -> None:
    text = storage("ms-a", modeltype="oss", pvc="pvc-a", modelname="demo/base", converttensortrengine=True)
    result = came(text, claim("pvc-a"), cluster=profile(tensorrtGpuProduct="NVIDIA-A100-SXM4-80GB"))
    job, (model, engine) = result.job, result.artifacts
    assert (job.names.job, job.framework, job.cards, job.accelerator, job.product) == (
        "convert-job-ms-a", "general", 1, "a100-80gb", None,
    )  # fmt: skip
    assert [*job.command, *job.arguments] == ["bash", "/opt/tritonserver/build_engine.sh", "/src", "/dest"]
    assert [(one.role, one.key) for one in job.references] == [("/src", model.key)]
    (output,) = job.outputs
    assert output[:5] == ("pvc-a-dest", "/dest", "24576Mi", "juicefs-sc", ("ReadWriteMany",))
    assert not output.per_run
    assert (engine.key, engine.source.uri) == (("team-a", "ms-a-engine"), "pvc://pvc-a-dest")


def test_an_engine_of_known_weights_has_room_for_them() -> None:
    result = came(storage(modeltype="oss", modelname="google/gemma-2b-it", converttensortrengine=True))
    assert result.job.outputs[0].size == "5737Mi"
