"""An immutable ConfigMap is named by its content: what changes in it is another object."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.command import repo_of, run

SPEC = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {{name: bot, namespace: nlp}}
datasets:
  env:
    source:
      type: CONDA
      uri: conda://tools?python=3.11
      options:
        environment.yaml: |
          {comment}
          dependencies: [numpy]
"""


def config_map(repo: Path) -> tuple[str, dict[str, str]]:
    body = yaml.safe_load((repo / "rendered/default/nlp/bot/configmap-bot-env.yaml").read_text(encoding="utf-8"))
    assert body["immutable"] is True
    return body["metadata"]["name"], body["data"]


def test_a_comment_that_changes_no_run_is_another_config_map(tmp_path: Path) -> None:
    repo_of(tmp_path, {"hydra.yaml": SPEC.format(comment="# one")})
    assert run(tmp_path, "compile").code == 0
    name, data = config_map(tmp_path)
    repo_of(tmp_path, {"hydra.yaml": SPEC.format(comment="# two")})
    assert run(tmp_path, "compile").code == 0
    other, changed = config_map(tmp_path)
    assert data != changed
    assert name != other
