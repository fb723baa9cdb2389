"""The other loaders: which program is called with what."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from compiler.sources.base import Source
from tests.unit.lowering.loaders import loader_container, source_of
from tests.unit.lowering.local import DIGEST, Local

HUB_OPTIONS = {"repoType": "MODEL", "revision": "v1", "include": "*.json  a b/*", "exclude": "*.bin"}
HF = "[download] [Qwen/Qwen2.5-0.5B]"


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path)


def call(local: Local, program: str, source: Source, *, in_place: bool = False, **secrets: str) -> str:
    """The one call of a fake program, with the target as `TARGET`."""
    local.recorder(program)
    status, output = local.run(loader_container(local, source, in_place=in_place), **secrets)
    assert status == 0, output
    target = str(local.volume) if in_place else f"{local.volume}/{DIGEST}/data"
    (found,) = local.calls
    return found.replace(target, "TARGET")


def environment(local: Local, program: str, source: Source, *names: str, **secrets: str) -> list[str]:
    """What some variables are when a fake program runs."""
    local.program(program, "\n".join(f'printf "%s\\n" "${{{name}-unset}}" >>"$LOG"' for name in names))
    status, output = local.run(loader_container(local, source), **secrets)
    assert status == 0, output
    return local.calls


def test_hugging_face(local: Local) -> None:
    source = source_of("HUGGING_FACE", "huggingface://Qwen/Qwen2.5-0.5B", HUB_OPTIONS)
    assert call(local, "huggingface-cli", source) == (
        f"huggingface-cli {HF} [--revision=v1] [--repo-type=model] [--include] [*.json] [a] [b/*] [--exclude] [*.bin] "
        "[--local-dir=TARGET]"
    )


def test_hugging_face_without_options(local: Local) -> None:
    source = source_of("HUGGING_FACE", "huggingface://Qwen/Qwen2.5-0.5B")
    assert call(local, "huggingface-cli", source) == f"huggingface-cli {HF} [--local-dir=TARGET]"


def test_model_scope(local: Local) -> None:
    source = source_of("MODEL_SCOPE", "modelscope://Qwen/Qwen2.5-0.5B", HUB_OPTIONS)
    assert call(local, "modelscope", source) == (
        "modelscope [download] [--model=Qwen/Qwen2.5-0.5B] [--revision=v1] [--include] [*.json] [a] [b/*] "
        "[--exclude] [*.bin] [--local_dir=TARGET]"
    )


API = """\
class HubApi:
    def get_valid_revision_detail(self, model_id, revision=None, *more, **named):
        raise SystemExit(f"{revision} is no branch")
"""
CLI = """\
import os, sys
from modelscope.hub.api import HubApi

def run_cmd():
    revision = next(one for one in sys.argv if one.startswith("--revision=")).partition("=")[2]
    taken = HubApi().get_valid_revision_detail("a/b", revision=revision, cookies=None)["Revision"]
    open(os.environ["LOG"], "a").write(f"{' '.join(sys.argv[:3])} takes {taken}\\n")
"""
"""What the client has at the places that the loader changes."""


@pytest.mark.parametrize(("revision", "status"), [("a" * 40, 0), ("b" * 39 + "-", 1)])
def test_model_scope_takes_a_commit_where_its_client_would_not(local: Local, revision: str, status: int) -> None:
    package = local.scratch / "package" / "modelscope"
    for name, text in (("hub/api.py", API), ("cli/cli.py", CLI), ("hub/__init__.py", ""), ("cli/__init__.py", "")):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    source = source_of("MODEL_SCOPE", f"modelscope://Qwen/Qwen2.5-0.5B@{revision}")
    container = loader_container(local, source)
    container["args"] = [one.replace("/usr/local/bin/python3", sys.executable) for one in container["args"]]
    assert local.run(container, PYTHONPATH=str(package.parent))[0] == status
    taken = [f"modelscope download --model=Qwen/Qwen2.5-0.5B takes {revision}"]
    assert local.calls == (taken if status == 0 else [])


@pytest.mark.parametrize("mirror", ["http://ms.acme.io", "https://ms.acme.io"])
def test_model_scope_takes_a_mirror_as_a_host(mirror: str, local: Local) -> None:
    source = source_of("MODEL_SCOPE", "modelscope://Qwen/Qwen2.5-0.5B")
    local.program("modelscope", 'printf "%s\\n" "$MODELSCOPE_DOMAIN" >>"$LOG"')
    assert local.run(loader_container(local, source, modelscope=mirror))[0] == 0
    assert local.calls == ["ms.acme.io"]


@pytest.mark.parametrize("in_place", [False, True])
def test_s3(local: Local, in_place: bool) -> None:
    source = source_of("S3", "s3://corp/a%20b/c/", {"syncMode": "copy"})
    kept = "[--exclude=/.hydra/**] [--exclude=/lost+found/**] " if in_place else ""
    assert call(local, "rclone", source, in_place=in_place) == (
        f"rclone [copy] [SRC:corp/a b/c] [TARGET] {kept}[--retries=5] [--stats=1m] [--stats-one-line]"
    )


def test_s3_speaks_to_the_store_that_is_asked_for(local: Local) -> None:
    source = source_of("S3", "s3://corp/a", {"provider": "MINIO", "endpoint": "http://minio:9000", "region": "eu"})
    names = [f"RCLONE_CONFIG_SRC_{name}" for name in ("TYPE", "PROVIDER", "ENDPOINT", "REGION", "ENV_AUTH")]
    assert environment(local, "rclone", source, *names) == ["s3", "Minio", "http://minio:9000", "eu", "unset"]


def test_http(local: Local) -> None:
    source = source_of("HTTP", "https://example.org/data/?v=1", {"syncMode": "copy"})
    assert call(local, "rclone", source) == (
        "rclone [copy] [SRC:] [TARGET] [--retries=5] [--stats=1m] [--stats-one-line]"
    )


def test_headers_and_credentials_of_http_come_by_the_environment(local: Local) -> None:
    source = source_of("HTTP", "https://example.org/data/", {"X-Team": 'a, "b"'})
    values = environment(
        local, "rclone", source, "RCLONE_HTTP_HEADERS", "HTTP_PASSWORD", HTTP_USERNAME="u", HTTP_PASSWORD="p"
    )
    assert values == ['X-Team,"a, ""b""",Authorization,Basic dTpw', "unset"]


def test_a_file_of_http(local: Local) -> None:
    source = source_of("HTTP", "https://example.org/data/train.jsonl")
    assert call(local, "rclone", source, HTTP_USERNAME="u", HTTP_PASSWORD="s3cret") == (
        "rclone [copyurl] [https://example.org/data/train.jsonl] [TARGET/train.jsonl] "
        "[--retries=5] [--stats=1m] [--stats-one-line]"
    )


def test_headers_and_credentials_of_a_file_come_by_the_environment(local: Local) -> None:
    source = source_of("HTTP", "https://example.org/train.jsonl", {"X-Team": "a, b"})
    values = environment(
        local, "rclone", source, "RCLONE_HEADER", "RCLONE_HTTP_HEADERS", HTTP_USERNAME="u", HTTP_PASSWORD="p"
    )
    assert values == ['"X-Team: a, b",Authorization: Basic dTpw', "unset"]


def test_hdfs(local: Local) -> None:
    source = source_of("HADOOP", "hdfs://10.0.0.1:9000", {"sourcePath": "/a b", "username": "me"})
    assert call(local, "hdfs", source) == "hdfs [dfs] [-fs] [hdfs://10.0.0.1:9000] [-get] [-f] [--] [/a b] [TARGET]"


def test_hdfs_with_settings_of_its_own(local: Local) -> None:
    options = {"sourcePath": "/a", "hdfsConfigName": "conf", "coreSiteXml": "core-site.xml"}
    assert call(local, "hdfs", source_of("HADOOP", "hdfs://ha", options)) == "hdfs [dfs] [-get] [-f] [--] [/a] [TARGET]"


CONDA = {"name": "env", "pythonVersion": "3.11"}


def conda(local: Local, options: dict[str, str], *, pip: str = "") -> list[str]:
    """Calls of the conda loader's programs, for a prefix on this machine."""
    prefix = local.scratch / "envs"
    installer = 'cat >"$4/bin/pip" <<END\n#!/bin/sh\nprintf "pip %s|%s|%s\\n" "\\$*" "\\$PIP_INDEX_URL" "\\$PIP_TRUSTED_HOST" >>"$LOG"\nEND'
    local.program("mamba", f'shift; set -- "$1" "$2" "$3" "$5"; mkdir -p "$4/bin"; {installer}\nchmod +x "$4/bin/pip"')
    local.program("rclone", 'printf "rclone %s\\n" "$*" >>"$LOG"')
    source = source_of("CONDA", "conda://env", {**CONDA, **options})
    source = source._replace(fields={**source.fields, "prefix": str(prefix)})
    container = loader_container(local, source, pip=pip)
    container["args"][2] = container["args"][2].replace("/opt/hydra-conda", str(local.scratch / "base"))
    status, output = local.run(container)
    assert status == 0, output
    return local.calls


def test_conda(local: Local) -> None:
    (copied,) = conda(local, {})
    prefix = local.scratch / "envs" / "env" / "conda" / "envs"
    target = f"{local.volume}/{DIGEST}/data/conda/envs"
    assert copied == f"rclone copy {prefix} {target} --copy-links --stats=1m --stats-one-line"


def test_conda_installs_requirements_from_an_index_that_it_trusts_by_name(local: Local) -> None:
    options = {"pipRequirementsTxt": "requests", "pipExtraIndexUrl": "https://a.io/simple http://u:p@b.io:81/simple"}
    installed, _ = conda(local, options, pip="http://pypi.acme.io/simple")
    assert (
        installed == "pip install -r /run/hydra/files/requirements.txt|http://pypi.acme.io/simple|pypi.acme.io b.io:81 "
    )


def test_a_file_of_the_repo(local: Local) -> None:
    source = source_of("FILE", "file:///train.jsonl", verbatim=False)
    local.recorder("cp")
    assert local.run(loader_container(local, source))[0] == 0
    assert local.calls == [f"cp [--] [/mnt/source/train.jsonl] [{local.volume}/{DIGEST}/data/train.jsonl]"]


def test_oci(local: Local) -> None:
    source = source_of("OCI", "oci://ghcr.io/acme/model:v1", verbatim=False)
    assert call(local, "oras", source) == (
        "oras [pull] [--registry-config] [/run/hydra/credentials/.dockerconfigjson] [--output] [TARGET] [ghcr.io/acme/model:v1]"
    )
