"""Inferences of cpodoperator, held against its documentation, its CRD, and those of KServe and KubeRay."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from compiler.checking.schemas import Schemas
from tests.upstream.cpod_cases import seed_blocks
from tests.upstream.crds import objects_in
from tests.upstream.test_cpod import GEMMA, public, run

pytestmark = [pytest.mark.upstream, pytest.mark.usefixtures("upstream")]


def test_the_inference_of_the_documentation_compiles_as_it_is_printed(
    tmp_path: Path, imported_schemas: Schemas
) -> None:
    (block,) = seed_blocks()[3:]
    result = run(tmp_path, block, public(GEMMA, "google/gemma-2b-it"))
    assert result.errors() == []
    assert "HYD370" in result.codes()  # it has no `modelId`, which the operator waits for by now
    (made,) = result.of_kind("InferenceService")
    assert imported_schemas.failures(made) == []
    printed = yaml.safe_load(block)
    given, predictor = printed["spec"]["predictor"], made["spec"]["predictor"]
    (theirs,), (ours,) = given["containers"], predictor["containers"]
    assert made["metadata"]["name"] == f"{printed['metadata']['name']}-is"
    assert {field: ours[field] for field in ("name", "image", "command", "resources")} == {
        field: theirs[field] for field in ("name", "image", "command", "resources")
    }
    variables = {one["name"]: one["value"] for one in ours["env"]}
    assert variables["API_PORT"] == "8080"
    assert "STORAGE_URI" not in variables  # KServe's storage initializer would load
    assert predictor["nodeSelector"] == given["nodeSelector"]
    (mount,) = (one for one in ours["volumeMounts"] if one["mountPath"] == "/mnt/models")
    (volume,) = (one for one in predictor["volumes"] if one["name"] == mount["name"])
    assert volume["persistentVolumeClaim"]["readOnly"] is True


def test_without_its_model_the_inference_of_the_documentation_says_what_is_missing(tmp_path: Path) -> None:
    (block,) = seed_blocks()[3:]
    assert [one.partition(" ")[0] for one in run(tmp_path, block).errors()] == ["HYD306"]


def test_inferences_are_the_crds_and_become_what_kserve_and_kuberay_take(imported_schemas: Schemas) -> None:
    case = Path(__file__).parents[1] / "golden" / "cpod-inferences"
    given = [body for _, body in objects_in(case / "repo" / "team" / "hydra.yaml") if body["kind"] == "Inference"]
    made = [body for _, body in objects_in(*sorted(case.glob("expected/prod/test/team/*service-*.yaml")))]
    assert {one["kind"] for one in made} == {"InferenceService", "RayService"}
    for body in (*given, *made):
        assert imported_schemas.of(body["apiVersion"], body["kind"])
        assert imported_schemas.failures(body) == [], body["metadata"]["name"]
