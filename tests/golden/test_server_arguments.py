"""Command lines of servers, as they are rendered, have only arguments that the servers know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
import yaml

from compiler.library.entries.runtime import Runtime
from compiler.manifest import Body
from tests.golden.served import rendered
from tests.unit.library.test_runtimes import CHECKED, NAMES, runtime


class Line(NamedTuple):
    """A server's command line."""

    path: str
    entry: Runtime
    arguments: Sequence[str]


def lines() -> list[Line]:
    """The command lines of the servers whose arguments are known."""
    return [line for served in rendered("InferenceService") for line in _of(served.path, served.body)]


def _of(path: str, body: Body) -> Iterator[Line]:
    predictor = body["spec"]["predictor"]
    for entry in map(runtime, CHECKED):
        several = predictor.get("model", {}).get("runtime")
        if entry.multinode is not None and several == entry.multinode.runtime:
            yield Line(path, entry, predictor["model"]["args"])
        for container in predictor.get("containers", []):
            if container["image"].endswith(_images(entry)):
                yield Line(path, entry, container["args"])


def _images(entry: Runtime) -> tuple[str, ...]:
    """The images of a server, as every mirror has them: without their registry's host."""
    images = [one.split("/") for one in (entry.image, *entry.images.values()) if one]
    return tuple("/".join(one[1:] if "." in one[0] else one) for one in images)


def unknown(entry: Runtime, arguments: Sequence[str]) -> list[str]:
    """Arguments that the server does not know, values without an argument, and arguments without their value."""
    prefix, negation = entry.command.prefix, entry.command.negation
    switches = {
        *entry.switches,
        *(f"{negation}{one}" for one in entry.switches if negation and one not in entry.one_way),
    }
    found = []
    for one, following in zip(arguments, [*arguments[1:], prefix], strict=True):
        if not one.startswith(prefix):
            continue
        name, joined, _ = one.removeprefix(prefix).partition("=")
        valued = bool(joined) or not following.startswith(prefix)
        if valued != (name in entry.parameters) or valued == (name in switches):
            found.append(one)
    return found


def test_every_server_with_known_arguments_is_rendered() -> None:
    assert {line.entry.name for line in lines()} == set(CHECKED)
    assert set(CHECKED) <= set(NAMES)


def test_a_rendered_server_knows_its_arguments() -> None:
    for line in lines():
        assert line.arguments, line.path
        assert unknown(line.entry, line.arguments) == [], line.path


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("vllm", ["--max-model-length=4096"]),
        ("vllm", ["--max_model_len=4096"]),
        ("vllm", ["--max-model-len"]),
        ("vllm", ["--enable-lora=true"]),
        ("vllm", ["--no-enable-lorra"]),
        ("vllm", ["--no-disable-log-stats"]),
        ("sglang", ["--max-model-len=4096"]),
        ("sglang", ["--enable-metrics", "true"]),
        ("llama.cpp", ["--ctx", "4096"]),
        ("llama.cpp", ["--ctx-size", "--jinja"]),
        ("huggingface", ["--max-length=4096"]),
    ],
    ids=str,
)
def test_an_argument_that_a_server_does_not_know_is_found(name: str, argument: list[str]) -> None:
    line = next(line for line in lines() if line.entry.name == name)
    assert unknown(line.entry, [*line.arguments, *argument]) == argument[:1]


def engines() -> list[tuple[str, Mapping[str, Any]]]:
    """Settings of vLLM's engine: of Ray's application for language models, and of Triton's backend."""
    found = []
    for served in rendered("RayService"):
        for application in yaml.load(served.body["spec"]["serveConfigV2"], yaml.CSafeLoader)["applications"]:
            configs = application.get("args", {}).get("llm_configs", [])
            found += [(served.path, config["engine_kwargs"]) for config in configs]
    for served in rendered("ConfigMap"):
        texts = [text for key, text in served.body.get("data", {}).items() if key.endswith("model.json")]
        found += [(served.path, json.loads(text)) for text in texts]
    return found


def test_both_forms_of_an_engine_are_rendered() -> None:
    kinds = {path.rpartition("/")[2].partition("-")[0] for path, _ in engines()}
    assert kinds == {"configmap", "rayservice"}


def test_a_rendered_engine_knows_its_settings() -> None:
    ray = runtime("vllm").ray
    assert ray is not None
    known = {name.replace("-", "_") for name in ray.parameters}
    assert {"max_model_len", "tensor_parallel_size"} <= known
    for path, settings in engines():
        assert settings.keys() <= known, path
