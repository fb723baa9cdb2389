"""Objects for Argo CD and Flux against the real CRDs, and our schemas of their kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.checking.catalogue import Broken
from compiler.checking.compiling import compiled
from compiler.checking.problems import UNKNOWN_FIELD
from compiler.checking.schemas import Schemas
from compiler.checking.structural import Converter
from compiler.gitops.owned import Owner, owners
from compiler.manifest import Body
from tests.golden.trees import FOLDER
from tests.unit.checking.objects import put
from tests.unit.gitops.samples import SAMPLES, Sample
from tests.unit.gitops.trees import URL, cluster, tree

pytestmark = pytest.mark.upstream

KINDS = {"Application", "ApplicationSet", "GitRepository", "Kustomization"}
FILES = sorted(path for path in FOLDER.glob("gitops-*/expected/*/_gitops/*.yaml") if path.name != "kustomization.yaml")
EVERY_SETTING: tuple[dict[str, Any], ...] = (
    {"controller": "argocd", "automated": True, "waves": True, "perUnit": True},
    {"controller": "argocd", "automated": True, "prune": False, "namespace": "gitops", "name": "ml"},
    {
        "controller": "flux",
        "perUnit": True,
        "flux": {"secret": "git", "serviceAccount": "deployer", "interval": "1h30m", "timeout": "45s"},
    },
    {"controller": "flux", "revision": "refs/tags/v1", "flux": {"wait": False}},
    {
        "controller": "flux",
        "revision": "c0ffee12" * 5,
        "flux": {"source": {"kind": "Bucket", "name": "a", "namespace": "b"}},
    },
)


@pytest.mark.parametrize("file", FILES, ids=lambda one: f"{one.parts[-5]}-{one.stem}")
def test_the_controller_takes_what_is_emitted(file: Path, imported_schemas: Schemas) -> None:
    body = yaml.safe_load(file.read_text("utf-8"))
    assert imported_schemas.of(body["apiVersion"], body["kind"])
    assert imported_schemas.failures(body) == []


def test_every_kind_is_among_them() -> None:
    assert {yaml.safe_load(file.read_text("utf-8"))["kind"] for file in FILES} == KINDS


@pytest.mark.parametrize("settings", EVERY_SETTING, ids=lambda one: f"{one['controller']}-{len(one)}")
def test_every_setting_makes_objects_that_the_controller_takes(
    settings: dict[str, Any], imported_schemas: Schemas, tmp_path: Path
) -> None:
    result = tree(tmp_path, cluster(more={"queue": {"kind": "kueue", "name": "ml"}}, repo=URL, **settings))
    assert result.errors() == []
    bodies = result.of_kind(*KINDS)
    assert bodies
    assert [one for body in bodies for one in imported_schemas.failures(body)] == []


@pytest.fixture(scope="session")
def structures(upstream: Path) -> dict[tuple[str, str], list[Any]]:
    """The structures of custom resources as their CRDs have them, by group and kind."""
    found: dict[tuple[str, str], list[Any]] = {}
    for file in (
        one
        for name in ("kuberay", "training-operator-v1", "mpi-operator")
        for one in (upstream / "crds" / name).glob("*.yaml")
    ):
        spec = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)["spec"]
        versions = [one["schema"]["openAPIV3Schema"] for one in spec["versions"] if one["served"]]
        found.setdefault((spec["group"], spec["names"]["kind"]), []).extend(versions)
    return found


@pytest.mark.parametrize("sample", [one for one in SAMPLES if "." in one.kind[0]], ids=lambda one: one.name)
def test_samples_have_a_status_that_the_operator_can_write(
    sample: Sample, structures: dict[tuple[str, str], list[Any]]
) -> None:
    if "status" in sample.body:
        # An operator of today: `v1alpha1` of KubeRay knows less.
        schema = Converter().convert(structures[sample.kind][0]["properties"]["status"])
        built = compiled(schema)
        assert not isinstance(built, Broken)
        assert [*built.failures(sample.body["status"])] == []


@pytest.mark.parametrize("owner", owners(), ids=lambda one: one.name)
def test_what_others_own_is_a_field_of_the_kind(owner: Owner, structures: dict[tuple[str, str], list[Any]]) -> None:
    for kind, paths in owner.paths.items():
        for path in paths if kind in structures else ():
            node = structures[kind][0]
            for step in path.removeprefix(".").split("."):
                node = node["properties"][step.removesuffix("[]?")]
                if step.endswith("[]?"):
                    node = node.get("items") or node["additionalProperties"]


@pytest.mark.parametrize("file", FILES, ids=lambda one: f"{one.parts[-5]}-{one.stem}")
def test_a_misspelt_field_is_refused_by_the_crd_and_by_ours(file: Path, imported_schemas: Schemas) -> None:
    body: Body = yaml.safe_load(file.read_text("utf-8"))
    put("spec", "syncPolice", {})(body)
    for schemas in (imported_schemas, Schemas()):
        assert [one.code for one in schemas.failures(body)] == [UNKNOWN_FIELD]
