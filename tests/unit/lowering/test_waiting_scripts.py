"""The gate's and the directory's scripts, as rendered, in a real shell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from compiler.lowering.directory import ROOT, directory_job
from compiler.lowering.gate import Gate, gate_container
from compiler.lowering.preload import preload
from compiler.planning.plans import DirectoryPlan
from tests.unit.lowering.local import Local, plan_of
from tests.unit.lowering.test_preload_script import mode_of


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path)


def gate_of(local: Local, seconds: int) -> Gate:
    return Gate(
        name="wait-for-base",
        image="example.org/wait:1",
        wanted="support-bot/models/base",
        producer="Job nlp/support-bot-base-preload",
        marker=str(local.volume / "ready.json"),
        timeout_seconds=seconds,
        volume="base",
        mount_path=str(local.volume),
    )


def test_a_gate_passes_where_the_marker_stands(local: Local) -> None:
    (local.volume / "ready.json").write_text("{}")
    status, output = local.run(gate_container(gate_of(local, 60)))
    assert (status, output) == (0, "hydra: support-bot/models/base is ready\n")


def test_a_gate_waits_for_the_marker(local: Local) -> None:
    local.recorder("sleep", also=f'printf "{{}}" >"{local.volume}/ready.json"')
    status, output = local.run(gate_container(gate_of(local, 60)))
    assert status == 0
    assert "waiting for support-bot/models/base, made by Job nlp/support-bot-base-preload (0 s of 60 s)" in output


def test_an_empty_marker_is_none(local: Local) -> None:
    (local.volume / "ready.json").touch()
    assert local.run(gate_container(gate_of(local, 0)))[0] == 1


def test_a_gate_gives_up_and_says_who_is_late(local: Local) -> None:
    local.program("sleep", ":")
    status, output = local.run(gate_container(gate_of(local, 120)))
    assert status == 1
    assert output.splitlines()[-1] == (
        f"hydra: gave up after 120 s: support-bot/models/base is not ready ({local.volume}/ready.json); "
        "it is made by Job nlp/support-bot-base-preload"
    )
    assert len(output.splitlines()) == 3


def directory_container(local: Local, path: str) -> dict[str, Any]:
    preloaded = plan_of(local, [])
    plan = DirectoryPlan(preloaded.identity, preloaded.pod, "example.org/busybox:1", "export", path)
    container = directory_job(plan).body["spec"]["template"]["spec"]["containers"][0]
    values = [{**one, "value": one["value"].replace(ROOT, str(local.volume))} for one in container["env"]]
    return {**container, "env": values}


def test_a_directory_is_made_beside_those_of_other_users(local: Local) -> None:
    for name in ("corpus", "model"):
        status, output = local.run(directory_container(local, f"nlp/{name}"))
        assert (status, output) == (0, f"hydra: {local.volume}/nlp/{name} is there\n")
    assert mode_of(local.volume / "nlp") == "1777"
    assert mode_of(local.volume / "nlp" / "corpus") == "0775"


def test_a_directory_that_is_there_is_left_as_it_is(local: Local) -> None:
    (local.volume / "nlp" / "corpus").mkdir(parents=True, mode=0o700)
    assert local.run(directory_container(local, "nlp/corpus"))[0] == 0
    assert mode_of(local.volume / "nlp" / "corpus") == "0700"
    assert mode_of(local.volume / "nlp") != "1777"


def test_directories_made_at_once(local: Local) -> None:
    running = [local.start(directory_container(local, "nlp/corpus")) for _ in range(4)]
    assert [(one.wait(60), one.communicate()[0])[0] for one in running] == [0] * 4


def test_scripts_hold_nothing_that_flux_or_the_kubelet_would_replace(local: Local) -> None:
    container = preload(plan_of(local, ["load"])).body["spec"]["template"]["spec"]["containers"][0]
    texts = [*container["command"], *gate_container(gate_of(local, 1))["command"]]
    texts += directory_container(local, "a/b")["command"]
    for text in texts:
        assert "${" not in text
        assert "$$" not in text
