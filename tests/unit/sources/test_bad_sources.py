"""URIs and options that a source type cannot use: a code, and the place."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.sources.registry import short_schemes, source_types
from tests.unit.sources.reading import place, problem, read

CONDA = {"name": "e", "pythonVersion": "3.11"}
DATABASE = {"dbName": "s", "tables": "a"}
BAD_URIS: dict[str, tuple[Any, ...]] = {
    "no scheme": ("bucket/dir",),
    "a port that is none": ("nfs://h:abc/p",),
    "no bucket": ("s3:///dir",),
    "a store for a bucket": ("s3://minio:9000/bucket",),
    "no repository": ("git://h/",),
    "no host of git": ("git:///o/r.git",),
    "a repository in three parts": ("hf://a/b/c",),
    "a repository that leads out": ("hf://a/..b",),
    "a hub without a repository": ("huggingface:Qwen/x", "HUGGING_FACE"),
    "a revision that git refuses": ("hf://a/b@-x",),
    "no web server": ("http:///d/", "HTTP"),
    "no NFS server": ("nfs:/h/p",),
    "a port of NFS": ("nfs://h:2049/p",),
    "an NFS path that leads out": ("nfs://h/a/../b",),
    "an NFS path that breaks the handle": ("nfs://h/a%23b",),
    "a claim in capitals": ("pvc://Claim/x",),
    "a path that leads out of a claim": ("pvc://claim/../x",),
    "a reference to no name": ("dataset://ns",),
    "a reference in three parts": ("dataset://ns/a/b",),
    "a name behind manual": ("manual://x",),
    "a slash behind manual": ("manual:///",),
    "an artifact in capitals": ("oci://ghcr.io/A",),
    "a digest that is none": ("oci://ghcr.io/a@sha256:1",),
    "a tag that is none": ("oci://ghcr.io/a:-",),
    "no database": ("database://db", "DATABASE", {"tables": "a"}),
    "no tables": ("database://db", "DATABASE", {"dbName": "s"}),
    "no host of a database": ("database://", "DATABASE", DATABASE),
    "no path of HDFS": ("hdfs://n:9000", "HADOOP"),
    "no name node": ("hdfs:///x", "HADOOP", {"sourcePath": "/x"}),
    "no name of an environment": ("conda://", "CONDA", {"pythonVersion": "3.11"}),
    "no Python": ("conda://e", "CONDA", {"name": "e"}),
}
BAD_OPTIONS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "depth in words": ("https://h/r", "GIT", {"depth": "all"}, "depth"),
    "depth of nothing": ("https://h/r", "GIT", {"depth": "0"}, "depth"),
    "a branch that is a flag": ("https://h/r", "GIT", {"branch": "--upload-pack=x"}, "branch"),
    "a commit with dots": ("https://h/r", "GIT", {"commit": "a..b"}, "commit"),
    "no such repository type": ("hf://a/b", "HUGGING_FACE", {"repoType": "SPACE"}, "repoType"),
    "offline": ("hf://a/b", "HUGGING_FACE", {"offline": "true"}, "offline"),
    "a pattern that is a flag": ("hf://a/b", "HUGGING_FACE", {"include": "a --token"}, "include"),
    "two revisions": ("hf://a/b@x", "HUGGING_FACE", {"revision": "y"}, "revision"),
    "AWS without a region": ("s3://b/d", "S3", {"provider": "AWS"}, "provider"),
    "no such provider": ("s3://b/d", "S3", {"provider": "Walrus"}, "provider"),
    "no such way to synchronise": ("s3://b/d", "S3", {"syncMode": "move"}, "syncMode"),
    "a header that is no name": ("http://h/d/", "HTTP", {"a b": "c"}, "a b"),
    "a header of two lines": ("http://h/d/", "HTTP", {"a": "b\r\nEvil: 1"}, "a"),
    "a table with a quote": ("database://db", "DATABASE", {**DATABASE, "tables": "a,b`; DROP"}, "tables"),
    "a port of a database": ("database://db", "DATABASE", {**DATABASE, "port": "99999"}, "port"),
    "a host that is a flag": ("database://db", "DATABASE", {**DATABASE, "host": "-x"}, "host"),
    "a blank path": ("hdfs://n", "HADOOP", {"sourcePath": " "}, "sourcePath"),
    "settings from nowhere": ("hdfs://n", "HADOOP", {"sourcePath": "/x", "hdfsSiteXml": "a.xml"}, "hdfsSiteXml"),
    "settings that lead out": (
        "hdfs://n",
        "HADOOP",
        {"sourcePath": "/x", "hdfsConfigName": "c", "coreSiteXml": "../x"},
        "coreSiteXml",
    ),
    "a name with a slash": ("conda://e", "CONDA", {**CONDA, "name": "a/b"}, "name"),
    "Python in words": ("conda://e", "CONDA", {**CONDA, "pythonVersion": "three"}, "pythonVersion"),
    "an environment that is no YAML": (
        "conda://e",
        "CONDA",
        {**CONDA, "condaEnvironmentYml": "a: ["},
        "condaEnvironmentYml",
    ),
    "dependencies that are no list": (
        "conda://e",
        "CONDA",
        {**CONDA, "condaEnvironmentYml": "dependencies: x"},
        "condaEnvironmentYml",
    ),
    "a prefix over the system": ("conda://e", "CONDA", {**CONDA, "condaPrefixDir": "/usr/lib"}, "condaPrefixDir"),
    "a prefix over the loader": ("conda://e", "CONDA", {**CONDA, "condaPrefixDir": "/opt/conda"}, "condaPrefixDir"),
}


@pytest.mark.parametrize("case", BAD_URIS)
def test_bad_uri(case: str) -> None:
    assert problem(*BAD_URIS[case]) == ("HYD501", "uri")


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_bad_option(case: str) -> None:
    uri, kind, options, option = BAD_OPTIONS[case]
    assert problem(uri, kind, options) == ("HYD503", f"options/{option}")


@pytest.mark.parametrize("kind", sorted(source_types()))
def test_a_scheme_of_no_type_is_refused_by_every_type(kind: str) -> None:
    assert problem("gopher://h/x", kind) == ("HYD502", "uri")


@pytest.mark.parametrize("scheme", ["conda", "hdfs", "database", "ftp", "file", "ssh"])
def test_schemes_that_need_more_than_a_uri(scheme: str) -> None:
    assert scheme not in short_schemes()
    assert problem(f"{scheme}://h/x") == ("HYD502", "uri")


def test_a_misspelt_scheme_is_recognised() -> None:
    (found,) = read("modelscop://a/b").found
    assert found.candidates == ("modelscope://",)


@pytest.mark.parametrize(("foreign", "level"), [(False, "error"), (True, "warning")])
def test_an_option_that_means_nothing(foreign: bool, level: str) -> None:
    (found,) = read("https://h/r.git", "GIT", {"brunch": "x"}, foreign=foreign).found
    assert (found.code.id, found.level.label, place(found)) == ("HYD504", level, "options/brunch")
    assert found.candidates == ("branch",)


def test_a_device_means_nothing_in_a_project() -> None:
    assert [one.code.id for one in read("https://h/r.git", "GIT", {"gpuType": "nvidia-gpu"}).found] == ["HYD504"]
    assert read("https://h/r.git", "GIT", {"gpuType": "nvidia-gpu"}, foreign=True).found == []


def test_a_port_of_nfs_is_a_warning_where_the_original_takes_it() -> None:
    staged = read("nfs://h:2049/p", "NFS", foreign=True)
    assert staged.value is not None
    assert [(one.code.id, one.level.label) for one in staged.found] == [("HYD501", "warning")]


def test_several_mistakes_are_all_found() -> None:
    staged = read("https://h/r.git", "GIT", {"depth": "x", "branch": "-", "brunch": "y"})
    assert sorted(place(one) for one in staged.found) == ["options/branch", "options/brunch", "options/depth"]


def test_no_finding_repeats_a_password() -> None:
    for uri in ("https://me:s3cret@h:x/p", "s3://me:s3cret@/x", "git://me:s3cret@h/"):
        for found in read(uri).found:
            assert "s3cret" not in found.wrong + found.do
