"""Objects for Argo CD."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.gitops.checks import checks
from tests.unit.gitops.trees import URL, cluster, objects_below, tree

RAY_CLUSTER = """\
apiVersion: ray.io/v1
kind: RayCluster
metadata: {name: shared, namespace: nlp}
spec:
  enableInTreeAutoscaling: true
  headGroupSpec:
    rayStartParams: {}
    template: {spec: {containers: [{name: ray-head, image: "rayproject/ray:2.52.0"}]}}
"""


def application(
    root: Path, more: dict[str, Any] | None = None, files: dict[str, str] | None = None, **gitops: Any
) -> Any:
    """The Application of a cluster with those settings."""
    result = tree(root, cluster(more=more, controller="argocd", repo=URL, **gitops), **(files or {}))
    assert result.errors() == []
    (body,) = objects_below(result, "prod/_gitops").values()
    return body


def test_one_application_applies_the_cluster(tmp_path: Path) -> None:
    body = application(tmp_path, project="ml", destination="gpu-1", path="hydra", revision="stable")
    assert body["metadata"] == {"name": "platform-prod", "namespace": "argocd"}
    assert body["spec"]["project"] == "ml"
    assert body["spec"]["source"] == {"repoURL": URL, "targetRevision": "stable", "path": "hydra/rendered/prod"}
    assert body["spec"]["destination"] == {"name": "gpu-1"}


def test_deleting_an_application_deletes_nothing(tmp_path: Path) -> None:
    assert "finalizers" not in application(tmp_path)["metadata"]


def test_nothing_is_applied_by_itself_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert "automated" not in application(tmp_path / "a")["spec"]["syncPolicy"]
    automated = application(tmp_path / "b", automated=True)["spec"]["syncPolicy"]["automated"]
    assert automated == {"prune": True, "selfHeal": True}
    kept = application(tmp_path / "c", automated=True, prune=False)["spec"]["syncPolicy"]["automated"]
    assert kept["prune"] is False


def test_no_sync_waits_for_a_training(tmp_path: Path) -> None:
    """PruneLast makes a second wave, and waves wait for health."""
    options = application(tmp_path)["spec"]["syncPolicy"]["syncOptions"]
    assert not [one for one in options if one.startswith(("PruneLast", "Replace", "Force"))]


def test_only_what_others_write_into_rendered_objects_is_ignored(tmp_path: Path) -> None:
    plain = application(tmp_path / "a")
    assert "ignoreDifferences" not in plain["spec"]
    assert "RespectIgnoreDifferences=true" not in plain["spec"]["syncPolicy"]["syncOptions"]
    queued = application(tmp_path / "b", more={"queue": {"kind": "kueue", "name": "ml"}})
    assert [one["kind"] for one in queued["spec"]["ignoreDifferences"]] == ["PyTorchJob"]
    assert "RespectIgnoreDifferences=true" in queued["spec"]["syncPolicy"]["syncOptions"]
    ray = application(tmp_path / "c", files={"platform__hydra": RAY_CLUSTER})
    assert [(one["group"], one["kind"]) for one in ray["spec"]["ignoreDifferences"]] == [("ray.io", "RayCluster")]
    fixed = application(tmp_path / "d", files={"platform__hydra": RAY_CLUSTER.replace("true", "false")})
    assert "ignoreDifferences" not in fixed["spec"]


def test_clusters_of_one_repository_have_objects_of_their_own(tmp_path: Path) -> None:
    names = ("prod", "staging", "eu.prod", "eu-prod")
    result = tree(tmp_path, *(cluster(name, controller="argocd", repo=URL) for name in names))
    found = [body["metadata"]["name"] for name in names for body in objects_below(result, f"{name}/_gitops").values()]
    assert found[:2] == ["platform-prod", "platform-staging"]
    assert len(set(found)) == len(names)
    assert not [name for name in found if "." in name]


def test_what_starts_the_controller_is_not_part_of_what_it_applies(tmp_path: Path) -> None:
    result = tree(tmp_path, cluster(controller="argocd", repo=URL))
    listed = {
        path.rpartition("/")[0]: yaml.safe_load(text)["resources"]
        for path, text in result.rendered.files.items()
        if path.endswith("kustomization.yaml")
    }
    assert listed["prod"] == ["nlp"]
    assert listed["prod/_gitops"] == ["application-platform-prod.yaml"]
    assert listed["prod/_gitops/_health"] == ["configmap-argocd-cm.yaml"]


def test_the_health_checks_are_a_part_of_the_config_map_of_argo_cd(tmp_path: Path) -> None:
    result = tree(tmp_path, cluster(controller="argocd", repo=URL, namespace="gitops"))
    (body,) = objects_below(result, "prod/_gitops/_health").values()
    assert body["metadata"] == {"name": "argocd-cm", "namespace": "gitops"}
    expected = {
        f"resource.customizations.health.{group}_{kind}": check.lua
        for check in checks()
        if check.lua
        for group, kind in check.kinds
    }
    assert body["data"] == expected
    for kind in ("PyTorchJob", "MPIJob"):
        assert f"resource.customizations.health.kubeflow.org_{kind}" in body["data"]
    for kind in ("RayJob", "RayService", "RayCluster"):
        assert f"resource.customizations.health.ray.io_{kind}" in body["data"]


def application_set(root: Path, name: str = "prod", **gitops: Any) -> Any:
    """The ApplicationSet of a cluster with those settings."""
    result = tree(root, cluster(name, controller="argocd", repo=URL, perUnit=True, **gitops))
    assert result.errors() == []
    (body,) = objects_below(result, f"{name}/_gitops").values()
    return body


def test_an_application_set_makes_one_a_unit_and_deletes_none(tmp_path: Path) -> None:
    spec = application_set(tmp_path)["spec"]
    assert (spec["goTemplate"], spec["goTemplateOptions"]) == (True, ["missingkey=error"])
    assert spec["syncPolicy"] == {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    (generator,) = spec["generators"]
    assert generator["git"]["directories"] == [
        {"path": "rendered/prod/*/*"},
        {"path": "rendered/prod/_gitops/*", "exclude": True},
    ]
    assert spec["template"]["spec"]["source"]["path"] == "{{ .path.path }}"
    assert "finalizers" not in spec["template"]["metadata"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed: Go's templates cannot be asked")
@pytest.mark.parametrize("path", ["", "apps/hydra"])
def test_the_names_of_units_are_those_that_go_makes(path: str, tmp_path: Path) -> None:
    template = application_set(tmp_path, path=path)["spec"]["template"]["metadata"]["name"]

    def name(directory: str) -> str:
        steps = "/".join(filter(None, (path, "rendered/prod", directory))).split("/")
        given = {"path": {"path": "/".join(steps), "segments": steps, "basename": steps[-1]}}
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}} | given
        (tmp_path / "given.json").write_text(json.dumps(config))
        asked = [
            "kubectl",
            "label",
            "--local",
            "a=b",
            "-f",
            str(tmp_path / "given.json"),
            "-o",
            f"go-template={template}",
        ]
        return subprocess.run(asked, check=True, capture_output=True, text=True).stdout

    assert name("nlp/bot") == "platform-prod.nlp.bot"
    assert name("_cluster/bot") == "platform-prod.bot"
    assert name("nlp-a/bot") != name("nlp/a-bot")
