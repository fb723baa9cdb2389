"""The built-in runtimes: what their templates come to, and that they name nothing that their servers do not know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from compiler.data import data_root
from compiler.library.entries.runtime import Runtime
from compiler.library.layers import Layer
from compiler.library.library import Library
from compiler.library.settings import render_settings
from compiler.library.templates import render, render_text, render_values
from compiler.planning.serving import arguments

# Read as a repo's own, so that the models check the entries.
LIBRARY = Library([Layer(data_root(), "library")])
NAMES = LIBRARY.names("runtime")
CHECKED = ("huggingface", "llama.cpp", "sglang", "vllm")
"""Entries with the names of all arguments."""

GIB = 1 << 30
PLAN = {
    "tensor": 1, "pipeline": 1, "nodes": 1, "per_node": 1, "cards": 1, "context": 16384, "utilization": 0.9,
    "sequences": 16, "many_cards": False, "stages": False, "processors": False, "threads": 8, "cache_bytes": 8 * GIB,
}  # fmt: skip
MANY: Mapping[str, Any] = {
    "tensor": 8,
    "pipeline": 2,
    "nodes": 2,
    "per_node": 8,
    "cards": 16,
    "many_cards": True,
    "stages": True,
}
PROCESSORS: Mapping[str, Any] = {"processors": True}
ADAPTERS = [
    {"name": "style", "path": "/mnt/adapters/style", "rank": 16},
    {"name": "tone", "path": "/mnt/adapters/tone", "rank": 24},
]


def runtime(name: str) -> Runtime:
    staged = LIBRARY.find("runtime", name)
    assert not staged.found
    entry: Runtime = staged.value
    return entry


def context(
    plan: Mapping[str, Any] | None = None,
    *,
    quantization: str | None = None,
    adapters: Sequence[Mapping[str, Any]] = (),
    **model: Any,
) -> dict[str, Any]:
    """What templates see, for the service of the documentation."""
    weights = {
        "name": "chat", "path": "/mnt/model/runs/6h8828fk56/merged", "file": None, "dtype": "bfloat16",
        "stored": "bfloat16", "task": "text-generation", "remote_code": False,
    }  # fmt: skip
    return {
        "model": {**weights, **model},
        "service": {"name": "chat", "namespace": "nlp", "project": "support-bot", "object": "support-bot-chat"},
        "plan": {**PLAN, **(plan or {})},
        "adapters": list(adapters),
        "adapter_rank": max((one["rank"] for one in adapters), default=0),
        "quantization": quantization,
        "port": 8080,
        "config": "/mnt/config",
        "scratch": "/mnt/scratch",
        "accelerator": {"id": "a100-80gb", "vendor": "nvidia"},
    }


CONTEXTS = {
    "a card": context(),
    "many cards": context(MANY),
    "processors": context(PROCESSORS),
    "everything": context(MANY, quantization="fp8", adapters=ADAPTERS, remote_code=True, file="/mnt/model/a.gguf"),
    "embedding": context(task="embedding"),
    "a file": context(file="/mnt/model/a.gguf"),
}


def suits(entry: Runtime, seen: Mapping[str, Any]) -> bool:
    """Whether such a service could come to this runtime: a file where it is told a file, and none where it is not."""
    return entry.name != "llama.cpp" or seen["model"]["file"] is not None


def lines(entry: Runtime) -> Iterator[list[str]]:
    """All command lines that an entry comes to, with those of its adapters and of several nodes."""
    for seen in CONTEXTS.values():
        if suits(entry, seen):
            yield render(entry.command.arguments, seen)
            yield render(entry.adapters.arguments, seen) if entry.adapters else []
            yield render(entry.multinode.arguments, seen) if entry.multinode else []


def written(entry: Runtime) -> set[str]:
    """Names of arguments that an entry writes by itself."""
    flags = {one for line in lines(entry) for one in line if one.startswith("--")}
    return {flag[2:].partition("=")[0] for flag in flags}


@pytest.mark.parametrize("name", NAMES)
def test_every_template_of_an_entry_renders(name: str) -> None:
    entry = runtime(name)
    for seen in CONTEXTS.values():
        if not suits(entry, seen):
            continue
        texts = [*render(entry.command.arguments, seen), *render_values(entry.environment, seen).values()]
        for path, text in entry.files.items():
            texts += [render_text(path, seen), render_text(text, seen)]
        texts += [render_text(query, seen) for query in entry.metrics.values()]
        if entry.adapters:
            texts += render(entry.adapters.arguments, seen)
        if entry.ray:
            render_settings(entry.ray.args, seen)
        assert not [one for one in texts if one == "" or re.search(r"\{\{|None|\$\(", one)]


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_writes_only_names_that_the_server_has(name: str) -> None:
    entry = runtime(name)
    known = {*entry.parameters, *entry.switches}
    assert bool(known) == (name in {*CHECKED, "transformers"})
    if known:
        assert written(entry) <= known
        assert set(entry.decides.model_dump(exclude_none=True).values()) <= known
    assert set(entry.one_way) <= set(entry.switches)
    assert not set(entry.parameters) & set(entry.switches)


@pytest.mark.parametrize("name", NAMES)
def test_what_an_entry_writes_is_decided_reserved_or_the_users_to_replace(name: str) -> None:
    entry = runtime(name)
    decided = set(entry.decides.model_dump(exclude_none=True).values())
    replaced = {"dtype", "trust-remote-code", "trust_remote_code", "max-loras", "is-embedding", "infer_dtype",
                "infer_backend", "kv-cache-memory-bytes", "allow-grpc", "metrics-port", "n_threads", "n_gpu_layers",
                "shutdown-timeout"}  # fmt: skip
    assert written(entry) - decided - replaced <= set(entry.reserved)
    assert not decided & set(entry.reserved)
    assert not [one for one in entry.reserved.values() if not one.endswith(".")]


@pytest.mark.parametrize("name", CHECKED)
def test_what_is_reserved_is_an_argument_of_the_server(name: str) -> None:
    entry = runtime(name)
    assert set(entry.reserved) <= {*entry.parameters, *entry.switches}


@pytest.mark.parametrize("name", NAMES)
def test_images_are_pinned_to_the_version_that_is_stated(name: str) -> None:
    entry = runtime(name)
    images = [one for one in (entry.image, *entry.images.values(), entry.ray.image if entry.ray else None) if one]
    assert all(re.fullmatch(r"[a-z0-9./-]+:[A-Za-z0-9._-]+", one) for one in images)
    assert not [one for one in images if one.endswith((":latest", ":nightly"))]
    for image in (entry.image, *entry.images.values()):
        assert image is None or entry.version in image


@pytest.mark.parametrize("name", NAMES)
def test_every_vendor_of_an_image_is_one_that_some_weights_are_for(name: str) -> None:
    entry = runtime(name)
    vendors = {*entry.vendors, *entry.images} if entry.image or entry.ray else set(entry.vendors)
    stated = {vendor for needs in entry.weights.values() for vendor in needs}
    assert not entry.weights or stated == vendors


@pytest.mark.parametrize("name", NAMES)
def test_an_engines_settings_are_names_that_the_engine_has(name: str) -> None:
    ray = runtime(name).ray
    if ray is None or not ray.parameters:
        return
    for seen in CONTEXTS.values():
        assert {one.replace("_", "-") for one in render_settings(ray.args, seen)} <= set(ray.parameters)


def test_no_two_runtimes_that_could_be_taken_have_the_same_rank() -> None:
    ranks = [runtime(name).rank for name in NAMES]
    assert len(set(ranks)) == len(ranks)
    assert min(NAMES, key=lambda name: runtime(name).rank) == "vllm"


def test_vllm_on_one_card_is_told_what_the_documentation_shows() -> None:
    entry = runtime("vllm")
    assert entry.command.program == ["vllm", "serve"]
    assert render(entry.command.arguments, context()) == [
        "/mnt/model/runs/6h8828fk56/merged",
        "--served-model-name=chat",
        "--host=0.0.0.0",
        "--port=8080",
        "--dtype=bfloat16",
        "--tensor-parallel-size=1",
        "--max-model-len=16384",
        "--gpu-memory-utilization=0.9",
        "--shutdown-timeout=100",
    ]
    assert list(render_values(entry.environment, context()).items()) == [
        ("HF_HOME", "/mnt/scratch/huggingface"),
        ("HF_HUB_OFFLINE", "1"),
        ("TRANSFORMERS_OFFLINE", "1"),
        ("VLLM_CACHE_ROOT", "/mnt/scratch/vllm"),
        ("VLLM_NO_USAGE_STATS", "1"),
        ("TORCHINDUCTOR_CACHE_DIR", "/mnt/scratch/inductor"),
        ("TRITON_CACHE_DIR", "/mnt/scratch/triton"),
    ]
    query = render_text(entry.metrics["concurrency"], context())
    assert query == 'sum(vllm:num_requests_running{namespace="nlp",model_name="chat"})'


def test_vllm_under_ray_is_told_the_same() -> None:
    ray = runtime("vllm").ray
    assert ray is not None
    assert list(render_settings(ray.args, context()).items()) == [
        ("dtype", "bfloat16"),
        ("tensor_parallel_size", 1),
        ("max_model_len", 16384),
        ("gpu_memory_utilization", 0.9),
    ]
    assert render_settings(ray.args, context(MANY))["pipeline_parallel_size"] == 2


def test_vllm_on_processors_is_told_bytes_and_no_part_of_the_node() -> None:
    line = render(runtime("vllm").command.arguments, context(PROCESSORS))
    assert f"--kv-cache-memory-bytes={8 * GIB}" in line
    assert not [one for one in line if "utilization" in one]


def test_vllm_gets_room_for_adapters_in_a_rank_that_it_takes() -> None:
    adapters = runtime("vllm").adapters
    assert adapters is not None
    assert render(adapters.arguments, context(adapters=ADAPTERS)) == [
        "--enable-lora", "--max-lora-rank=32", "--max-loras=2", "--lora-modules",
        "style=/mnt/adapters/style", "tone=/mnt/adapters/tone",
    ]  # fmt: skip
    for rank, taken in (
        (1, 8),
        (8, 8),
        (9, 16),
        (64, 64),
        (65, 128),
        (257, 320),
        (321, 512),
        (adapters.most_rank, 512),
    ):
        line = render(adapters.arguments, context(adapters=[{"name": "a", "path": "/a", "rank": rank}]))
        assert f"--max-lora-rank={taken}" in line


def test_a_switch_that_is_off_is_negated_where_the_server_has_a_negation() -> None:
    entry = runtime("vllm")
    off = {"enforce-eager": False, "disable-log-stats": False, "enable-prefix-caching": True}
    assert arguments.written(entry, off) == ["--no-enforce-eager", "--enable-prefix-caching"]
    assert arguments.written(runtime("llama.cpp"), {"warmup": False, "swa-full": False}) == ["--no-warmup"]


def test_llama_cpp_divides_its_context_among_the_sequences() -> None:
    line = render(runtime("llama.cpp").command.arguments, context(file="/mnt/model/a.gguf"))
    assert line[line.index("--ctx-size") + 1] == str(16 * 16384)
    assert line[line.index("--parallel") + 1] == "16"
    assert line[line.index("--n-gpu-layers") + 1] == "all"
    line = render(runtime("llama.cpp").command.arguments, context(PROCESSORS, file="/mnt/model/a.gguf"))
    assert line[line.index("--threads") + 1] == "8"
    assert "--n-gpu-layers" not in line


def test_lmql_takes_weights_or_a_file() -> None:
    template = runtime("lmql").command.arguments
    assert render(template, context(PROCESSORS))[0] == "/mnt/model/runs/6h8828fk56/merged"
    line = render(template, context(file="/mnt/model/a.gguf"))
    assert line[0] == "llama.cpp:/mnt/model/a.gguf"
    assert line[line.index("--n_ctx") + 1] == "16384"


@pytest.mark.parametrize("seen", CONTEXTS.values(), ids=CONTEXTS)
def test_tritons_model_is_json_in_a_repository(seen: dict[str, Any]) -> None:
    files = {render_text(path, seen): render_text(text, seen) for path, text in runtime("triton").files.items()}
    assert list(files) == ["/mnt/repository/chat/config.pbtxt", "/mnt/repository/chat/1/model.json"]
    told = json.loads(files["/mnt/repository/chat/1/model.json"])
    assert told["model"] == seen["model"]["path"]
    assert told.get("quantization") == seen["quantization"]
    assert told.get("trust_remote_code", False) == seen["model"]["remote_code"]
    engine = runtime("vllm")
    assert {name.replace("_", "-") for name in told} <= {*engine.parameters, *engine.switches}


def test_gguf_is_for_llama_cpp_and_everything_else_is_for_vllm() -> None:
    loaded = {name: {one for one in runtime(name).weights if one.startswith("gguf")} for name in NAMES}
    assert [name for name in NAMES if loaded[name]] == ["llama.cpp", "lmql"]
    assert all(one.startswith("gguf") for one in runtime("llama.cpp").weights)


def test_no_card_that_cuda_13_has_no_code_for_is_promised() -> None:
    for name in ("vllm", "sglang", "huggingface", "triton"):
        needed = {needs["nvidia"] for needs in runtime(name).weights.values()}
        assert all(float(one) >= 7.5 for one in needed)
