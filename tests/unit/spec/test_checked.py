"""Documents are checked by the generated schema: it must accept nothing that the model refuses, and read the same."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from compiler.library.kinds import kinds
from compiler.source.document import Document, SourceFile
from compiler.spec.checked import checked, language
from compiler.spec.kinds import cluster_model, project_model
from compiler.spec.lock import Lock
from compiler.spec.records import Record, attribute
from compiler.spec.settings import Settings

PROJECT: dict[str, Any] = {
    "apiVersion": "hydra.io/v1alpha1",
    "kind": "Project",
    "metadata": {"name": "bot", "namespace": "nlp", "labels": {"team": "a"}},
    "clusters": ["prod"],
    "datasets": {
        "tickets": {
            "source": {"type": "S3", "uri": "s3://a/b", "options": {"region": "x"}},
            "secret": "s3",
            "volume": {"size": "50Gi", "class": "fast", "accessModes": ["ReadWriteMany"]},
            "mount": {"path": "/x", "mode": "0750", "uid": 2000, "gid": 2000},
            "share": {"namespaces": {"matchExpressions": [{"key": "env", "operator": "In", "values": ["prod"]}]}},
            "round": 2,
            "format": {"style": "alpaca", "columns": {"prompt": "q"}, "splits": {"train": "t.jsonl"}},
        },
        "plain": {"source": "s3://a/b", "share": True},
    },
    "models": {
        "base": "qwen2.5-7b-instruct",
        "own": {"source": "hf://a/b@c", "facts": {"parameters": "7.6B", "layers": 28, "mla": {"kvLoraRank": 1,
            "qkNopeHeadSize": 1, "qkRopeHeadSize": 1, "vHeadSize": 1}}, "dtype": "bfloat16"},
    },
    "overrides": {"prod": {"datasets": {"tickets": {"round": 3}}}},
    "acknowledge": ["PersistentVolumeClaim/nlp/x"],
}  # fmt: skip
CLUSTER: dict[str, Any] = {
    "apiVersion": "hydra.io/v1alpha1",
    "kind": "Cluster",
    "metadata": {"name": "prod"},
    "spec": {
        "kubernetes": "1.33",
        "storage": {
            "default": {"class": "cephfs", "size": "1Ti"},
            "static": {"nfs": {"server": "10.0.0.5", "path": "/x"}},
        },
        "images": {"registry": {"docker.io": "mirror"}, "pullSecrets": ["a"]},
        "offline": {"huggingface": "http://hf"},
        "namespaces": {"nlp": {"env": "prod"}},
        "gate": {"timeout": "24h"},
        "defaults": {"resources": {"requests": {"cpu": "1"}}, "podLabels": {"a": "b"}},
        "gitops": {"controller": "flux"},
        "queue": {"kind": "kueue", "name": "ml"},
        "operators": {"ray": {"api": "ray.io/v1", "version": "1.5"}, "injected": ["alpine:3.10"]},
        "accelerators": {"a100": {"count": 64, "perNode": 8, "node": {"cpu": 96, "memory": "1Ti"}}},
    },
}
LOADER: dict[str, Any] = {
    "kind": "Loader",
    "name": "ours",
    "summary": "Ours",
    "source": "https://acme.io",
    "image": "acme/loader:1",
    "arguments": [
        "load",
        {"if": "source.x", "then": ["{{ source.x }}"]},
        {"for": "p", "in": "source.y", "then": ["a"]},
    ],
    "environment": {"A": "b", "C": {"if": "d", "value": "e"}},
    "secrets": {"T": {"key": "token"}},
    "writable": {"/opt/x": "1Gi"},
}
SETTINGS: dict[str, Any] = {
    "compiler": ">=0.1",
    "policy": {"HYD403": "error", "HYD405": {"level": "warning", "limit": "2Ti"}},
    "foreign": {"data": ["prod"]},
    "kinds": ["batch/v1/CronJob"],
}
LOCK: dict[str, Any] = {
    "version": 1,
    "promotions": {
        "prod": {
            "bot/services/chat": {
                "bot/finetunes/lora": {"run": "6h8828fk56", "result": "merged"},
                "bot/finetunes/style": {"run": "7h8828fk56", "result": "adapter", "base": "4445bh2888"},
            }
        }
    },
}
KINDS: dict[str, tuple[Callable[[], type[BaseModel]], dict[str, Any]]] = {
    "Project": (project_model, PROJECT),
    "Cluster": (cluster_model, CLUSTER),
    "Settings": (lambda: Settings, SETTINGS),
    "Lock": (lambda: Lock, LOCK),
    "library/loader": (lambda: kinds()["loader"].model, LOADER),
}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 70000), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
    st.just([]), st.just({}), st.just(["x"]), st.just({"x": "y"}), st.sampled_from(["S3", "0774", "50Gi", "1.0", "7B"]),
)  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_a_valid_document_reads_the_same_both_ways(name: str) -> None:
    model, value = KINDS[name]
    assert language(name).is_valid(value)
    assert_same(language(name).records.build(value), model().model_validate(value))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_left_out_has_the_same_default_both_ways(name: str) -> None:
    model, value = KINDS[name]
    document = language(name).records.document
    required = {key for key in value if key in document.get("else", document).get("required", ())}
    least = {key: value[key] for key in required}
    assert_same(language(name).records.build(least), model().model_validate(least))


@pytest.mark.parametrize("name", ["Project", "Cluster", "Settings", "Lock"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_schema_accepts_nothing_that_the_model_refuses(name: str, data: st.DataObject) -> None:
    model, valid = KINDS[name]
    value = copy.deepcopy(valid)
    path = data.draw(st.sampled_from(paths(value)))
    mutate(value, path, data.draw(JUNK))
    document = Document(SourceFile("hydra.yaml", ""), 0, value)
    try:
        explained: BaseModel | None = model().model_validate(value)
    except ValidationError:
        explained = None
    result: Any = checked(name, model, document).value
    assert (result is None) == (explained is None)
    if explained is not None and isinstance(result, Record):
        assert_same(result, explained)


def test_attributes_are_the_names_of_the_models() -> None:
    assert [attribute(one) for one in ("accessModes", "class", "from", "perGPUMemoryGB", "uid", "enUS")] == [
        "access_modes", "class_", "from_", "per_gpu_memory_gb", "uid", "en_us",
    ]  # fmt: skip


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(one for key, item in below for one in paths(item, (*path, key)))]


def mutate(value: Any, path: tuple[Any, ...], junk: Any) -> None:
    *way, last = path
    for step in way:
        value = value[step]
    value[last] = junk


def assert_same(record: Any, model: Any) -> None:
    """The record has the model's fields with the model's values."""
    if isinstance(model, BaseModel):
        assert isinstance(record, Record)
        for name in type(model).model_fields:
            assert_same(getattr(record, name), getattr(model, name))
    elif isinstance(model, dict):
        assert record.keys() == model.keys()
        for key in model:
            assert_same(record[key], model[key])
    elif isinstance(model, list):
        assert len(record) == len(model)
        for one, other in zip(record, model, strict=True):
            assert_same(one, other)
    else:
        assert record == model
