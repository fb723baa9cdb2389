"""Every ModelSpec of ModelHub as a service: on a cluster with the hardware, and on two without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking.schemas import Schemas
from compiler.library.library import open_library
from tests.compiled import Compiled, compiled, repo_of

pytestmark = pytest.mark.upstream

UPSTREAM = os.environ.get("HYDRA_UPSTREAM", "")
SPECS = sorted(Path(UPSTREAM, "cases", "baizeai", "modelhub").glob("*.yaml")) if UPSTREAM else []
LARGE = """\
    h100-80gb: {count: 64, perNode: 8, node: {cpu: 128, memory: 2Ti}}
    metax-c500: {count: 8, perNode: 8, node: {cpu: 96, memory: 1Ti}}
"""
SMALL = "    l4: {count: 1, perNode: 1, node: {cpu: 4, memory: 16Gi}}\n"
OTHER = "    ascend-910b-64gb: {count: 64, perNode: 8, node: {cpu: 192, memory: 2Ti}}\n"
CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {{name: prod}}
spec:
  storage: {{default: {{class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}}}}
  accelerators:
{}  operators:
    ray: {{api: ray.io/v1, version: "1.5"}}
    inference: {{api: serving.kserve.io/v1beta1, version: "0.18", autoscaler: hpa}}
"""
FITS_A_SMALL_CARD = {
    "alibaba__qwen2-0.5b-instruct",
    "deepseek__deepseek-r1-distill-qwen-1.5b",
    "microsoft__phi-3.5-mini-instruct",
    "alibaba__qwen2.5-7b-instruct",
    "zhipuai__glm-4-9b-chat",
}
REASONS = {"HYD520", "HYD580", "HYD582", "HYD585"}

on_every_spec = pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)


def serve(root: Path, spec: Path, pools: str) -> Compiled:
    """A repo with the ModelSpec and a service on its model, compiled."""
    text = spec.read_text("utf-8")
    document = yaml.load(text, yaml.CSafeLoader)["spec"]
    repository = document["source"]["huggingface"]["name"]
    entry = open_library(root, ()).find_by_repository("huggingface", repository)
    model = f"{{source: 'hf://{repository}'}}" if entry is None else f"{{from: {entry.name}, secret: hf-token}}"
    # The hub names no image for what makes pictures.
    pictures = any(one["runtime"] == "image-gen" for one in document["deployments"])
    service = "{model: it, image: acme.io/image-gen:0.0.6}" if pictures else "{model: it}"
    head = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: p, namespace: nlp}\n"
    project = f"{head}models:\n  it: {model}\nservices:\n  chat: {service}\n"
    files = {"clusters/prod.yaml": CLUSTER.format(pools), "hub.hydra.yaml": text, "hydra.yaml": project}
    return compiled(repo_of(root, files))


@on_every_spec
def test_a_modelspec_is_served_where_the_hardware_is(spec: Path, tmp_path: Path, imported_schemas: Schemas) -> None:
    result = serve(tmp_path, spec, LARGE)
    assert result.errors() == []
    (service,) = result.of_kind("InferenceService", "RayService")
    assert list(imported_schemas.failures(service)) == []
    wanted = yaml.load(spec.read_text("utf-8"), yaml.CSafeLoader)["spec"]["deployments"]
    passed_over = [one for one in result.found if one.code.id == "HYD576"]
    if not passed_over:
        assert sum(cards_in(service)) in {one["resourceRequirements"]["gpuCount"] for one in wanted}


def cards_in(body: Any) -> Iterator[int]:
    """Cards of all pods of a service."""
    if body["kind"] == "InferenceService":
        (container,) = body["spec"]["predictor"]["containers"]
        yield int(container["resources"]["limits"].get("nvidia.com/gpu", 0))
        return
    for group in body["spec"]["rayClusterConfig"]["workerGroupSpecs"]:
        (container,) = group["template"]["spec"]["containers"]
        yield group["minReplicas"] * int(container["resources"]["limits"].get("nvidia.com/gpu", 0))


@on_every_spec
def test_a_modelspec_is_refused_where_it_does_not_fit(spec: Path, tmp_path: Path) -> None:
    result = serve(tmp_path, spec, SMALL)
    if spec.stem in FITS_A_SMALL_CARD:
        assert result.errors() == []
    else:
        assert REASONS & set(result.codes()), result.errors()


@on_every_spec
def test_a_modelspec_is_refused_on_cards_that_no_image_is_for(spec: Path, tmp_path: Path) -> None:
    result = serve(tmp_path, spec, OTHER)
    assert REASONS & set(result.codes()), result.errors()
