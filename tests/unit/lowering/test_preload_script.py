"""The preload's script, as rendered, in a real shell."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from compiler.linking.artifact import Mounted
from tests.unit.lowering.local import DIGEST, Local, plan_of

LOAD = 'mkdir -p "$1"; printf data >"$1/file"; printf "loaded\\n" >>"$LOG"'
HOSTILE = ["$(touch owned)", "`touch owned`", "; touch owned", "a b\n c", "'\"\\", "-n", "*", "$HOME", "$$(HOME)", ""]


@pytest.fixture
def local(tmp_path: Path) -> Local:
    made = Local(tmp_path)
    made.program("load", LOAD)
    return made


def mounted(mode: str) -> Mounted:
    return Mounted(mode=mode, uid=os.getuid(), gid=os.getgid())


def mode_of(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


@pytest.mark.parametrize("in_place", [False, True])
def test_the_first_run_loads_and_the_second_finds_the_marker(local: Local, in_place: bool) -> None:
    plan = plan_of(local, ["load", str(local.volume / (DIGEST if not in_place else "") / "data")], in_place=in_place)
    container = local.container(plan)
    assert local.run(container)[0] == 0
    assert Path(plan.marker).read_text("utf-8") == plan.ready + "\n"
    status, output = local.run(container)
    assert (status, local.calls) == (0, ["loaded"])
    assert "nothing to load" in output


def test_the_marker_is_there_only_when_all_else_is(local: Local) -> None:
    plan = plan_of(local, ["load", plan_of(local, []).target])
    local.program("sync", f'test ! -e "{plan.marker}"; test -e "{plan.target}/file"; printf "synced\\n" >>"$LOG"')
    assert local.run(local.container(plan))[0] == 0
    assert local.calls == ["loaded", "synced"]
    assert [one.name for one in Path(plan.state).iterdir() if one.name.startswith("ready")] == ["ready.json"]


def test_a_loader_that_fails_leaves_no_marker(local: Local) -> None:
    local.program("load", "exit 7")
    plan = plan_of(local, ["load"])
    assert local.run(local.container(plan))[0] == 7
    assert not Path(plan.marker).exists()
    local.program("load", LOAD)
    assert local.run(local.container(plan._replace(arguments=["load", plan.target])))[0] == 0


def test_two_at_once_load_once(local: Local) -> None:
    local.program("load", f"sleep 0.5\n{LOAD}")
    container = local.container(plan_of(local, ["load", plan_of(local, []).target]))
    running = [local.start(container) for _ in range(3)]
    outputs = [one.communicate(timeout=60)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], outputs
    assert local.calls == ["loaded"]


def test_one_that_is_killed_leaves_no_marker_and_no_lock(local: Local) -> None:
    local.program("load", f'printf half >"$1/half"; printf "began\\n" >>"$LOG"; sleep 30\n{LOAD}')
    plan = plan_of(local, ["load", plan_of(local, []).target])
    process = local.start(local.container(plan))
    wait_for(lambda: local.calls == ["began"])
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert not Path(plan.marker).exists()
    local.program("load", LOAD)
    assert local.run(local.container(plan))[0] == 0
    assert Path(plan.marker).exists()


def test_a_daemon_of_the_loader_does_not_keep_the_lock(local: Local) -> None:
    local.program("load", 'sleep 5 >/dev/null 2>&1 &\nprintf "loaded\\n" >>"$LOG"; exit 1')
    container = local.container(plan_of(local, ["load"]))
    began = time.monotonic()
    assert local.run(container)[0] == 1
    assert local.run(container)[0] == 1
    assert time.monotonic() - began < 4


def test_a_volume_without_locks_is_loaded_all_the_same(local: Local) -> None:
    local.program("flock", "exit 1")
    status, output = local.run(local.container(plan_of(local, ["load", plan_of(local, []).target])))
    assert status == 0
    assert "no locks" in output


@pytest.mark.parametrize(("mode", "directory"), [("0640", "0750"), ("0440", "0750"), ("0444", "0755"), ("777", "0777")])
def test_modes_are_set_on_what_was_loaded(mode: str, directory: str, local: Local) -> None:
    plan = plan_of(local, ["load", plan_of(local, []).target], mount=mounted(mode))
    assert local.run(local.container(plan))[0] == 0
    assert mode_of(Path(plan.target) / "file") == mode.rjust(4, "0")
    assert mode_of(Path(plan.target)) == directory
    assert mode_of(Path(plan.marker)) == mode.rjust(4, "0")


def test_other_modes_are_applied_without_loading(local: Local) -> None:
    plan = plan_of(local, ["load", plan_of(local, []).target], mount=mounted("0440"))
    assert local.run(local.container(plan))[0] == 0
    status, output = local.run(local.container(plan._replace(pod=plan.pod._replace(mount=mounted("0660")))))
    assert status == 0
    assert "modes are 0660 now" in output
    assert local.calls == ["loaded"]
    assert mode_of(Path(plan.target) / "file") == "0660"


def test_what_others_put_on_the_volume_keeps_its_modes(local: Local) -> None:
    (local.volume / "lost+found").mkdir(mode=0o700)
    plan = plan_of(local, ["load", str(local.volume / "corpus")], in_place=True)
    assert local.run(local.container(plan))[0] == 0
    assert mode_of(local.volume / "lost+found") == "0700"


def test_hostile_text_stays_text(local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    local.program("load", 'for one in "$@"; do printf "<%s>" "$one" >>"$LOG"; done; printf "<%s>" "$EVIL" >>"$LOG"')
    plan = plan_of(local, ["load", *HOSTILE], environment={"EVIL": "$(touch owned) `id` $$"})
    plan = plan._replace(ready='{"of": "$(touch owned)`id`\\n$$"}')
    status, output = local.run(local.container(plan))
    assert status == 0, output
    written = local.log.read_text("utf-8")
    assert written == "".join(f"<{one}>" for one in (*HOSTILE, "$(touch owned) `id` $$"))
    assert Path(plan.marker).read_text("utf-8") == plan.ready + "\n"
    assert not (tmp_path / "owned").exists()


def wait_for(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)
