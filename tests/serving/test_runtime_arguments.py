"""The names of arguments in the library's runtimes against the servers' published packages, which are downloaded."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from compiler.library.templates import render_text
from tools import runtime_names
from tools.runtime_arguments import KSERVE, VLLM, VLLM_OF_KSERVE, VLLM_OF_RAY, Packages, downloaded, required, stale
from tools.runtime_arguments import requirements as needed

pytestmark = pytest.mark.serving

RAY = "ray==2.56.0"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """All packages that names are read from, and Ray for what it requires."""
    try:
        return downloaded([*needed(), RAY], tmp_path_factory.mktemp("packages"))
    except OSError as problem:
        pytest.skip(f"the servers' packages cannot be had: {problem}")


def test_every_entry_has_the_names_that_its_server_has(packages: Packages) -> None:
    assert [path.name for path, _ in stale(packages)] == []


def test_the_images_of_others_have_the_vllm_that_is_said_of_them(packages: Packages) -> None:
    assert f"vllm{_one(required(packages[RAY], 'vllm'))}" == VLLM_OF_RAY
    assert f"vllm{_one(required(packages[KSERVE], 'vllm'))}" == VLLM_OF_KSERVE


@pytest.mark.parametrize("version", [VLLM, VLLM_OF_RAY, VLLM_OF_KSERVE])
def test_the_part_of_memory_that_vllm_takes_by_itself_is_more_than_ours(packages: Packages, version: str) -> None:
    default = runtime_names.vllm_default(packages[version] / "vllm", "CacheConfig", "gpu_memory_utilization")
    assert isinstance(default, ast.Call)
    assert {one.arg: ast.literal_eval(one.value) for one in default.keywords}["default"] == 0.92


def test_the_engine_takes_from_python_what_the_server_takes_from_its_command_line(packages: Packages) -> None:
    root: Path = packages[VLLM] / "vllm"
    names = runtime_names.vllm(root)
    server = names.parameters | names.switches
    only = runtime_names.vllm_engine(root) - server
    assert only == {"enable-mm-processor-stats", "mamba-config", "model-weights"}


def test_tritons_model_configuration_is_one() -> None:
    pytest.importorskip("tritonclient")
    from tests.serving.triton_config import check_config
    from tests.unit.library.test_runtimes import context, runtime

    for path, text in runtime("triton").files.items():
        if path.endswith("config.pbtxt"):
            assert check_config(render_text(text, context())) == []


def _one(found: set[str]) -> str:
    (only,) = found
    return only
