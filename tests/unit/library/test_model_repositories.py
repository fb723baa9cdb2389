"""Models by what hubs call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.library.library import Library, open_library


@pytest.fixture
def builtin() -> Library:
    return open_library(None)


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("Qwen/Qwen2.5-7B-Instruct", "qwen2.5-7b-instruct"),
        ("qwen/QWEN2.5-7b-instruct", "qwen2.5-7b-instruct"),
        ("THUDM/glm-4-9b-chat", "glm-4-9b-chat"),
        ("zai-org/glm-4-9b-chat", "glm-4-9b-chat"),
        ("gpt2", "gpt2"),
        ("Qwen/Qwen2.5-VL-72B-Instruct-AWQ", "qwen2.5-vl-72b-instruct-awq"),
    ],
)
def test_a_repository_is_found_in_any_case_and_under_its_other_names(
    builtin: Library, repository: str, name: str
) -> None:
    found = builtin.find_by_repository("huggingface", repository)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("repository", ["Qwen/Qwen2.5-7B", "Qwen", "Qwen2.5-7B-Instruct", "", ".*", "acme/own"])
def test_a_part_of_a_repository_is_not_the_repository(builtin: Library, repository: str) -> None:
    assert builtin.find_by_repository("huggingface", repository) is None


def test_a_hub_has_names_of_its_own(builtin: Library) -> None:
    assert builtin.find_by_repository("modelscope", "meta-llama/Llama-3.1-8B-Instruct") is None
    found = builtin.find_by_repository("modelscope", "LLM-Research/Meta-Llama-3.1-8B-Instruct")
    assert found is not None
    assert found.name == "llama-3.1-8b-instruct"


def test_an_unknown_repository_parses_no_file(builtin: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "read", lambda place: pytest.fail(f"{place.name} was parsed"))
    assert builtin.find_by_repository("huggingface", "acme/own-7b") is None


def test_a_repository_of_the_repo_comes_before_the_built_in_one(tmp_path: Path) -> None:
    own = tmp_path / "library/models/ours.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("{kind: Model, name: ours, summary: Ours, source: us, huggingface: Qwen/Qwen2.5-7B-Instruct}\n")
    found = open_library(tmp_path, ["library"]).find_by_repository("huggingface", "Qwen/Qwen2.5-7B-Instruct")
    assert found is not None
    assert found.name == "ours"


def test_an_entry_that_replaces_a_built_in_one_inherits_its_repository(tmp_path: Path) -> None:
    own = tmp_path / "library/models/phi-4.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("{kind: Model, name: phi-4, extends: phi-4, template: ours}\n")
    found = open_library(tmp_path, ["library"]).find_by_repository("huggingface", "microsoft/phi-4")
    assert found is not None
    assert found.template == "ours"


def test_an_id_that_modelhub_does_not_list_is_a_name(builtin: Library) -> None:
    found = builtin.find_by_modelhub("gemma-2-2b-it")
    assert found is not None
    assert found.name == "gemma-2-2b-it"
    assert builtin.find_by_modelhub("own-7b") is None
