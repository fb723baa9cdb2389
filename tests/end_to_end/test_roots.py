"""Where a repo begins, when nothing but the working directory says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import repo_of, run


@pytest.mark.parametrize("path", ["team", "clusters"])
def test_a_directory_of_a_repo_without_settings_is_not_a_repo(path: str, tmp_path: Path) -> None:
    cluster = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\n"
    spec = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: a, namespace: b}\nclusters: [prod]\n"
    repo_of(tmp_path, {"clusters/prod.yaml": cluster, "team/hydra.yaml": spec})
    ran = run(tmp_path, "validate", str(tmp_path / path))
    assert ran.code == 0, ran.found
