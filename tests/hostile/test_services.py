"""Services and what they are made from, with values that are too long, too large, or meant to be read as something else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from compiler.spec.credentials import looks_like_one
from tests.command import repo_of, run
from tests.compiled import compiled
from tests.unit.planning.services.repos import BOTH, serve

DIGITS = "9" * 5000
TOKEN = "hf_" + "AbCdEfGhIjKlMnOpQrSt"
OWN = "  own: {source: hf://acme/own@1f3c9a2}\n"
HUB = """\
apiVersion: model.hydra.io/v1alpha1
kind: ModelSpec
metadata: {name: acme-own}
spec:
  source: {huggingface: {name: acme/own}}
  deployments:
    - runtime: vllm
      versionRequired: '>=VERSION'
      customRuntimeArgs: ARGUMENTS
      env: [{name: HF_TOKEN, value: 'VALUE'}]
      resourceRequirements: {gpuType: gpu, gpuCount: 1, perGPUMemoryGB: 20, cpu: 8, memory: 64}
---
"""


def hub(version: str = "v0.6", arguments: str = "[]", value: str = "") -> str:
    """A ModelSpec of one deployment."""
    return HUB.replace("VERSION", version).replace("ARGUMENTS", arguments).replace("VALUE", value)


@pytest.mark.parametrize(
    "argument", ["max-model-len", "tensor-parallel-size", "max-num-seqs", "max-num-batched-tokens"]
)
@pytest.mark.parametrize("digits", ["0", "9" * 12, "9" * 400, DIGITS], ids=len)
def test_a_number_that_no_server_can_have_is_told(argument: str, digits: str, tmp_path: Path) -> None:
    result = serve(tmp_path, f'{{model: base, runtime: vllm, engine: kserve, arguments: {{{argument}: "{digits}"}}}}')
    assert result.errors() == [f"HYD571 The number of `{argument}` is not one from 1 to 2147483647."]


def test_digits_without_end_are_told_wherever_they_stand(tmp_path: Path) -> None:
    chat = "{model: base}"
    found = [
        serve(tmp_path / "inference", chat, operators=BOTH.replace('"0.18"', f'"{DIGITS}"')).errors(),
        serve(tmp_path / "hub", "{model: own}", models=OWN, hub=hub(DIGITS)).errors(),
        serve(tmp_path / "size", f'{{model: base, resources: {{memory: "{DIGITS}"}}}}').errors(),
        serve(tmp_path / "time", chat, cluster=f"  gate: {{timeout: {DIGITS}h}}\n").errors(),
    ]
    assert [(one[0][:6], "characters" in one[0]) for one in found] == [("HYD205", True)] * 4


@pytest.mark.parametrize(
    "text", ["x" * 200_000, "eyJ-" * 50_000, "a+" * 100_000, "://" * 60_000, "sk-" * 60_000], ids=lambda one: one[:4]
)
def test_a_long_text_takes_no_longer_than_it_is(text: str) -> None:
    before = time.process_time()
    looks_like_one(text)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    "service",
    [
        f"{{model: base, arguments: {{hf-token: {TOKEN}}}}}",
        f"{{model: base, engine: ray, arguments: {{hf-token: {TOKEN}}}}}",
        f"{{model: base, runtime: vllm, arguments: {{middleware: [a, {TOKEN}]}}}}",
        f'{{model: base, runtime: vllm, arguments: {{otlp-traces-endpoint: "http://reader:{TOKEN}@traces"}}}}',
        f"{{model: base, runtime: sglang, arguments: {{admin-api-key: {TOKEN}}}}}",
        f"{{model: base, runtime: container, image: acme.io/a:1, command: [serve, {TOKEN}], accelerator: {{type: a100-80gb, count: 1}}}}",
    ],
)  # fmt: skip
def test_a_credential_of_a_server_is_refused_and_never_shown(service: str, tmp_path: Path) -> None:
    serve(tmp_path, service)
    for form in ("text", "json", "sarif", "github"):
        ran = run(tmp_path, "validate", form=form)
        assert (ran.code, TOKEN in ran.output) == (1, False)


def test_a_credential_of_a_modelspec_is_refused(tmp_path: Path) -> None:
    variable = serve(tmp_path / "a", "{model: own}", models=OWN, hub=hub(value=TOKEN))
    argument = serve(tmp_path / "b", "{model: own}", models=OWN, hub=hub(arguments=f"[--hf-token, {TOKEN}]"))
    assert "HYD586 The variable `HF_TOKEN` of its ModelSpec holds a credential." in variable.errors()
    assert "HYD586 The argument `hf-token` holds a credential." in argument.errors()


@pytest.mark.parametrize(
    ("runtime", "argument", "value", "wrong"),
    [
        ("vllm", "middleware", ["a", "--port=1"], True),
        ("llama.cpp", "seed", "--host", True),
        ("llama.cpp", "seed", "-1", False),
        ("vllm", "seed", "--host", False),
    ],
)
def test_a_value_does_not_become_an_argument(
    runtime: str, argument: str, value: object, wrong: bool, tmp_path: Path
) -> None:
    given = {"model": "base", "runtime": runtime, "engine": "kserve", "arguments": {argument: value}}
    facts = "parameters: 7.6B, layers: 28, hidden: 3584, intermediate: 18944, heads: 28, kvHeads: 4, headSize: 128, vocab: 152064, context: 32768"
    gguf = f"  base: {{source: s3://corp/files, dtype: gguf-q4_k_m, facts: {{{facts}}}}}\n"
    more = {"models": gguf} if runtime == "llama.cpp" else {}
    errors = serve(tmp_path, json.dumps(given | ({"file": "a.gguf"} if more else {})), **more).errors()
    assert [one[:6] for one in errors] == (["HYD571"] if wrong else [])


@pytest.mark.parametrize(
    ("name", "code"),
    [("a" * 5000, "HYD705"), ("../../outside", "HYD705"), ("a\0b", "HYD705"), ("A", "HYD705"), (7, "HYD203"), ({}, "HYD203")],
    ids=lambda one: str(one)[:6],
)  # fmt: skip
def test_an_entry_extends_nothing_else(name: object, code: str, tmp_path: Path) -> None:
    entry = {"kind": "Runtime", "name": "mine", "summary": "a", "source": "a", "version": "1", "extends": name}
    result = compiled(repo_of(tmp_path, {"library/runtimes/mine.yaml": json.dumps(entry), "hydra.yaml": ""}))
    assert code in [one[:6] for one in result.errors()]


@pytest.mark.parametrize("path", ["/a/../b", "/..", "/.", "/a/.", "//", "/a/", "/a%2fb", "/a#b"])
def test_a_path_that_no_gateway_takes_is_refused(path: str, tmp_path: Path) -> None:
    gateway = "  endpoints: {domain: acme.io, gateway: {name: public, namespace: gateways}}\n"
    result = serve(tmp_path, f'{{model: base, expose: {{path: "{path}"}}}}', cluster=gateway)
    assert [one[:6] for one in result.errors()] == ["HYD205"]
