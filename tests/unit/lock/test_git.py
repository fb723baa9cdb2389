"""Repositories of git: branches, tags and commits of real servers, and what is never run."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from compiler.lock.asking import Asker
from tests.unit.lock.asking import alone, ask, want
from tests.unit.lock.repositories import daemon, git, over_http, repository
from tests.unit.lock.servers import PATIENT, QUICK, InTurn, Reply, serving


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    alone(monkeypatch, tmp_path / "home")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return repository(tmp_path / "repos")


def commit(path: Path, name: str) -> str:
    return git("rev-parse", f"{name}^{{commit}}", at=path)


@pytest.mark.parametrize(
    ("revision", "meant"),
    [
        ("", "refs/heads/main"),
        ("main", "refs/heads/main"),
        ("v1", "refs/tags/v1"),
        ("refs/tags/v1", "refs/tags/v1"),
        ("refs/heads/both", "refs/heads/both"),
        ("both", "refs/tags/both"),
    ],
)
def test_a_revision_is_the_commit_that_a_fetch_gets(data: Path, revision: str, meant: str) -> None:
    found = ask(want("git", f"file://{data}", revision))
    assert found == commit(data, meant)
    clone = data.parent / "clone.git"
    clone.mkdir()
    git("init", "--quiet", "--bare", ".", at=clone)
    git("fetch", "--quiet", "--no-tags", str(data), revision or "HEAD", at=clone)
    assert commit(clone, "FETCH_HEAD") == found


def test_a_branch_whose_name_ends_in_another_is_not_taken_for_it(data: Path) -> None:
    git("update-ref", "refs/heads/refs/heads/next", commit(data, "main"), at=data)
    git("update-ref", "refs/heads/a/main", commit(data, "v1"), at=data)
    assert ask(want("git", f"file://{data}", "main")) == commit(data, "main")
    assert ask(want("git", f"file://{data}", "next")).startswith("HYD670\n")


def test_a_git_daemon_is_asked(data: Path) -> None:
    with daemon(data.parent) as url:
        assert ask(want("git", f"git+{url}/data.git", "v1")) == commit(data, "v1")
        assert ask(want("git", f"{url}/other.git", "v1")).startswith("HYD670\nThere is no repository `127.0.0.1:")


def test_a_server_over_http_is_asked(data: Path) -> None:
    with serving(over_http(data.parent)) as server:
        assert ask(want("git", f"{server.url}/data.git", "main")) == commit(data, "main")
        found = ask(want("git", f"{server.url}/data.git", "nothing"))
        assert found.replace(server.host, "HOST") == (
            "HYD670\n`HOST/data.git` has no branch and no tag `nothing`.\nUse a branch or tag that it has."
        )


def test_credentials_are_those_that_git_has(data: Path, tmp_path: Path) -> None:
    with serving(over_http(data.parent, user="me", password="pass-word")) as server:
        found = ask(want("git", f"{server.url}/data.git", "main"))
        assert found.startswith(f"HYD671\nThe server of `{server.host}/data.git` wants credentials")
        helper = "!f() { echo username=me; echo password=pass-word; }; f"
        git("config", "--file", str(tmp_path / "home" / ".gitconfig"), "credential.helper", helper, at=tmp_path)
        assert ask(want("git", f"{server.url}/data.git", "main")) == commit(data, "main")


def test_an_address_that_the_users_settings_replace(data: Path, tmp_path: Path) -> None:
    """`insteadOf` may turn https into ssh, as many have it, and never into a program."""
    settings = str(tmp_path / "home" / ".gitconfig")
    with daemon(data.parent) as url:
        git("config", "--file", settings, f"url.{url}/.insteadOf", "git://acme.invalid/", at=tmp_path)
        assert ask(want("git", "git://acme.invalid/data.git", "main")) == commit(data, "main")
    ran = tmp_path / "ran"
    git("config", "--file", settings, f"url.ext::touch {ran} .insteadOf", "https://acme.invalid/", at=tmp_path)
    assert ask(want("git", "https://acme.invalid/data.git", "main")).startswith("HYD67")
    assert not ran.exists()
    git("config", "--file", settings, f"url.file://{data.parent}/.insteadOf", "https://local.invalid/", at=tmp_path)
    assert ask(want("git", "https://local.invalid/data.git", "main")).startswith(
        "HYD676\nA setting of git leads from `local.invalid/data.git` to an address of another kind"
    )


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c 'touch {ran}'",
        "--upload-pack=touch {ran}",
        "ssh://-oProxyCommand=touch {ran}/x",
        "fd::7",
        "https://",
        "/srv/data.git",
        "https://[::1",
        "ftp://host/x",
    ],
)
def test_addresses_that_git_is_not_given(tmp_path: Path, address: str) -> None:
    ran = tmp_path / "ran"
    assert ask(want("git", address.format(ran=ran), "main")).startswith("HYD676\n")
    assert not ran.exists()


def test_a_password_in_an_address_is_neither_used_nor_shown() -> None:
    found = ask(want("git", "https://me:pass-word@git.invalid/x", "main"))
    assert found.startswith("HYD676\nAn address on `git.invalid` holds a password.")
    assert "pass-word" not in found


def test_a_revision_with_the_look_of_an_option_is_none(data: Path) -> None:
    assert ask(want("git", f"file://{data}", "--upload-pack=x")).startswith("HYD670\n")


def test_a_shortened_commit_says_why_not(data: Path) -> None:
    found = ask(want("git", f"file://{data}", commit(data, "main")[:8]))
    assert found.endswith("\nWrite a commit with all its digits: a server does not know it by fewer.")


def test_a_repository_without_commits_has_no_default(tmp_path: Path) -> None:
    git("init", "--quiet", "--bare", "empty.git", at=tmp_path)
    assert "has no default branch.\nName a branch" in ask(want("git", f"file://{tmp_path}/empty.git"))


def test_a_directory_that_is_no_repository(tmp_path: Path) -> None:
    assert ask(want("git", f"file://{tmp_path}/home", "main")).startswith("HYD670\nThere is no repository")


def test_without_git_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask(want("git", "https://git.invalid/x", "main")) == (
        "HYD675\nThere is no `git` on the PATH.\nInstall git, and run `hydra lock` again."
    )


def test_nobody_listens() -> None:
    with serving(InTurn(Reply())) as gone:
        pass
    found = ask(want("git", f"{gone.url}/x", "main"))
    assert found.startswith(f"HYD672\ngit has no connection to `{gone.host}` (fatal: unable to access")


def test_a_server_that_hangs_is_left_and_not_waited_for_again() -> None:
    with serving(InTurn(Reply(pause=30))) as server:
        asker, start = Asker(QUICK), time.monotonic()
        found = ask(want("git", f"{server.url}/x", "main"), asker)
        assert found.startswith(f"HYD672\ngit got no answer from `{server.host}` within 0.5 seconds.")
        assert ask(want("git", f"{server.url}/y", "main"), asker) == found
        assert time.monotonic() - start < 15
        assert _ends(server.host), "what git started goes on"


def test_a_server_that_has_a_fault_for_a_moment_is_asked_again(data: Path) -> None:
    backend, faults = over_http(data.parent), [Reply(503), Reply(429)]
    with serving(lambda asked: faults.pop() if faults else backend(asked)) as server:
        assert ask(want("git", f"{server.url}/data.git", "main")) == commit(data, "main")


def test_a_server_that_has_a_fault_for_ever_is_left() -> None:
    with serving(InTurn(Reply(500))) as server:
        found = ask(want("git", f"{server.url}/x", "main"))
        assert found.startswith(f"HYD673\nThe server of `{server.host}/x` has a fault")
        assert len(server.log) == PATIENT.tries


def test_what_is_no_git_is_told() -> None:
    page = b"<html>\n<body>Log in to the network</body>\n</html>\n" * 20
    with serving(InTurn(Reply(200, page, {"Content-Type": "text/html"}))) as server:
        found = ask(want("git", f"{server.url}/x", "main"))
    assert found.startswith(f"HYD674\ngit cannot ask `{server.host}/x` (fatal: ")
    assert "<html>" not in found


def test_the_words_of_ssh_are_shown_and_those_of_git_that_follow_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\necho 'git@acme.invalid: Permission denied (publickey).' >&2\nexit 255\n", "utf-8")
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    assert ask(want("git", "git+ssh://git@acme.invalid/x", "main")).startswith(
        "HYD671\nThe server of `acme.invalid/x` wants credentials, or refuses them "
        "(git@acme.invalid: Permission denied (publickey))."
    )


def test_ssh_asks_no_question_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ssh = tmp_path / "ssh"
    ssh.write_text(
        f"#!/bin/sh\n(: </dev/tty) 2>/dev/null && touch {tmp_path}/terminal\nread line || exit 255\n", "utf-8"
    )
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    assert ask(want("git", "git+ssh://git@acme.invalid/x", "main")).startswith("HYD672\n")
    assert not (tmp_path / "terminal").exists()


def test_the_repository_around_and_the_traces_of_git_do_not_count(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A directory of the work tree that looks like a bare repository could name programs to run."""
    trap = tmp_path / "trap"
    trap.mkdir()
    git("init", "--quiet", "--bare", ".", at=trap)
    git("config", f"url.file://{tmp_path}/elsewhere/.insteadOf", f"file://{data.parent}/", at=trap)
    monkeypatch.chdir(trap)
    monkeypatch.setenv("GIT_DIR", str(trap))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert ask(want("git", f"file://{data}", "main")) == commit(data, "main")
    assert not (tmp_path / "trace").exists()


def _ends(host: str) -> bool:
    """Whether programs that were started with a host are soon gone, as long as the host has not answered."""
    for _ in range(50):
        if not any(host.encode() in _command(path) for path in Path("/proc").glob("[0-9]*/cmdline")):
            return True
        time.sleep(0.02)
    return False


def _command(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
