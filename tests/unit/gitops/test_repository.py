"""URLs, revisions and paths that controllers can be told, and those that they cannot."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any

import pytest

from compiler.gitops import delivery, problems, repository
from compiler.gitops.repository import as_url, check_repository, flux_reference, name_of
from compiler.source.document import Document, SourceFile
from compiler.spec.cluster.gitops import GitOps

URL = "https://git.acme.io/ml/platform.git"


def codes(output: str = "rendered", **fields: Any) -> list[str]:
    """Codes of what is found wrong with a section."""
    at = Document(SourceFile("clusters/prod.yaml", ""), 0, {}).at("spec", "gitops")
    settings = GitOps.model_validate({"controller": "argocd", "repo": URL, **fields})
    return [one.code.id for one in check_repository(settings, output, at)]


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "http://git.acme.io:3000/ml/platform",
        "ssh://git@git.acme.io/ml/platform.git",
        "ssh://git@git.acme.io:2222/~ml/platform.git",
        "git@git.acme.io:ml/platform.git",
        "https://dev.azure.com/acme/ml/_git/my%20platform",
        "https://[fd00::1]/ml/platform.git",
    ],
)
def test_a_url_that_controllers_read(url: str) -> None:
    assert codes(repo=url) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://ci:hunter2@git.acme.io/ml/platform.git",
        "https://ghp_0123456789@git.acme.io/ml/platform.git",
        "https://:hunter2@git.acme.io/ml/platform.git",
        "ssh://git:hunter2@git.acme.io/ml/platform.git",
        "ci:hunter2@git.acme.io:ml/platform.git",
        "https://git.acme.io/ml/platform.git?private_token=hunter2",
        "https://git.acme.io/ml/platform.git#hunter2",
        "https://ci:hunter2@git.acme.io:port/ml/platform.git",
    ],
)
def test_credentials_are_refused_and_not_repeated(url: str) -> None:
    at = Document(SourceFile("clusters/prod.yaml", ""), 0, {}).at("spec", "gitops")
    (found,) = check_repository(GitOps.model_validate({"controller": "flux", "repo": url}), "rendered", at)
    assert found.code is problems.CREDENTIALS
    assert found.secret
    assert "hunter2" not in found.wrong + found.do
    assert "ghp_" not in found.wrong + found.do


@pytest.mark.parametrize(
    "url",
    [
        "",
        "platform",
        "git.acme.io/ml/platform",
        "/srv/git/platform.git",
        "file:///srv/git/platform.git",
        "git://git.acme.io/ml/platform.git",
        "oci://registry.acme.io/ml/platform",
        "https://",
        "https://git.acme.io",
        "https://git.acme.io/",
        "https://git.acme.io/ml/plat form.git",
        "https://git.acme.io/{{ .path }}",
        "https://git.acme.io/ml/platform.git\n",
        "https://[git.acme.io/ml",
        "https://git.acme.io:port/ml/platform.git",
        "-oProxyCommand=x",
        "git@-oProxyCommand=x:ml/platform.git",
        "-oProxyCommand@git.acme.io:ml/platform.git",
        "ssh://-oProxyCommand/ml/platform.git",
    ],
)
def test_what_no_controller_fetches_is_refused(url: str) -> None:
    assert codes(repo=url) == ["HYD643"]


@pytest.mark.parametrize("revision", ["main", "release/1.2", "v1.2.3", "refs/heads/main", "refs/tags/v1", "a" * 40])
def test_a_revision_of_git(revision: str) -> None:
    assert codes(revision=revision) == []


@pytest.mark.parametrize(
    "revision",
    ["", "a b", "a..b", "-x", "a~1", "a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{1}", "/a", "a/", "a.lock", "a//b", ".a",
     "a/.b", "a\x7f", "{{ .x }}"],
)  # fmt: skip
def test_what_git_has_no_ref_for_is_refused(revision: str) -> None:
    assert codes(revision=revision) == ["HYD644"]


@pytest.mark.parametrize("path", ["hydra", "apps/ml.v2/hydra_1"])
def test_a_path_of_plain_names(path: str) -> None:
    assert codes(path=path) == []


@pytest.mark.parametrize(
    "path", ["/hydra", "hydra/", "./hydra", "../hydra", "a/../b", "a*", "{{ .x }}", "a b", "a\\b", "a//b"]
)
def test_other_paths_are_refused(path: str) -> None:
    assert codes(path=path) == ["HYD645"]
    assert codes(output=path) == ["HYD645"]


@pytest.mark.parametrize(
    ("url", "name"),
    [(URL, "platform"), ("git@git.acme.io:Platform.git", "platform"), ("https://git.acme.io/a/B_c.d/", "b-c-d")],
)
def test_the_repository_gives_a_name(url: str, name: str) -> None:
    assert name_of(url) == name


def test_flux_is_told_a_url_with_a_scheme_and_what_a_revision_is() -> None:
    assert as_url("git@git.acme.io:/srv/platform.git") == "ssh://git@git.acme.io/srv/platform.git"
    assert as_url(URL) == URL
    assert flux_reference("release/1.2") == {"branch": "release/1.2"}
    assert flux_reference("refs/tags/v1") == {"name": "refs/tags/v1"}
    assert flux_reference("0123456789" * 4) == {"commit": "0123456789" * 4}


@pytest.mark.parametrize("module", [delivery, repository], ids=lambda one: one.__name__)
def test_examples_are_true(module: ModuleType) -> None:
    assert doctest.testmod(module) == (0, {"delivery": 1, "repository": 3}[module.__name__.rpartition(".")[2]])
