"""The git loaders' scripts against a real repository."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from compiler.sources.base import Source
from tests.unit.lowering.loaders import loader_container, source_of
from tests.unit.lowering.local import DIGEST, Local
from tests.unit.lowering.test_preload_script import wait_for

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")


class Remote:
    """A repository with a branch, a tag and three commits."""

    def __init__(self, root: Path) -> None:
        self.path = root / "remote"
        self.path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.commits = [self.commit(f"{number}") for number in (1, 2)]
        self.git("tag", "v1.0", self.commits[0])
        self.git("checkout", "--quiet", "-b", "next")
        self.commits.append(self.commit("3"))
        self.git("checkout", "--quiet", "main")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *IDENTITY, *arguments], cwd=self.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        (self.path / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "--quiet", "-m", text)
        return self.git("rev-parse", "HEAD")

    def source(self, **options: str) -> Source:
        """The source as a spec gives it, read from this machine."""
        made = source_of("GIT", "https://example.org/corpus.git", options)
        return made._replace(fields={**made.fields, "url": f"file://{self.path}"})


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path / "pod")


def loaded(local: Local, *, in_place: bool = False) -> str:
    return (local.volume / ("." if in_place else f"{DIGEST}/data") / "file").read_text()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "2"),
        ({"branch": "next"}, "3"),
        ({"branch": "v1.0"}, "1"),
        ({"branch": "next", "depth": "1"}, "3"),
        ({"depth": "1"}, "2"),
        ({"submodules": "false"}, "2"),
    ],
)
def test_what_is_asked_for_is_checked_out(options: dict[str, str], text: str, local: Local, remote: Remote) -> None:
    status, output = local.run(loader_container(local, remote.source(**options)))
    assert status == 0, output
    assert loaded(local) == text


@pytest.mark.parametrize("length", [40, 7])
@pytest.mark.parametrize("depth", ["", "1"])
def test_a_commit_in_full_or_shortened(length: int, depth: str, local: Local, remote: Remote) -> None:
    options = {"commit": remote.commits[0][:length], "branch": "main"} | ({"depth": depth} if depth else {})
    status, output = local.run(loader_container(local, remote.source(**options)))
    assert status == 0, output
    assert loaded(local) == "1"


def test_a_depth_is_kept(local: Local, remote: Remote) -> None:
    assert local.run(loader_container(local, remote.source(branch="main", depth="1")))[0] == 0
    counted = [
        "git",
        "-C",
        str(local.volume / DIGEST / "data"),
        "-c",
        "safe.directory=*",
        "rev-list",
        "--count",
        "HEAD",
    ]
    assert subprocess.run(counted, check=True, capture_output=True, text=True).stdout == "1\n"


@pytest.mark.parametrize("options", [{"branch": "gone"}, {"commit": "f" * 40}])
def test_what_is_not_there_fails(options: dict[str, str], local: Local, remote: Remote) -> None:
    status, _ = local.run(loader_container(local, remote.source(**options)))
    assert status != 0
    assert not (local.volume / DIGEST / "ready.json").exists()


def test_a_volume_with_lost_and_found_and_an_earlier_clone(local: Local, remote: Remote) -> None:
    (local.volume / "lost+found").mkdir(mode=0o700)
    assert local.run(loader_container(local, remote.source(), in_place=True))[0] == 0
    (local.volume / "file").write_text("changed by hand")
    remote.commit("4")
    (local.volume / ".hydra" / DIGEST / "ready.json").unlink()
    status, output = local.run(loader_container(local, remote.source(), in_place=True))
    assert status == 0, output
    assert loaded(local, in_place=True) == "4"


def test_a_load_that_was_killed_goes_on(local: Local, remote: Remote) -> None:
    container = loader_container(local, remote.source())
    git = subprocess.run(["which", "git"], check=True, capture_output=True, text=True).stdout.strip()
    local.program(
        "git", f'case " $* " in *" checkout "*) touch .git/index.lock "$LOG"; sleep 30 ;; esac; exec {git} "$@"'
    )
    process = local.start(container)
    wait_for(local.log.exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    (local.programs / "git").unlink()
    status, output = local.run(container)
    assert status == 0, output
    assert loaded(local) == "2"


def test_submodules(local: Local, remote: Remote, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Remote(tmp_path / "other")
    remote.git("submodule", "add", "--quiet", f"file://{other.path}", "part")
    remote.git("commit", "--quiet", "-m", "part")
    (local.scratch / ".gitconfig").write_text("[protocol.file]\n\tallow = always\n")
    status, output = local.run(loader_container(local, remote.source(submodules="true")))
    assert status == 0, output
    assert (local.volume / DIGEST / "data" / "part" / "file").read_text() == "2"


def asked(local: Local, question: str, **secrets: str) -> str:
    """What the loader's own askpass answers git."""
    local.program("git", ":")
    (local.volume / DIGEST / "data" / ".git").mkdir(parents=True)
    container = loader_container(local, source_of("GIT", "https://example.org/corpus.git"))
    local.program("git", f'case "$1" in fetch) "$GIT_ASKPASS" "{question}" >>"$LOG" || echo refused >>"$LOG" ;; esac')
    assert local.run(container, **secrets)[0] == 0
    return local.calls[0]


@pytest.mark.parametrize(
    ("secrets", "user", "password"),
    [
        ({"GIT_USERNAME": "me", "GIT_PASSWORD": "it's $(id)"}, "me", "it's $(id)"),
        ({"GIT_TOKEN": "t0ken"}, "oauth2", "t0ken"),
        ({"GIT_USERNAME": "me", "GIT_PASSWORD": "p", "GIT_TOKEN": "t"}, "me", "p"),
    ],
)
def test_credentials_reach_git_by_askpass(secrets: dict[str, str], user: str, password: str, tmp_path: Path) -> None:
    assert asked(Local(tmp_path / "user"), "Username for 'https://example.org': ", **secrets) == user
    assert asked(Local(tmp_path / "password"), "Password for 'https://me@example.org': ", **secrets) == password


@pytest.mark.parametrize("host", ["evil.org", "example.org.evil.org", "evil.org/https://example.org", "xexample.org"])
def test_no_other_host_gets_them(host: str, tmp_path: Path) -> None:
    """A submodule may be anywhere."""
    for number, question in enumerate((f"Username for 'https://{host}': ", f"Password for 'https://me@{host}': ")):
        assert asked(Local(tmp_path / str(number)), question, GIT_USERNAME="me", GIT_PASSWORD="p") == "refused"


def test_a_mirror_stands_in_for_the_host(local: Local) -> None:
    local.recorder("git")
    (local.volume / DIGEST / "data" / ".git").mkdir(parents=True)
    source = source_of("GIT", "https://example.org/org/corpus.git", {"branch": "main"})
    assert local.run(loader_container(local, source, git="http://git.acme.io"))[0] == 0
    assert any("[http://git.acme.io/example.org/org/corpus.git] [main]" in one for one in local.calls)


def test_submodules_go_to_the_mirror_as_well(local: Local) -> None:
    local.program("git", 'case "$1 $2" in "config --global") printf "%s\\n" "$*" >>"$LOG" ;; esac')
    (local.volume / DIGEST / "data" / ".git").mkdir(parents=True)
    source = source_of("GIT", "https://example.org/org/corpus.git", {"branch": "main"})
    assert local.run(loader_container(local, source, git="https://git.acme.io"))[0] == 0
    assert "config --global url.https://git.acme.io/.insteadOf https://" in local.calls
    assert "config --global --add url.https://git.acme.io/.insteadOf https://git.acme.io/" in local.calls


def test_ssh_uses_the_key_and_never_asks(local: Local) -> None:
    local.program(
        "git", 'case "$1" in fetch) printf "%s %s\\n" "$GIT_SSH_COMMAND" "$GIT_TERMINAL_PROMPT" >>"$LOG" ;; esac'
    )
    source = source_of("GIT", "git@example.org:org/corpus.git")
    (local.volume / DIGEST / "data" / ".git").mkdir(parents=True)
    status, output = local.run(loader_container(local, source))
    assert status == 0, output
    assert f"-i {local.scratch}/identity 0" in local.calls[0]
    assert "BatchMode" not in local.calls[0]
