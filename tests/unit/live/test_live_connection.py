"""A cluster that cannot be asked: one finding says why, nothing secret is shown, and nobody waits for long."""

from __future__ import annotations

import importlib.util
import json
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.live import client
from compiler.live.client import Api, UnreachableError, connected
from tests.api_server.cluster import TOKEN
from tests.api_server.server import Running, certificate, kubeconfig, running
from tests.unit.live.repos import cluster_with, run

ARGUMENTS = ("verify", "--context", "prod", "--format", "json")


def only(repo: Path, *arguments: str) -> dict[str, Any]:
    """The one error of a run."""
    ran = run(repo, *ARGUMENTS, *arguments)
    assert ran.exit_code == 1, ran.output
    assert TOKEN not in ran.stdout + ran.stderr
    (found,) = [one for one in json.loads(ran.stdout)["findings"] if one["severity"] == "error"]
    return dict(found)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short."""
    monkeypatch.setattr(client, "CONNECT", 1.0)


def test_nobody_is_there(up: Running, repo: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        kubeconfig(up.kubeconfig, f"http://127.0.0.1:{free.getsockname()[1]}")
        found = only(repo)
    assert found["code"] == "HYD695"
    assert "refuses the connection, or is not there. 8 objects could not be verified." in found["message"]


def test_a_name_that_does_not_exist(up: Running, repo: Path) -> None:
    kubeconfig(up.kubeconfig, "https://user:hunter2@cluster.invalid:6443")
    found = only(repo)
    assert found["code"] == "HYD695"
    assert "`cluster.invalid:6443`" in found["message"]
    assert "hunter2" not in json.dumps(found)


def test_wrong_credentials(up: Running, repo: Path) -> None:
    up.cluster.token = "another"
    found = only(repo)
    assert found["code"] == "HYD696"
    assert "credentials of the context `prod`" in found["message"]


def test_credentials_that_expire_in_between(up: Running, repo: Path) -> None:
    up.cluster.replies["persistentvolumeclaims/"] = [(401, b"{}", {})]
    up.cluster.replies["/jobs/"] = [(401, b"{}", {})]
    assert only(repo)["code"] == "HYD696"


def test_a_question_about_kinds_that_is_forbidden(up: Running, repo: Path) -> None:
    reply = {"kind": "Status", "message": 'forbidden: User "ci" cannot get path "/api/v1"', "code": 403}
    up.cluster.replies["/api/v1"] = [(403, json.dumps(reply).encode(), {})]
    found = only(repo)
    assert found["code"] == "HYD697"
    assert "may not `get` `/api/v1`" in found["message"]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, b"<html>Log in</html>", {}), "gave an answer that is none of Kubernetes (status 200)"),
        ((200, b"[1]", {}), "gave an answer that is none of Kubernetes"),
        ((200, b"\xff\xfe", {}), "gave an answer that is none of Kubernetes"),
        ((200, b"[" * 100_000, {}), "gave an answer that is none of Kubernetes"),
        ((200, b"{}", {}), "answers `/api/v1` with status 200"),
        (
            (500, b'{"message": "etcd is\\u001b[2J gone"}', {}),
            "answers `/api/v1` with status 500: etcd is\\x1b[2J gone",
        ),
        ((302, b"", {"Location": "https://login.acme.io/?token=x"}), "sends elsewhere, which is not followed"),
    ],
)
def test_answers_that_are_none(up: Running, repo: Path, reply: Any, said: str) -> None:
    up.cluster.replies["/api/v1"] = [reply]
    found = only(repo)
    assert found["code"] == "HYD695"
    assert said in found["message"]


def test_a_garbled_answer_about_objects_is_told_once(up: Running, repo: Path) -> None:
    up.cluster.replies["/namespaces/nlp/"] = [(200, b"<html>", {})]
    found = only(repo)
    assert found["code"] == "HYD695"
    assert "8 objects could not be verified" in found["message"]
    assert sum(one.method == "PATCH" for one in up.cluster.requests) < 8 + 1


def test_an_answer_that_breaks_off(up: Running, repo: Path) -> None:
    up.cluster.cuts.add("/api/v1")
    assert only(repo)["code"] == "HYD695"


def test_a_server_that_hangs_is_not_waited_for(up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    up.cluster.delays["/namespaces/nlp/"] = 60
    began = time.monotonic()
    found = only(repo, "--timeout", "1")
    assert time.monotonic() - began < 15
    assert found["code"] == "HYD695"
    assert "gave no answer within 1 s. 8 objects could not be verified." in found["message"]


def test_one_object_that_hangs_leaves_the_others(up: Running, repo: Path) -> None:
    up.cluster.delays["/configmaps/files"] = 60
    found = only(repo, "--timeout", "1")
    assert "1 object could not be verified" in found["message"]
    assert sum(one.method == "PATCH" for one in up.cluster.requests) == 7


def test_a_server_without_time_is_asked_again(up: Running, repo: Path) -> None:
    reply = json.dumps({"kind": "Status", "code": 429, "message": "too many requests"}).encode()
    good: tuple[int, bytes, dict[str, str]] = (200, b'{"kind": "ConfigMap"}', {})
    up.cluster.replies["/configmaps/files"] = [(429, reply, {"Retry-After": "0"}), good]
    assert run(repo, *ARGUMENTS).exit_code == 0
    up.cluster.replies["/configmaps/files"] = [(503, reply, {"Retry-After": "0"})]
    assert "has no time for it (status 503). 1 object could not be verified." in only(repo)["message"]
    up.cluster.replies["/configmaps/files"] = [(503, reply, {"Retry-After": "3600"})]
    assert only(repo)["code"] == "HYD695"


def test_a_server_that_is_not_trusted(tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = certificate(tmp_path)
    with running(tmp_path / "server", certificate=pair) as up:
        cluster_with(up.cluster)
        monkeypatch.setenv("KUBECONFIG", str(up.kubeconfig))
        found = only(repo)
        assert found["code"] == "HYD695"
        assert "its certificate is not accepted" in found["message"]
        kubeconfig(up.kubeconfig, up.address, more={"certificate-authority": str(pair[0])})
        assert run(repo, *ARGUMENTS).exit_code == 0


def test_certificates_of_the_kubeconfig_leave_no_files(
    tmp_path: Path, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64
    import tempfile

    files = tmp_path / "temporary"
    files.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(files))
    pair = certificate(tmp_path)
    data = base64.b64encode(pair[0].read_bytes()).decode()
    with running(tmp_path / "server", certificate=pair) as up:
        cluster_with(up.cluster)
        kubeconfig(up.kubeconfig, up.address, more={"certificate-authority-data": data})
        monkeypatch.setenv("KUBECONFIG", str(up.kubeconfig))
        for _ in range(2):
            assert run(repo, *ARGUMENTS).exit_code == 0
            assert list(files.iterdir()) == []


def test_a_proxy_is_used(up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(up.kubeconfig, "http://cluster.invalid", more={"proxy-url": up.address})
    found = only(repo)
    assert up.cluster.requests
    # Without TLS no credentials go anywhere but to this machine.
    assert (found["code"], up.cluster.requests[0].path) == ("HYD696", "/api/v1")
    assert "`cluster.invalid`" in found["message"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_of_the_environment_is_used(
    up: Running, repo: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kubeconfig(up.kubeconfig, "http://cluster.invalid")
    monkeypatch.setenv(name, up.address)
    assert only(repo)["code"] == "HYD696"
    monkeypatch.setenv("NO_PROXY", "cluster.invalid")
    up.cluster.requests.clear()
    assert only(repo)["code"] == "HYD695"
    assert up.cluster.requests == []


def test_nothing_that_writes_can_be_sent(up: Running) -> None:
    with connected("prod") as api:
        for method, query in (("PATCH", {}), ("POST", {"dryRun": "None"}), ("DELETE", {}), ("PUT", {"dryrun": "All"})):
            with pytest.raises(ValueError, match="a request that would write"):
                api._send(method, "/api/v1/namespaces/nlp", query, {})
    assert up.cluster.requests == []


def test_a_list_is_read_to_its_end(up: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    for number in range(5):
        up.cluster.namespace(f"n{number}")
    with connected("prod") as api:
        pages = list(api.pages("/api/v1/namespaces"))
    assert [len(page.body["items"]) for page in pages] == [2, 2, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is no kubeconfig"),
        ("- a\n", "it is no kubeconfig"),
        (f"users:\n- name: ci\n  user: {{token: {TOKEN}\n  b: [\n", "it is no YAML, see line"),
        ("contexts: {}\nusers: x\n", "`users` is not a list"),
        ("contexts:\n- prod\n", "`contexts` is not a list of entries"),
        ("contexts:\n- {name: prod, context: {cluster: x}}\n", "names the cluster `x`, which the kubeconfig does not"),
        ("contexts:\n- {name: prod}\n", "names the cluster `None`"),
        (
            "contexts:\n- {name: prod, context: {cluster: x, user: u}}\nclusters:\n- {name: x, cluster: {server: http://a}}\n",
            "names the user `u`",
        ),
        ("contexts:\n- {name: prod, context: {cluster: x}}\nclusters:\n- {name: x, cluster: {}}\n", "has no `server`"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used(up: Running, repo: Path, text: str, said: str) -> None:
    up.kubeconfig.write_text(text)
    found = only(repo)
    assert found["code"] == "HYD694"
    assert said in found["message"]


@pytest.mark.parametrize(
    "cluster",
    [
        {"server": "http://[::1"},
        {"server": "http://a:port"},
        {"server": ""},
        {"server": "cluster"},
        {"server": "ftp://cluster.invalid"},
        {"server": "http://a b"},
        {"proxy-url": 5},
        {"proxy-url": ["a"]},
        {"certificate-authority": "/nowhere/ca.pem", "server": "https://cluster.invalid"},
        {"certificate-authority-data": "no base64!", "server": "https://cluster.invalid"},
        {"certificate-authority-data": "bm8gY2VydGlmaWNhdGU=", "server": "https://127.0.0.1:1"},
        {"insecure-skip-tls-verify": "maybe"},
        {"tls-server-name": 7},
    ],
    ids=str,
)
def test_a_cluster_of_the_kubeconfig_that_is_odd(up: Running, repo: Path, cluster: dict[str, Any]) -> None:
    kubeconfig(up.kubeconfig, up.address, more=cluster)
    ran = run(repo, *ARGUMENTS)
    codes = [one["code"] for one in json.loads(ran.stdout)["findings"] if one["severity"] == "error"]
    assert (ran.exit_code, codes) in ((1, ["HYD694"]), (1, ["HYD695"]), (0, []))


@pytest.mark.parametrize(
    "user",
    [{}, {"token": 5}, {"token": ["a"]}, {"tokenFile": "/nowhere"}, {"exec": {}}, {"exec": 5}, {"exec": {"command": "x"}},
     {"client-certificate-data": "%"}, {"auth-provider": {"name": "oidc", "config": {"id-token": "a.b.c"}}},
     {"username": "a"}, {"username": 1, "password": 2}],
    ids=str,
)  # fmt: skip
def test_a_user_of_the_kubeconfig_that_is_odd(up: Running, repo: Path, user: dict[str, Any]) -> None:
    kubeconfig(up.kubeconfig, up.address, user=user)
    assert only(repo)["code"] in {"HYD694", "HYD695", "HYD696"}


def test_a_kubeconfig_that_is_not_there(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    found = only(repo)
    assert found["code"] == "HYD694"
    assert "does not exist" in found["message"]


def test_a_context_that_there_is_not(up: Running, repo: Path) -> None:
    ran = run(repo, "verify", "--context", "pord", "--format", "json")
    (found,) = [one for one in json.loads(ran.stdout)["findings"] if one["severity"] == "error"]
    assert (ran.exit_code, found["code"], found["candidates"]) == (1, "HYD694", ["prod"])


def test_several_kubeconfigs_are_one(up: Running, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = yaml.safe_load(up.kubeconfig.read_text())
    (tmp_path / "users").write_text(yaml.safe_dump({"users": document.pop("users")}))
    (tmp_path / "rest").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'users'}:{tmp_path / 'none'}:{tmp_path / 'rest'}")
    assert run(repo, *ARGUMENTS).exit_code == 0


def plugin(tmp_path: Path, text: str) -> dict[str, Any]:
    """A user whose credentials a program gives."""
    file = tmp_path / "plugin"
    file.write_text(f"#!{sys.executable}\n{text}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(file), "interactiveMode": "Never"}}


def test_a_plugin_gives_the_credentials(up: Running, repo: Path, tmp_path: Path) -> None:
    said = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": TOKEN}}
    kubeconfig(up.kubeconfig, up.address, user=plugin(tmp_path, f"print({json.dumps(said)!r})"))
    assert run(repo, *ARGUMENTS).exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import sys; sys.exit('login\\x1b[2J expired')", "exec: process returned 1. login\\x1b[2J expired"),
        ("print('no json')", "exec: failed to decode process output"),
        ("print('{}')", "missing key"),
    ],
)
def test_a_plugin_that_fails(up: Running, repo: Path, tmp_path: Path, text: str, said: str) -> None:
    kubeconfig(up.kubeconfig, up.address, user=plugin(tmp_path, text))
    found = only(repo)
    assert found["code"] == "HYD694"
    assert said in found["message"]
    assert up.cluster.requests == []


def test_a_plugin_that_is_not_installed(up: Running, repo: Path, tmp_path: Path) -> None:
    user = plugin(tmp_path, "")
    (tmp_path / "plugin").unlink()
    kubeconfig(up.kubeconfig, up.address, user=user)
    assert only(repo)["code"] == "HYD694"


def test_a_broken_user_does_not_show_its_token(up: Running, repo: Path) -> None:
    kubeconfig(up.kubeconfig, up.address, user={"auth-provider": {"name": "gcp", "token": TOKEN}})
    found = only(repo)
    assert found["code"] in {"HYD694", "HYD696"}


def test_without_the_client_it_says_what_to_install(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "kubernetes" else real(name))
    for command in (("verify",), ("schema", "import")):
        ran = run(repo, *command, "--context", "prod")
        assert ran.exit_code == 2
        assert "pip install 'hydra-compiler[cluster]'" in ran.stderr


def test_help_needs_no_client() -> None:
    code = (
        "import sys; from compiler.cli import verify; sys.exit('kubernetes' in sys.modules or 'urllib3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_address_is_shown_without_what_is_secret(up: Running) -> None:
    with connected("prod") as api:
        assert isinstance(api, Api)
        assert api.server == up.address.removeprefix("http://")
        up.cluster.replies["/x"] = [(200, b"", {})]
        with pytest.raises(UnreachableError):
            api.get("/x")
