"""FineTune: flags of the operator become fields of the language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.library.library import open_library
from tests.unit.dialects.cpod import BUCKET, came, document, finetune, profile

RATE = 5e-5


def values(**spec: Any) -> dict[str, Any]:
    """The hyperparameters that a FineTune comes to."""
    return dict(came(finetune(**spec)).finetune.hyperparameters.values)


def test_a_finetune_that_says_nothing_trains_as_the_operator_does() -> None:
    made = came(finetune()).finetune
    said = {name: value for name, value in made.hyperparameters.values.items() if value is not None}
    assert said == {
        "epochs": 3, "learning_rate": RATE, "global_batch_size": 32, "sequence_length": 1024, "scheduler": "cosine",
        "warmup_ratio": 0, "weight_decay": 0, "max_grad_norm": 1, "save_steps": 1000, "logging_steps": 10, "seed": 42,
        "packing": False, "gradient_checkpointing": True, "optimizer": "adamw_torch", "beta": 0.1,
    }  # fmt: skip
    assert (made.stage, made.method, made.template, made.trainer) == ("sft", "lora", "gemma", "llamafactory")
    assert (made.cards, made.accelerator, made.deepspeed) == (1, "rtx-3090", "auto")
    assert list(made.lora.targets) == ["q_proj", "v_proj"]
    assert made.names == ("tune-cpodjob-modelsave-pvc", "tune-cpodjob", "tune-cpodjob")
    assert (made.output.size, made.output.merge, made.image) == ("60Gi", False, None)
    assert set(made.hyperparameters.origins.values()) == {"library cpod-recipes/operator"}


def test_its_model_is_public_and_its_dataset_its_own() -> None:
    references = came(finetune()).finetune.references
    assert [(one.role, one.wanted, one.key) for one in references] == [
        ("model", "model", ("public", "model-storage-0ce92f029254ff34")),
        ("dataset", "dataset", ("team-a", "tickets")),
    ]


def test_a_public_dataset_is_that_of_the_public_namespace() -> None:
    assert came(finetune(datasetIsPublic=True)).finetune.references[1].key == ("public", "tickets")


@pytest.mark.parametrize("name", ["LLaMA-2-7B", "meta-llama/Llama-2-7b"])
def test_the_model_of_the_operators_documentation_is_known(name: str) -> None:
    made = came(finetune(model=name)).finetune
    assert made.references[0].key == ("public", "model-storage-6deacca0bbad927d")
    assert made.template == "llama2"


@pytest.mark.parametrize(("batch", "gpus", "whole"), [("4", 1, 16), ("4", 2, 32), (None, 3, 96), ("1", None, 4)])
def test_the_batch_of_a_gpu_is_multiplied_out(batch: str | None, gpus: int | None, whole: int) -> None:
    spec: dict[str, Any] = {"hyperParameters": {"batch_size": batch} if batch else {}}
    assert values(**spec, **({"gpuCount": gpus} if gpus is not None else {}))["global_batch_size"] == whole


def test_a_multiplier_is_a_rate_and_says_so() -> None:
    result = came(finetune(hyperParameters={"n_epochs": "1", "batch_size": "4", "learning_rate_multiplier": "1e-4"}))
    chosen = result.finetune.hyperparameters
    assert (chosen.learning_rate, chosen.epochs, result.codes()) == (1e-4, 1.0, ["HYD364"])
    assert chosen.places["learning_rate"].span()[1:3] == (14, 32)
    assert chosen.origins["learning_rate"] == "team/hydra.yaml"


def test_values_that_lost_their_quotes_are_read() -> None:
    said = values(hyperParameters={"n_epochs": 3, "learning_rate": 5e-5}, config={"packing": True})
    assert (said["epochs"], said["learning_rate"], said["packing"]) == (3, RATE, True)


@pytest.mark.parametrize(
    ("written", "method"),
    [("", "lora"), ("lora", "lora"), ("pt", "full"), ("full", "full"), ("freeze", "freeze"), (None, "lora")],
)
def test_methods(written: str | None, method: str) -> None:
    spec = {} if written is None else {"finetuneType": written}
    assert came(finetune(**spec)).finetune.method == method


def test_config_goes_over_everything() -> None:
    result = came(
        finetune(
            hyperParameters={"batch_size": "4"},
            config={
                "per_device_train_batch_size": "2",
                "gradient_accumulation_steps": "8",
                "cutoff_len": "2048",
                "lora_rank": "16",
                "lora_alpha": "64",
                "lora_dropout": "0.05",
                "lora_target": "all",
                "stage": "dpo",
                "pref_beta": "0.2",
                "bf16": "True",
                "template": "gemma2",
                "quantization_bit": "4",
                "max_steps": "100",
                "optim": "adamw_bnb_8bit",
                "disable_gradient_checkpointing": "true",
                "warmup_ratio": "0.1",
                "lr_scheduler_type": "linear",
                "save_steps": "50",
                "max_samples": "10",
            },
        )
    )
    made = result.finetune
    assert result.codes() == ["HYD332"]
    assert (made.stage, made.method, made.template) == ("dpo", "qlora", "gemma2")
    assert (made.lora.rank, made.lora.alpha, made.lora.dropout, made.lora.targets) == (16, 64, 0.05, "all")
    said = made.hyperparameters
    assert (said.global_batch_size, said.sequence_length, said.precision, said.beta) == (16, 2048, "bf16", 0.2)
    assert (said.max_steps, said.epochs, said.optimizer, said.gradient_checkpointing) == (
        100, None, "adamw_8bit", False,
    )  # fmt: skip
    assert (said.warmup_ratio, said.scheduler, said.save_steps, said.max_samples) == (0.1, "linear", 50, 10)


def test_flags_that_stand_for_nothing_leave_the_rest_alone() -> None:
    said = values(config={"max_steps": "-1", "bf16": "false"})
    assert (said["max_steps"], said["epochs"], said["precision"]) == (None, 3, None)


def test_further_flags_of_the_trainer_are_handed_on_with_their_types() -> None:
    made = came(finetune(config={"report_to": "tensorboard", "ddp_timeout": "3600"})).finetune
    assert made.arguments == {"ddp_timeout": 3600, "report_to": "tensorboard"}


def test_freezing_counts_layers() -> None:
    made = came(finetune(finetuneType="freeze", config={"freeze_trainable_layers": "4"})).finetune
    assert (made.method, made.freeze.layers) == ("freeze", 4)


@pytest.mark.parametrize(("kind", "merge"), [("lora", True), ("full", False), ("freeze", False)])
def test_only_adapters_are_merged(kind: str, merge: bool) -> None:
    assert came(finetune(finetuneType=kind, autoMerge=True)).finetune.output.merge is merge


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({}, "adapters/team-a/tune"),
        ({"autoMerge": True}, "models/team-a/tune"),
        ({"finetuneType": "full"}, "models/team-a/tune"),
    ],
)
def test_an_upload_is_of_a_model_or_of_an_adapter(spec: Any, path: str) -> None:
    upload = came(finetune(upload=True, **spec), cluster=profile(**BUCKET)).finetune.upload
    assert upload is not None
    assert upload.path == path


def test_the_result_is_a_model_under_the_operators_name() -> None:
    assert came(finetune()).finetune.key == ("team-a", "tune-cpodjob-modelsavestorage")
    about = {
        "labels": {"cpod.cpod/userID": "user-fdf4b74e-97db-4022-9b33-24bbe940597d"},
        "annotations": {"cpod.cpod/modelstorageName": "gpt3_lite"},
    }
    merged = came(finetune(autoMerge=True, metadata=about)).finetune
    assert merged.key == ("team-a", "model-storage-c929e5286f90c714")
    about["annotations"]["cpod.cpod/modelstorageName"] = "Gemma-2b-Lora"
    assert came(finetune(metadata=about)).finetune.key == ("team-a", "adapter-storage-8543f3bef8eadf43")


@pytest.mark.parametrize(
    ("accelerators", "product", "found"),
    [
        ({"a100-80gb": {"count": 8}}, "NVIDIA-A100-SXM4-80GB", "a100-80gb"),
        ({"a100-80gb": {"count": 8}}, "NVIDIA-A100-80GB-PCIe", "a100-pcie-80gb"),
        ({"a100-sxm4-80gb": {"count": 8}}, "NVIDIA-A100-80GB-PCIe", None),
        ({"ours": {"count": 8, "nodeSelector": {"nvidia.com/gpu.product": "Acme-1"}}}, "Acme-1", "ours"),
        ({"a100-80gb": {"count": 8, "nodeSelector": {"pool": "a"}}}, "NVIDIA-A100-SXM4-80GB", "a100-80gb"),
        ({"a100-80gb": {"count": 8}}, "", None),
    ],
)
def test_the_gpu_is_the_pool_with_its_label(accelerators: Any, product: str, found: str | None) -> None:
    result = came(finetune(gpuProduct=product), cluster=profile(accelerators))
    assert result.codes() == ([] if found else ["HYD368"])
    assert [one.accelerator for one in result.values] == ([found] if found else [])


def test_the_cluster_says_which_gpu_counts_where_a_finetune_does_not() -> None:
    cluster = profile(finetuneGpuProduct="NVIDIA-A100-SXM4-80GB")
    assert came(finetune(), cluster=cluster).finetune.accelerator == "a100-80gb"


def test_a_team_adds_a_model_and_changes_the_recipe(tmp_path: Path) -> None:
    models, recipes = tmp_path / "library" / "cpod-models", tmp_path / "library" / "cpod-recipes"
    models.mkdir(parents=True)
    recipes.mkdir()
    models.joinpath("qwen.yaml").write_text(
        "kind: CpodModel\nname: qwen\nsummary: Qwen\nsource: us\nrepository: Qwen/Qwen2.5-7B-Instruct\n"
        "model: qwen2.5-7b-instruct\ntemplate: qwen\nloraTargets: [q_proj]\nvolumeMib: 1024\nstorage: our-qwen\n",
        "utf-8",
    )
    recipes.joinpath("operator.yaml").write_text(
        "kind: CpodRecipe\nname: operator\nextends: operator\nhyperparameters: {epochs: 1}\n", "utf-8"
    )
    library = open_library(tmp_path, ["library"])
    assert library.check().found == []
    made = came(finetune(model="Qwen/Qwen2.5-7B-Instruct"), library=library).finetune
    assert (made.references[0].key, made.template) == (("public", "our-qwen"), "qwen")
    assert (made.hyperparameters.epochs, made.hyperparameters.learning_rate) == (1, RATE)


def test_a_copy_of_the_public_model_in_the_namespace_counts() -> None:
    copy = document("ModelStorage", "model-storage-0ce92f029254ff34-public", {"pvc": "a-public"})
    made = came(copy, finetune()).finetune
    assert made.references[0].key == ("team-a", "model-storage-0ce92f029254ff34-public")
