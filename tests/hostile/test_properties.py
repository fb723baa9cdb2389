"""Whatever a spec says, it stays text: no fault, no other script, no path out, nothing that steers a terminal."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compiler.data import data_root
from compiler.report import write
from tests.compiled import Compiled, compiled, repo_of
from tests.hostile import specs
from tests.hostile.fuzzing import HOSTILE, junk, places, replaced, text_places, texts

DOCUMENTS = (
    *(specs.project(name) for name in specs.SOURCES),
    specs.models(),
    *(specs.dataset(name) for name in specs.SOURCES),
    specs.claimed(),
    *specs.plain(),
)
LAWS = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
UNESCAPED = re.compile(r"(?<!\$)(?:\$\$)*\$\(")
"""What the kubelet would put a variable's value into: `$(NAME)`, and not `$$(NAME)`."""


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A document with one or two of its texts replaced."""
    document: dict[str, Any] = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 2))):
        document = replaced(document, draw(st.sampled_from(text_places(document))), draw(texts))
    return document


@st.composite
def broken(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """The files of a repo, with a value of one of them replaced by one of any type."""
    files = {
        "hydra.yaml": draw(st.sampled_from(DOCUMENTS)),
        "clusters/prod.yaml": specs.cluster(),
        ".hydra.yaml": specs.settings(),
    }
    name = draw(st.sampled_from(sorted(files)))
    return {**files, name: replaced(files[name], draw(st.sampled_from(list(places(files[name])))), draw(junk))}


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
def test_a_document_is_good_until_it_is_spoilt(number: int, tmp_path: Path) -> None:
    other = {**specs.project("s3"), "metadata": {"name": "other", "namespace": "nlp"}}
    companions = {"b.hydra.yaml": specs.dataset("s3"), "c.hydra.yaml": other}
    named = (DOCUMENTS[number]["kind"], DOCUMENTS[number]["metadata"]["name"])
    files = {name: one for name, one in companions.items() if (one["kind"], one["metadata"]["name"]) != named}
    files |= {"hydra.yaml": DOCUMENTS[number], "clusters/prod.yaml": specs.cluster(), ".hydra.yaml": specs.settings()}
    result = compiled(repo_with(files, tmp_path))
    assert result.errors() == []
    jobs = result.of_kind("Job")
    assert all(scripts_of(one) for one in jobs)
    assert {script for one in jobs for script in scripts_of(one)} <= constants()


@LAWS
@given(spoilt())
@example(replaced(specs.project("git"), ("datasets", "git", "source", "options", "branch"), "$(touch /tmp/owned)"))
@example(replaced(specs.project("http"), ("datasets", "http", "source", "options", "X-Team"), "$(HYDRA_MARKER)"))
@example(replaced(specs.dataset("s3"), ("metadata", "annotations", "note"), "\x1b]0;owned\x07"))
def test_a_text_stays_a_text(document: dict[str, Any]) -> None:
    with TemporaryDirectory() as directory:
        result = compiled(repo_with({"hydra.yaml": document, "clusters/prod.yaml": specs.cluster()}, Path(directory)))
    for one in result.objects:
        assert scripts_of(one) <= constants()
        for container in containers_of(one):
            assert not [text for text in handed_over(container) if UNESCAPED.search(text)]
        assert not [path for path in mounted_paths(one) if ".." in path.split("/")]
        assert len(one["metadata"]["name"]) <= (63 if one["kind"] == "Job" else 253)
    for path in result.rendered.files:
        assert not {"", ".", ".."} & {*path.split("/")}
        assert all(len(step.encode()) <= 255 for step in path.split("/"))
    assert not steering(result)


@LAWS
@given(broken())
def test_a_value_of_any_type_is_no_fault(files: dict[str, dict[str, Any]]) -> None:
    with TemporaryDirectory() as directory:
        assert not steering(compiled(repo_with(files, Path(directory))))


def test_every_hostile_text_in_every_option_stays_a_text(tmp_path: Path) -> None:
    for name, source in specs.SOURCES.items():
        entries = {
            f"{name}-{number}-{index}": {"source": {**source, "options": {**source["options"], option: text}}}
            for number, text in enumerate(HOSTILE)
            for index, option in enumerate(source.get("options", {}))
        }
        if not entries:
            continue
        document = {**specs.project(name), "datasets": entries, "overrides": {}}
        result = compiled(repo_with({"hydra.yaml": document, "clusters/prod.yaml": specs.cluster()}, tmp_path))
        for one in result.objects:
            assert scripts_of(one) <= constants()
            for container in containers_of(one):
                assert not [text for text in handed_over(container) if UNESCAPED.search(text)]
        assert not steering(result)


def repo_with(files: Mapping[str, Any], root: Path) -> Path:
    """A repo with those documents, as JSON, which is YAML too."""
    texts = {name: json.dumps(content) for name, content in files.items()}
    return repo_of(root, {"a.jsonl": "{}\n", "library/.gitkeep": "", "schemas/.gitkeep": "", **texts})


@cache
def constants() -> frozenset[str]:
    """Every script that the compiler or its library can put into a pod."""
    from compiler.lowering import scripts

    loaders = [json.dumps(one) for one in loader_arguments()]
    return frozenset({scripts.PRELOAD, scripts.GATE, scripts.DIRECTORY, *(json.loads(one) for one in loaders)})


def loader_arguments() -> Iterator[str]:
    """The arguments of the library's loaders that no template changes."""
    import yaml

    for path in (data_root() / "library" / "loaders").glob("*.yaml"):
        arguments = yaml.safe_load(path.read_text("utf-8")).get("arguments", [])
        yield from (one.replace("$$", "$") for one in arguments if isinstance(one, str) and "{{" not in one)


def containers_of(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The containers of a Job."""
    if one["kind"] != "Job":
        return []
    pod = one["spec"]["template"]["spec"]
    return [*pod.get("initContainers", []), *pod["containers"]]


def scripts_of(one: Mapping[str, Any]) -> set[str]:
    """What a shell is given as code, in any container."""
    found = set()
    for container in containers_of(one):
        words = [*container.get("command", []), *container.get("args", [])]
        for before, text in pairwise(words):
            if before in {"-c", "-ec", "-euc"}:
                found.add(text.replace("$$", "$"))
    return found


def handed_over(container: Mapping[str, Any]) -> Iterator[str]:
    """Texts in which the kubelet looks for variables, but for the scripts."""
    words = [*container.get("command", []), *container.get("args", [])]
    yield from (word for word in words if word.replace("$$", "$") not in constants())
    yield from (variable["value"] for variable in container.get("env", []) if "value" in variable)


def mounted_paths(one: Mapping[str, Any]) -> Iterator[str]:
    """Paths of mounts and volumes."""
    for container in containers_of(one):
        for mount in container.get("volumeMounts", []):
            yield from (mount[field] for field in ("mountPath", "subPath") if field in mount)
    if one["kind"] == "PersistentVolume":
        yield one["spec"].get("nfs", {}).get("path", "")


def steering(result: Compiled) -> list[str]:
    """Characters of the report that a terminal would act on."""
    stream = io.StringIO()
    write(result.found, "text", stream, read=result.read)
    return [character for character in stream.getvalue() if character != "\n" and not character.isprintable()]
