"""What is shipped to the pods of Ray Serve, as text: this environment cannot run it."""

from __future__ import annotations

import ast

import pytest

from compiler.planning.serving.apps import app_text

NAMES = ("openai_transformers",)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_application_is_one_file_with_a_builder(name: str) -> None:
    tree = ast.parse(app_text(name), feature_version=(3, 11))
    imported = {one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}
    assert not [module for module in imported if module.startswith("compiler")]
    assert "build" in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


@pytest.mark.parametrize("name", NAMES)
def test_the_head_that_builds_an_application_loads_no_model_libraries(name: str) -> None:
    top = [one for one in ast.parse(app_text(name)).body if isinstance(one, ast.Import | ast.ImportFrom)]
    names = {alias.name for one in top if isinstance(one, ast.Import) for alias in one.names}
    names |= {one.module or "" for one in top if isinstance(one, ast.ImportFrom)}
    assert not [module for module in names if module.split(".")[0] in ("torch", "transformers", "jinja2")]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_the_text_is_substituted_on_its_way_to_the_pod(name: str) -> None:
    assert "${" not in app_text(name)


def test_an_application_that_there_is_not_has_no_text() -> None:
    with pytest.raises(FileNotFoundError):
        app_text("openai_nothing")
