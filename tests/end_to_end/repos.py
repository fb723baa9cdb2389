"""A repo that uses much of the language, and the command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.command import repo_of

PROD = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  storage:
    default: {class: cephfs, accessModes: [ReadWriteMany], size: 100Gi, fsGroup: true}
    static: {nfs: {server: 10.0.0.5, path: /exports/models}}
  images: {registry: registry.acme.io/mirror, pullSecrets: [acme]}
  namespaces: {nlp: {env: prod}, vision: {env: dev}}
"""
STAGING = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: staging}\n"
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp, labels: {team: support, a: b, c: d}}
clusters: [prod, staging]
datasets:
  tickets: {source: s3://corp/tickets, secret: s3-readonly, volume: {size: 50Gi}}
  greetings: {source: ./greetings.jsonl}
  code: {source: git://git.acme.io/a@main}
models:
  base: qwen2.5-7b-instruct
overrides:
  staging: {datasets: {tickets: {mount: {mode: "0770"}}}}
"""
WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: nlp}
spec: {size: 1}
"""
DATASETS = """\
apiVersion: v1
kind: Namespace
metadata: {name: nlp, labels: {env: prod}}
---
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: corpus, namespace: nlp}
spec:
  share: true
  source: {type: NFS, uri: nfs://10.0.0.1/corpus}
---
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: corpus, namespace: vision}
spec:
  source: {type: REFERENCE, uri: dataset://nlp/corpus}
"""
LOADER = "kind: Loader\nname: s3\nextends: s3\nimage: registry.acme.io/mirror/rclone:1.70\n"
SETTINGS = "foreign: {docs: [prod]}\nkinds: [example.com/v1/Widget]\n"
FILES = {
    ".hydra.yaml": SETTINGS,
    "clusters/prod.yaml": PROD,
    "clusters/staging.yaml": STAGING,
    "teams/nlp/hydra.yaml": PROJECT,
    "teams/nlp/greetings.jsonl": '{"text": "hello"}\n',
    "docs/hydra.yaml": DATASETS,
    "docs/widget.hydra.yaml": WIDGET,
    "library/loaders/s3.yaml": LOADER,
}


def make(root: Path, order: int = 1) -> Path:
    """The repo; `order` -1 makes its files in another order, which some file systems then list them in."""
    return repo_of(root, dict([*FILES.items()][::order]))


def command(*arguments: str) -> list[str]:
    """The command, with this interpreter."""
    return [sys.executable, "-m", "compiler", *arguments]


def environment(cache: Path, **others: str) -> dict[str, str]:
    """An environment with a cache of its own; `others` come on top."""
    kept = {name: value for name, value in os.environ.items() if name not in {"HYDRA_NO_CACHE", "PYTHONHASHSEED"}}
    path = str(Path(__file__).parents[2])
    return {**kept, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": path, **others}


def hydra(*arguments: str, cache: Path, cwd: Path | None = None, **others: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, cwd=cwd, env=environment(cache, **others)
    )
