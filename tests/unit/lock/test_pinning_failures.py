"""`hydra lock` where something goes wrong: what was pinned stays, the rest goes on, and each thing is told once."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.emission import lock_file
from tests.command import repo_of, snapshot
from tests.unit.lock.place import LOADER, ROOT, Place, lock, move, placed, spec
from tests.unit.lock.servers import Asked, InTurn, Reply, as_json, serving


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with placed(tmp_path, monkeypatch) as one:
        yield one


def failed(place: Place, *arguments: str) -> list[tuple[str, int]]:
    """The codes and lines of a run that fails somewhere."""
    ran = lock(place, *arguments, form="json")
    assert ran.code == 1
    return [(one["code"], one["span"]["line"]) for one in ran.found]


def test_what_fails_takes_nothing_from_the_others(place: Place) -> None:
    place.hub.broken["org/base"] = as_json({"error": "gated"}, 403, X_Error_Code="GatedRepo")
    place.images.manifests.clear()
    ran = lock(place)
    assert ran.code == 1
    assert (
        "HYD671 error: `org/base` is open only to who was let in (403 Forbidden: gated).\n --> hydra.yaml:5:"
        in ran.output
    )
    assert "HYD670 error: There is no image" in ran.output
    assert "= note: `hf://org/base@main` stays without a pin." in ran.output
    assert len(place.lock["revisions"]) == 3
    assert "images" not in place.lock
    del place.hub.broken["org/base"]
    place.images.push(LOADER, "v1")
    assert lock(place).code == 0
    assert len(place.lock["revisions"]) == 4


BAD = {
    "401": (as_json({}, 401), "HYD671"),
    "403": (as_json({}, 403), "HYD671"),
    "404": (as_json({}, 404), "HYD670"),
    "429": (Reply(429, headers={"Retry-After": "900"}), "HYD673"),
    "time-out": (Reply(pause=1.5), "HYD672"),
    "garbage": (Reply(200, b"<html>"), "HYD674"),
    "truncated": (Reply(200, b"{", length=99), "HYD672"),
}


@pytest.mark.parametrize(("reply", "code"), BAD.values(), ids=BAD)
def test_what_fails_keeps_its_old_pin(place: Place, reply: Reply, code: str) -> None:
    lock(place)
    move(place)
    place.hub.broken = {"org/base": reply}
    ran = lock(place, "--update", "support-bot/base", "--update", "support-bot/tickets", form="json")
    assert ran.code == 1
    assert (ran.codes, ran.found[0]["span"]["line"]) == ([code], 5)
    assert ran.found[0]["notes"] == [f"`hydra.lock` keeps `{'a' * 40}` for `hf://org/base@main`."]
    assert place.lock["revisions"]["hf://org/base@main"] == "a" * 40
    assert place.lock["revisions"]["modelscope://org/small@master"] == "c" * 40


def test_without_any_server_nothing_is_lost_and_each_name_is_told_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(place)
    before = snapshot(place.repo)
    with serving(InTurn(Reply())) as gone:
        pass
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, gone.url)
    assert failed(place, "--all") == [("HYD672", 5)] * 2 + [("HYD672", 6), ("HYD672", 8), ("HYD672", 9)]
    assert snapshot(place.repo) == before
    assert "Nothing was written.\n" in lock(place, "--all").output


def test_without_git_the_rest_is_pinned(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place.repo))
    assert failed(place) == [("HYD675", 9)]
    assert len(place.lock["revisions"]) == 3


def test_a_lock_file_that_breaks_while_servers_are_asked_stays_as_it_is(place: Place) -> None:
    hub = place.hub

    def answer(asked: Asked) -> Reply:
        (place.repo / "hydra.lock").write_text("<<<<<<< HEAD\n", "utf-8")
        return hub(asked)

    place.hub_server.answers = answer
    ran = lock(place)
    assert ran.code == 1
    assert "Nothing was written.\n" in ran.output
    assert (place.repo / "hydra.lock").read_text("utf-8") == "<<<<<<< HEAD\n"


def test_specs_with_errors_are_told_and_nobody_is_asked(place: Place) -> None:
    lock(place)
    asked, before = place.asked(), (place.repo / "hydra.lock").read_bytes()
    (place.repo / "hydra.yaml").write_text(
        spec(place.git.host).replace("source: hf://org/base", "sorce: hf://org/base"), "utf-8"
    )
    ran = lock(place, "--all")
    assert ran.code == 1
    assert "hydra.yaml:5:" in ran.output
    assert (place.asked(), (place.repo / "hydra.lock").read_bytes()) == (asked, before)


def test_a_full_disk_leaves_the_lock_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(place)
    before = snapshot(place.repo)
    move(place)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place.repo / ".hydra" / "x"))

    monkeypatch.setattr(lock_file, "create", full)
    ran = lock(place, "--all", form="json")
    assert (ran.code, ran.codes) == (1, ["HYD023"])
    assert "No space left" in json.dumps(ran.found)
    assert snapshot(place.repo) == before


HEEDING = """\
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("compiler", run_name="__main__")
"""
"""The command, where interrupts are ignored as well: in the background of a shell, programs inherit that."""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_the_lock_file(place: Place, number: signal.Signals) -> None:
    lock(place)
    before = (place.repo / "hydra.lock").read_bytes()
    move(place)
    asked = len(place.hub_server.log)
    place.hub.broken = {"org/base": Reply(pause=30)}
    command = [sys.executable, "-c", HEEDING, "lock", "--all", str(place.repo)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    for _ in range(400):
        if len(place.hub_server.log) >= asked + 3:
            break
        time.sleep(0.02)
    time.sleep(0.1)
    start = time.monotonic()
    process.send_signal(number)
    output = process.communicate(timeout=25)[0]
    assert time.monotonic() - start < 15
    assert b"Traceback" not in output
    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert (place.repo / "hydra.lock").read_bytes() == before


def test_no_credentials_are_shown_or_kept(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = ("hf_hidden-word", "ms_hidden-word", "registry-hidden-word", "proxy-hidden-word")
    monkeypatch.setenv("HF_TOKEN", secrets[0])
    monkeypatch.setenv("MODELSCOPE_API_TOKEN", secrets[1])
    login = b64encode(f"me:{secrets[2]}".encode()).decode()
    repo_of(tmp_path / "home", {".docker/config.json": json.dumps({"auths": {place.registry.host: {"auth": login}}})})
    place.hub_server.answers = lambda asked: as_json({"error": f"{asked.headers}", "Message": f"{asked.headers}"}, 403)
    output = lock(place).output + lock(place, form="json").output
    assert len(place.registry.secrets()) > 1
    output += "".join(path.read_text("utf-8") for path in place.repo.rglob("*") if path.is_file())
    assert not [one for one in (*secrets, login) if one in output]
