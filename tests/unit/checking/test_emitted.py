"""What is committed as rendered output passes the schemas of Kubernetes itself, strictly."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

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


def clusters() -> list[Path]:
    """Directories that a GitOps controller is pointed at."""
    tops = [ROOT / "sample-repo" / "rendered", *(ROOT / "tests" / "golden").glob("*/expected")]
    return sorted(one for top in tops for one in top.iterdir() if one.is_dir())


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl, which carries kustomize")
@pytest.mark.parametrize("directory", clusters(), ids=lambda one: str(one.relative_to(ROOT)))
def test_kustomize_gives_the_same_objects_back(directory: Path) -> None:
    """Also proves that every file is listed, and that nothing but manifests is."""
    built = subprocess.run(["kubectl", "kustomize", str(directory)], capture_output=True, check=True, text=True)
    objects = [one for one in yaml.safe_load_all(built.stdout) if one]
    written = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RENDERED if directory in path.parents]
    assert sorted(map(repr_of, objects)) == sorted(map(repr_of, written))


def repr_of(body: dict[str, object]) -> str:
    """An object in one spelling."""
    return json.dumps(body, sort_keys=True)
