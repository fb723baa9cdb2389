"""Objects for Flux."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.gitops.controllers.flux import expressions
from compiler.gitops.owned import Rendered
from tests.compiled import Compiled
from tests.unit.gitops.trees import PROJECT, URL, cluster, objects_below, tree

NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: nlp}\n"
RAY_JOB = """\
apiVersion: ray.io/v1
kind: RayJob
metadata: {name: eval, namespace: nlp}
spec:
  entrypoint: python eval.py
  rayClusterSpec:
    headGroupSpec:
      rayStartParams: {}
      template: {spec: {containers: [{name: ray-head, image: "rayproject/ray:2.52.0"}]}}
"""


def flux(root: Path, files: dict[str, str] | None = None, project: str | None = None, **gitops: Any) -> Compiled:
    """A cluster with those settings."""
    given = {"project": project} if project is not None else {}
    result = tree(root, cluster(controller="flux", **{"repo": URL, **gitops}), **given, **(files or {}))
    assert result.errors() == []
    return result


def kustomizations(result: Compiled) -> dict[str, dict[str, Any]]:
    """The specs of the Kustomizations, by name."""
    found = objects_below(result, "prod/_gitops").values()
    return {one["metadata"]["name"]: one["spec"] for one in found if one["kind"] == "Kustomization"}


def test_one_kustomization_applies_the_cluster(tmp_path: Path) -> None:
    result = flux(tmp_path, path="hydra", flux={"secret": "platform-git", "serviceAccount": "deployer"})
    files = objects_below(result, "prod/_gitops")
    assert sorted(files) == ["gitrepository-platform-prod.yaml", "kustomization-platform-prod.yaml"]
    source = files["gitrepository-platform-prod.yaml"]
    assert source["metadata"] == {"name": "platform-prod", "namespace": "flux-system"}
    assert source["spec"] == {
        "interval": "10m", "url": URL, "ref": {"branch": "main"}, "secretRef": {"name": "platform-git"},
    }  # fmt: skip
    spec = kustomizations(result)["platform-prod"]
    assert spec["path"] == "./hydra/rendered/prod"
    assert spec["sourceRef"] == {"kind": "GitRepository", "name": "platform-prod"}
    assert spec["serviceAccountName"] == "deployer"


def test_nothing_is_deleted_or_substituted_that_should_not_be(tmp_path: Path) -> None:
    spec = kustomizations(flux(tmp_path))["platform-prod"]
    assert spec["deletionPolicy"] == "Orphan"
    assert spec["prune"] is True
    assert not {"postBuild", "force", "targetNamespace", "commonMetadata"} & spec.keys()
    assert kustomizations(flux(tmp_path / "b", prune=False))["platform-prod"]["prune"] is False


def test_a_source_that_is_there_is_used(tmp_path: Path) -> None:
    source = {"kind": "OCIRepository", "name": "platform", "namespace": "sources"}
    result = flux(tmp_path, repo=None, flux={"source": source})
    assert {one["kind"] for one in objects_below(result, "prod/_gitops").values()} == {"Kustomization"}
    assert kustomizations(result)["hydra-prod"]["sourceRef"] == source


def test_only_kinds_that_are_there_are_asked_about(tmp_path: Path) -> None:
    def asked(**more: Any) -> list[tuple[str, str]]:
        spec = kustomizations(flux(tmp_path / str(len(more)), **more))["platform-prod"]
        assert (spec["wait"], spec["timeout"]) == (True, "10m")
        return [(one["apiVersion"], one["kind"]) for one in spec["healthCheckExprs"]]

    assert asked() == [("v1", "PersistentVolumeClaim"), ("kubeflow.org/v1", "PyTorchJob")]
    assert asked(project=PROJECT) == [("v1", "PersistentVolumeClaim")]
    found = asked(project=PROJECT, files={"platform__hydra": RAY_JOB})
    assert found == [("v1", "PersistentVolumeClaim"), ("ray.io/v1", "RayJob")]


def test_a_kind_of_several_versions_is_asked_about_once() -> None:
    """Flux looks at the group alone."""
    both = [Rendered("", f"kubeflow.org/{version}", "MPIJob", "") for version in ("v1", "v2beta1")]
    (found,) = expressions(both)
    assert (found["apiVersion"], found["kind"]) == ("kubeflow.org/v1", "MPIJob")
    (found,) = expressions(both[1:])
    assert found["apiVersion"] == "kubeflow.org/v2beta1"


def test_without_waiting_nothing_is_asked(tmp_path: Path) -> None:
    spec = kustomizations(flux(tmp_path, flux={"wait": False}))["platform-prod"]
    assert not {"wait", "timeout", "healthCheckExprs"} & spec.keys()


def test_units_wait_for_what_no_namespace_holds(tmp_path: Path) -> None:
    found = kustomizations(flux(tmp_path, {"platform__hydra": f"{NAMESPACE}---\n{RAY_JOB}"}, perUnit=True))
    paths = {name: spec["path"].removeprefix("./rendered/prod/") for name, spec in found.items()}
    assert paths == {
        "platform-prod.cluster": "_cluster",
        "platform-prod.nlp.bot": "nlp/bot",
        "platform-prod.nlp.platform": "nlp/platform",
    }
    assert {name: spec.get("dependsOn") for name, spec in found.items()} == {
        "platform-prod.cluster": None,
        "platform-prod.nlp.bot": [{"name": "platform-prod.cluster"}],
        "platform-prod.nlp.platform": [{"name": "platform-prod.cluster"}],
    }
    kinds = {name: [one["kind"] for one in spec.get("healthCheckExprs", ())] for name, spec in found.items()}
    assert kinds["platform-prod.cluster"] == []
    assert kinds["platform-prod.nlp.platform"] == ["RayJob"]
    assert kinds["platform-prod.nlp.bot"] == ["PersistentVolumeClaim", "PyTorchJob"]


def test_units_alone_wait_for_nothing(tmp_path: Path) -> None:
    found = kustomizations(flux(tmp_path, perUnit=True))
    assert {name: "dependsOn" in spec for name, spec in found.items()} == {"platform-prod.nlp.bot": False}


def test_a_long_name_fits_into_the_label_that_flux_puts_on_every_object(tmp_path: Path) -> None:
    long = PROJECT.replace("name: bot", f"name: b{'o' * 40}t")
    (name,) = kustomizations(flux(tmp_path, project=long, perUnit=True, name="a-name-that-is-not-short"))
    assert len(name) <= 63
