"""Small repos with services, compiled; and the parts of their objects that tests look at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.compiled import Compiled, compiled_text

BASE = "{source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28}"
R1 = "{source: hf://deepseek-ai/DeepSeek-R1@56d4cbbb4d29f4355bab4b9a39ccb717a14ad5ad}"
FACTS = "{parameters: 7615616512, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, headSize: 128, vocab: 152064, context: 32768, qkvBias: true}"
BOTH = 'ray: {api: ray.io/v1, version: "1.5"}\n    inference: {api: serving.kserve.io/v1beta1, version: "0.18", autoscaler: hpa}'
A100 = "a100-80gb: {count: 16, perNode: 8, node: {cpu: 96, memory: 1Ti}}"


def cluster(*pools: str, operators: str = BOTH, more: str = "") -> str:
    """A Cluster document. `more`: further sections of its spec."""
    listed = "".join(f"    {pool}\n" for pool in pools or (A100,))
    return (
        "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\nspec:\n"
        "  storage: {default: {class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}}\n"
        f"  accelerators:\n{listed}  operators:\n    {operators}\n{more}"
    )


def project(services: Mapping[str, str], models: str = f"  base: {BASE}\n", more: str = "") -> str:
    """A Project document with services in flow style. `more`: further sections."""
    listed = "".join(f"  {name}: {one}\n" for name, one in services.items())
    head = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: bot, namespace: nlp, labels: {team: a}}\n"
    return f"{head}models:\n{models}{more}services:\n{listed}"


def serve(root: Path, service: str, *pools: str, operators: str = BOTH, **given: str) -> Compiled:
    """A repo with the one service `chat`. `models`, `more` and `hub` are further parts of it, `cluster` of the cluster."""
    (root / "clusters").mkdir(parents=True)
    (root / "clusters" / "prod.yaml").write_text(
        cluster(*pools, operators=operators, more=given.get("cluster", "")), "utf-8"
    )
    text = project({"chat": service}, given.get("models", f"  base: {BASE}\n"), given.get("more", ""))
    return compiled_text(root, hydra=given.get("hub", "") + text)


def service_of(result: Compiled, name: str = "bot-chat") -> dict[str, Any]:
    """The InferenceService or RayService of that name."""
    assert result.errors() == []
    found = [one for one in result.of_kind("InferenceService", "RayService") if one["metadata"]["name"] == name]
    (only,) = found
    return only


def server(body: dict[str, Any]) -> dict[str, Any]:
    """The container that serves, of an InferenceService."""
    (container,) = body["spec"]["predictor"]["containers"]
    return dict(container)


def arguments(body: dict[str, Any]) -> list[str]:
    """Command line of an InferenceService's server."""
    return list(server(body)["args"])


def application(body: dict[str, Any]) -> dict[str, Any]:
    """The application of a RayService."""
    (one,) = yaml.load(body["spec"]["serveConfigV2"], yaml.CSafeLoader)["applications"]
    return dict(one)


def engine(body: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the engine of a RayService with Ray Serve LLM."""
    (one,) = application(body)["args"]["llm_configs"]
    return dict(one["engine_kwargs"])
