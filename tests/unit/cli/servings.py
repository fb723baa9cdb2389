"""A repo with services and a comparison: two engines, processors, and what does not fit."""

from __future__ import annotations

from pathlib import Path

from tests.command import repo_of

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: prod}
spec:
  kubernetes: "1.33"
  storage: {default: {class: fast, accessModes: [ReadWriteMany], size: 100Gi}}
  accelerators:
    a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 1Ti}}
    l4: {count: 8, perNode: 1, node: {cpu: 16, memory: 64Gi}}
    cpu: {count: 4, perNode: 1, node: {cpu: 16, memory: 64Gi}}
  operators:
    ray: {api: ray.io/v1, version: "1.5"}
    inference: {api: serving.kserve.io/v1beta1, version: "0.18", mode: Standard, autoscaler: keda}
  endpoints: {domain: models.acme.io, ingress: {class: nginx, tls: models-tls}}
  defaults: {metrics: {prometheus: "http://prometheus.monitoring.svc:9090"}}
"""
BOT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
clusters: [prod]
services:
  chat:
    model: qwen2.5-7b-instruct
    runtime: vllm
    engine: kserve
    accelerator: {type: a100-80gb}
    context: 16384
    replicas: {min: 1, max: 4, target: {metric: concurrency, value: 16}}
    arguments: {enable-prefix-caching: true, tool-call-parser: not-for-the-eyes-of-others}
    expose: {}
  bursty:
    model: qwen2.5-7b-instruct
    engine: ray
    accelerator: {type: a100-80gb, count: 2}
    replicas: {min: 0, max: 3}
  small:
    model: smollm2-135m-instruct
    runtime: transformers
    accelerator: {type: cpu}
    context: 2048
comparisons:
  both: {services: [chat, bursty], questions: questions.jsonl, maxTokens: 256}
"""
LARGE = """\
  large:
    model: qwen2.5-72b-instruct
    accelerator: {type: l4, count: 1}
"""


def servings(root: Path, *, further: str = "") -> Path:
    """The repo, with further services."""
    files = {
        ".hydra.yaml": "output: rendered\n",
        "clusters/prod.yaml": CLUSTER,
        "bot/hydra.yaml": BOT.replace("comparisons:", f"{further}comparisons:"),
        "bot/questions.jsonl": '{"prompt": "What is a claim?"}\n',
    }
    return repo_of(root, files)
