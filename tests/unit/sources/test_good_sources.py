"""What each source type understands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sources.reading import good

GIT = "https://h/o/r.git"
CASES: dict[str, tuple[tuple[Any, ...], str | None, dict[str, Any]]] = {
    "hf": (("hf://a/b@v1",), "huggingface", {"repo": "a/b", "revision": "v1", "kind": "model"}),
    "hf of one name": (("hf://gpt2",), "huggingface", {"repo": "gpt2", "revision": None}),
    "hf data set": (("hf://datasets/a/b",), "huggingface", {"repo": "a/b", "kind": "dataset"}),
    "hf with patterns": (
        ("hf://a/b", "HUGGING_FACE", {"include": "*.json\n *.bin", "exclude": "x"}),
        "huggingface",
        {"include": ["*.json", "*.bin"], "exclude": ["x"]},
    ),
    "modelscope": (("modelscope://A/b@v1.0",), "modelscope", {"repo": "A/b", "revision": "v1.0"}),
    "git": (("git://h/o/r.git@v1",), "git", {"url": "https://h/o/r.git", "commit": "v1"}),
    "git over http": (("git+http://h/o/r.git",), "git", {"url": "http://h/o/r.git"}),
    "git by its own transport": (("git+git://h/o/r.git",), "git", {"url": "git://h/o/r.git"}),
    "git over ssh": (
        ("git+ssh://me@h:22/o/r.git@main",),
        "git-ssh",
        {"url": "ssh://me@h:22/o/r.git", "commit": "main"},
    ),
    "git over ssh without a user": (("git+ssh://h/o/r.git",), "git-ssh", {"url": "ssh://git@h/o/r.git"}),
    "git as scp writes it": (("git@h:o/r.git", "GIT"), "git-ssh", {"url": "ssh://git@h/o/r.git"}),
    "git as scp writes an absolute path": (("git@h:/o/r.git", "GIT"), "git-ssh", {"url": "ssh://git@h/o/r.git"}),
    "git with a blank": (("https://h/a%20b.git", "GIT"), "git", {"url": "https://h/a%20b.git"}),
    "git with an at": (("https://h/a@b.git", "GIT"), "git", {"url": "https://h/a@b.git", "commit": ""}),
    "git with options": (
        (GIT, "GIT", {"branch": "feature/x", "commit": "abc1234", "depth": "3", "submodules": "false"}),
        "git",
        {"branch": "feature/x", "commit": "abc1234", "depth": "3", "submodules": "yes"},
    ),
    "s3": (("s3://bucket/dir/",), "s3", {"remote": "bucket/dir", "provider": "AWS", "mode": "sync", "identity": ""}),
    "s3 of a whole bucket": (("s3://bucket",), "s3", {"remote": "bucket"}),
    "s3 of another store": (
        ("s3://b/d", "S3", {"endpoint": "http://minio:9000", "provider": "MINIO"}),
        "s3",
        {"provider": "Minio", "endpoint": "http://minio:9000"},
    ),
    "s3 of a store without a name": (("s3://b/d", "S3", {"endpoint": "http://x"}), "s3", {"provider": "Other"}),
    "s3 by the pod's identity": (("s3://b/d", "S3", {"envAuth": "true"}), "s3", {"identity": "yes"}),
    "http": (("https://h/d/?v=1#x",), "http", {"url": "https://h/d/?v=1", "file": "", "mode": "sync"}),
    "http of a version": (("https://h/v1.2",), "http", {"file": ""}),
    "http of a model's name": (("https://h/Qwen2.5-0.5B-Instruct",), "http", {"file": ""}),
    "http of a file": (("https://h/d/train.jsonl",), "http-file", {"file": "train.jsonl"}),
    "http of an archive": (("https://h/d/all.tar.gz?x=1",), "http-file", {"file": "all.tar.gz"}),
    "http with headers": (
        ("https://h/d/", "HTTP", {"B": 'x"y', "A": "1, 2", "syncMode": "copy"}),
        "http",
        {"headers": 'A,"1, 2",B,"x""y"', "headerLines": '"A: 1, 2","B: x""y"', "mode": "copy"},
    ),
    "nfs": (("nfs://10.0.0.1/a%20b",), None, {"server": "10.0.0.1", "path": "/a b"}),
    "nfs of a whole export": (("nfs://10.0.0.1",), None, {"server": "10.0.0.1", "path": ""}),
    "nfs over IPv6": (("nfs://[fd00::1]/p",), None, {"server": "[fd00::1]", "path": "/p"}),
    "pvc": (("pvc://claim/a/b/",), None, {"claim": "claim", "path": "a/b"}),
    "reference": (("dataset://ns/name/",), None, {"owner": "ns", "name": "name"}),
    "manual": (("manual://",), None, {}),
    "oci": (("oci://ghcr.io/a/b:v1",), "oci", {"artifact": "ghcr.io/a/b:v1"}),
    "oci without a tag": (("oci://ghcr.io/a/b",), "oci", {"artifact": "ghcr.io/a/b:latest"}),
    "database": (
        ("database://db:3307", "DATABASE", {"DBName": "shop", "tables": " a, b ,"}),
        "mysql",
        {"host": "db", "port": "3307", "database": "shop", "tables": ["a", "b"]},
    ),
    "database by options": (
        ("database://x", "DATABASE", {"host": "db", "port": "1", "dbName": "s", "tables": "a", "username": "u"}),
        "mysql",
        {"host": "db", "port": "1", "user": "u"},
    ),
    "hadoop": (
        ("hdfs://n:9000", "HADOOP", {"sourcePath": "/x"}),
        "hdfs",
        {"fileSystem": "hdfs://n:9000", "path": "/x"},
    ),
    "hadoop with settings": (
        ("hdfs://n", "HADOOP", {"sourcePath": "/x", "hdfsConfigName": "c", "coreSiteXml": "core.xml"}),
        "hdfs",
        {"fileSystem": "", "configMap": "c", "files": ["core.xml"]},
    ),
    "conda": (
        ("conda://e?python=3.11", "CONDA", {"name": "e", "pythonVersion": "3.11"}),
        "conda",
        {"name": "e", "requirements": "", "prefix": "/opt/baize-runtime-env"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fields(case: str) -> None:
    arguments, loader, fields = CASES[case]
    source = good(*arguments)
    assert source.loader == loader
    assert {name: source.fields[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("uri", "kind", "options", "loader", "fields"),
    [
        ("git://h/o/r.git", "GIT", {}, "git", {"url": "git://h/o/r.git"}),
        ("huggingface://a/b", "HUGGING_FACE", {"repoType": "SPACE"}, "huggingface", {"kind": None}),
        ("s3://b/d", "S3", {"provider": "Walrus"}, "s3", {"provider": "Other"}),
        ("https://h/d/", "HTTP", {"gpuType": "nvidia-gpu"}, "http", {"headers": ""}),
    ],
)
def test_foreign_documents_keep_their_systems_meaning(
    uri: str, kind: str, options: dict[str, str], loader: str, fields: dict[str, Any]
) -> None:
    source = good(uri, kind, options, foreign=True)
    assert source.loader == loader
    assert {name: source.fields[name] for name in fields} == fields


def test_what_is_loaded_is_in_the_content_and_how_is_not() -> None:
    how = {"depth": "1"}
    what = {"branch": "next"}
    assert good(GIT, "GIT", how).content == good(GIT, "GIT").content
    assert good(GIT, "GIT", what).content != good(GIT, "GIT").content
    assert good("git+ssh://h/o/r.git").content == good("git://h/o/r.git").content
    assert good("hf://a/b", "HUGGING_FACE", {"endpoint": "http://m"}).content == good("hf://a/b").content


@pytest.mark.parametrize(
    ("uri", "sends"), [("git://h/r.git", False), ("https://h/r.git", True), ("git@h:o/r.git", True)]
)
def test_whether_credentials_can_be_sent(uri: str, sends: bool) -> None:
    assert good(uri, "GIT", foreign=True).credentials is sends


def test_an_environment_is_completed_as_the_original_does() -> None:
    written = "channels: [x]\ndependencies:\n- python=3.8\n- pip=20\n- ipykernel=1\n- numpy=1.26\n- pip: [a]\n"
    source = good("conda://e", "CONDA", {"name": "e", "pythonVersion": "3.11", "condaEnvironmentYml": written})
    assert source.files["environment.yaml"] == written
    assert source.files["hydra-environment.yaml"] == (
        "name: e\n"
        "prefix: /opt/baize-runtime-env/e/conda/envs/e\n"
        "channels:\n  - x\n"
        "dependencies:\n  - numpy=1.26\n  - pip:\n      - a\n  - python=3.11\n  - pip\n  - ipykernel\n"
        "  - nb_conda_kernels\n  - notebook\n"
    )


@pytest.mark.parametrize(
    "names", [("condaEnvironmentYml", "pipRequirementsTxt"), ("environment.yaml", "requirements.txt")]
)
def test_files_of_an_environment_have_two_names(names: tuple[str, str]) -> None:
    options = {"name": "e", "pythonVersion": "3.11", names[0]: "dependencies: [a]\n", names[1]: "b\n"}
    files = good("conda://e", "CONDA", options).files
    assert (files["environment.yaml"], files["requirements.txt"]) == ("dependencies: [a]\n", "b\n")


def test_blank_files_of_an_environment_are_none() -> None:
    options = {"name": "e", "pythonVersion": "3", "condaEnvironmentYml": " \n", "pipRequirementsTxt": "\n"}
    assert [*good("conda://e", "CONDA", options).files] == ["hydra-environment.yaml"]
