"""Our schemas and our import, held against real CRDs and the schemas that Kubernetes publishes."""

from __future__ import annotations

import copy
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.checking.importing import Imported, import_crds
from compiler.checking.problems import RULES_LEFT_OUT, UNKNOWN_FIELD
from compiler.checking.schemas import Schemas, check
from compiler.diagnostics import Staged
from compiler.manifest import Body
from tests.unit.checking import objects
from tests.upstream.crds import exemplar, is_core, objects_in, refusal_of_kubernetes

pytestmark = pytest.mark.upstream

REFUSED_BY_THE_CRD = {"mode-bad", "type-bad"}
"""Probes that the real API server refuses by the schema alone. All other bad ones are bad in other ways."""


@pytest.fixture(scope="session")
def emitted(upstream: Path) -> list[Body]:
    """The objects of the reference output."""
    assert upstream.is_dir()
    return [body for _, body in exemplar()]


def test_every_real_crd_is_imported(upstream: Path, imported_folder: tuple[Path, Staged[Imported]]) -> None:
    folder, (value, found) = imported_folder
    assert [one for one in found if one.code is not RULES_LEFT_OUT] == []
    texts = [file.read_text("utf-8") for file in (upstream / "crds").rglob("*.yaml")]
    served = sum(len(re.findall(r"^ +(?:- )?served: true$", text, re.MULTILINE)) for text in texts)
    assert len(value.written) == served == len([*folder.iterdir()])
    assert value.rules > 0


def test_an_import_is_quick_and_small(upstream: Path, tmp_path: Path) -> None:
    start = time.process_time()
    import_crds([upstream / "crds" / "kserve" / "serving.kserve.io_inferenceservices.yaml"], tmp_path)
    assert time.process_time() - start < 5
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size < 100_000


def test_imported_schemas_stand_for_themselves(imported_folder: tuple[Path, Staged[Imported]]) -> None:
    for file in imported_folder[0].iterdir():
        text = file.read_text("utf-8")
        assert json.loads(text)["properties"]["kind"]["const"].lower() == file.name.partition("-")[0]
        assert '"$ref"' in text
        assert '"$ref": "#/$defs/' in text
        assert text.count('"$ref": "') == text.count('"$ref": "#/$defs/')


def test_the_reference_output_is_taken(emitted: list[Body], all_schemas: Schemas) -> None:
    bodies = [body for body in emitted if body["kind"] != "Kustomization"]
    checked, found = check(map(objects.manifest, bodies), all_schemas)
    assert (checked.objects, checked.unknown, found) == (len(bodies), {}, [])


def test_the_reference_kustomizations_are_taken(emitted: list[Body], all_schemas: Schemas) -> None:
    bodies = [body for body in emitted if body["kind"] == "Kustomization"]
    assert bodies
    assert [one for body in bodies for one in all_schemas.failures(body)] == []


def test_custom_resources_of_the_reference_output_are_known_to_the_import(
    emitted: list[Body], imported_schemas: Schemas
) -> None:
    custom = {
        (body["apiVersion"], body["kind"]) for body in emitted if body["kind"] != "Kustomization" and not is_core(body)
    }
    assert {kind for _, kind in custom} == {"InferenceService", "PyTorchJob", "RayService"}
    assert all(imported_schemas.of(*kinds) for kinds in custom)


def datasets(upstream: Path) -> list[tuple[str, Body]]:
    """Documents of the Dataset controller's users that are YAML and for its API."""
    folder = upstream / "cases" / "baizeai"
    files = [*sorted((folder / "seed-doc").glob("*.yaml")), *sorted((folder / "probes").glob("*.yaml"))]
    found = objects_in(*(file for file in files if "INVALID" not in file.name))
    return [(name, body) for name, body in found if body.get("apiVersion") == "dataset.baizeai.io/v1alpha1"]


def test_the_dataset_documents_are_taken(upstream: Path, imported_schemas: Schemas) -> None:
    documents = datasets(upstream)
    assert len(documents) > 30
    refused = {name.rpartition("-")[0] for name, body in documents if imported_schemas.failures(body)}
    assert refused == REFUSED_BY_THE_CRD


@pytest.mark.parametrize("release", ["1.30", "1.33"])
@pytest.mark.parametrize("make", objects.CORE, ids=lambda make: make.__name__)
def test_what_ours_take_kubernetes_takes(make: Any, release: str) -> None:
    body = make()
    # A volume from an image, which 1.30 lacks, is not among them.
    assert refusal_of_kubernetes(body, release) == ""


def test_the_reference_output_is_taken_by_kubernetes(emitted: list[Body], all_schemas: Schemas) -> None:
    core = [body for body in emitted if is_core(body)]
    assert len(core) > 15
    for body in core:
        assert all_schemas.failures(body) == []
        assert refusal_of_kubernetes(body) == ""


@pytest.mark.parametrize(
    ("make", "spoil"),
    [
        (objects.claim, objects.put("spec", "storageClass", "a")),
        (objects.volume, objects.put("spec", "csi", "volumeHandel", "a")),
        (objects.job, objects.put("spec", "template", "spec", "containers", 0, "imagePullPolcy", "Always")),
        (objects.config_map, objects.put("dta", {})),
        (objects.secret, objects.put("stringdata", {})),
        (objects.namespace, objects.put("metadata", "label", {})),
    ],
    ids=["claim", "volume", "job", "config map", "secret", "namespace"],
)
def test_a_misspelt_field_is_refused_by_both(make: Any, spoil: Any, all_schemas: Schemas) -> None:
    body = make()
    spoil(body)
    assert [one.code for one in all_schemas.failures(body)] == [UNKNOWN_FIELD]
    assert refusal_of_kubernetes(body)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_unknown_field_at_any_depth_is_refused(
    emitted: list[Body], all_schemas: Schemas, data: st.DataObject
) -> None:
    body = copy.deepcopy(emitted[data.draw(st.integers(0, len(emitted) - 1))])
    path = data.draw(st.sampled_from([*objects.closed_maps(body)]))
    name = data.draw(st.sampled_from(("hydraUnknown", "nmae", "x-y", "Spec")))
    objects.put(*path, name, data.draw(st.sampled_from(("a", 1, True, None, {}, []))))(body)
    assert (UNKNOWN_FIELD, (*path, name)) in [(one.code, one.path) for one in all_schemas.failures(body)]


def test_a_file_that_is_yaml_for_pyyaml_reads_the_same_here(upstream: Path) -> None:
    from compiler.checking.thirdparty import documents_of

    file = upstream / "crds" / "kuberay" / "ray.io_rayservices.yaml"
    assert documents_of(file) == [*yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader)]
