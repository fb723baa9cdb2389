"""`hydra lock` as its users run it, against servers of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from compiler.cli import hydra
from tests.command import inside, repo_of, run, snapshot
from tests.unit.lock.place import Place, lock, move, placed, spec
from tests.unit.lock.repositories import git
from tests.unit.lock.servers import Asked, Reply

PROMOTIONS = """\
promotions:
  prod:
    support-bot/services/chat:
      support-bot/finetunes/tickets-lora: {run: 6h8828fk56, result: merged}
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with placed(tmp_path, monkeypatch) as one:
        yield one


def test_everything_that_moves_is_pinned_and_then_nobody_is_asked(place: Place) -> None:
    ran = lock(place)
    assert ran.code == 0, ran.output
    assert place.lock["revisions"] == {
        f"git+http://{place.git.host}/data.git@main": git("rev-parse", "main", at=place.code),
        "hf://datasets/org/tickets@main": "b" * 40,
        "hf://org/base@main": "a" * 40,
        "modelscope://org/small@master": "c" * 40,
    }
    assert place.lock["images"] == {place.image: place.digest}
    assert "hf://org/base@main: aaaaaaaaaaaa, new\n" in ran.output
    assert "`hydra.lock` was written, with 5 pins. Run `hydra compile`, and commit both.\n" in ran.output
    asked, before = place.asked(), snapshot(place.repo)
    again = lock(place)
    assert (again.code, place.asked(), snapshot(place.repo)) == (0, asked, before)
    assert again.output.startswith("`hydra.lock` needs no change: 5 pins.\nNo findings")


def test_a_compile_takes_the_pins_and_asks_nobody(place: Place) -> None:
    lock(place)
    asked = place.asked()
    ran = run(place.repo, "compile")
    assert (ran.code, ran.errors(), place.asked()) == (0, [], asked)
    tree = "".join(path.read_text("utf-8") for path in (place.repo / "rendered").rglob("*.yaml"))
    assert "a" * 40 in tree
    assert "b" * 40 in tree
    assert f"{place.image}@{place.digest}" in tree


def test_what_is_pinned_stays_until_it_is_named(place: Place) -> None:
    lock(place)
    before = place.lock
    move(place)
    assert lock(place).code == 0
    assert place.lock == before
    ran = lock(place, "--update", "support-bot/base")
    assert ran.output.startswith("hf://org/base@main: aaaaaaaaaaaa -> dddddddddddd\n`hydra.lock` was written")
    after = place.lock
    assert after["revisions"].pop("hf://org/base@main") == "d" * 40
    before["revisions"].pop("hf://org/base@main")
    assert after == before


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("support-bot/models/base", "hf://org/base@main"),
        ("models.base", "hf://org/base@main"),
        ("hf://org/base@main", "hf://org/base@main"),
        ("hf://org/base", "hf://org/base@main"),
        ("modelscope://org/small", "modelscope://org/small@master"),
        ("hf://datasets/org/tickets", "hf://datasets/org/tickets@main"),
        ("{image}", "{image}"),
        ("{host}/baizeai/dataset-data-loader", "{image}"),
    ],
)
def test_names_that_an_update_takes(place: Place, name: str, changed: str) -> None:
    lock(place)
    before = {**place.lock["revisions"], **place.lock["images"]}
    move(place)
    words = {"image": place.image, "host": place.registry.host}
    assert lock(place, "--update", name.format(**words)).code == 0
    after = {**place.lock["revisions"], **place.lock["images"]}
    assert [key for key in before if before[key] != after[key]] == [changed.format(**words)]


def test_everything_is_resolved_anew_where_that_is_asked_for(place: Place) -> None:
    lock(place)
    digest = move(place)
    ran = lock(place, "--all")
    assert ran.code == 0
    assert place.lock["images"] == {place.image: digest}
    assert list(place.lock["revisions"].values()).count("d" * 40) == 3
    assert f"{place.image}: {place.digest[:19]} -> {digest[:19]}\n" in ran.output


def test_a_name_that_nothing_has_is_wrong_use(place: Place) -> None:
    with inside(place.repo):
        result = CliRunner().invoke(hydra, ["lock", "--update", "support-bot/bse"])
        assert result.exit_code == 2
        assert "Nothing that is pinned is called `support-bot/bse`. Did you mean `support-bot/base`" in result.stderr
        result = CliRunner().invoke(hydra, ["lock", "--update", "\x1b[2J"])
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
    assert place.asked() == 0


def test_what_nothing_needs_any_more_goes(place: Place) -> None:
    lock(place)
    (place.repo / "hydra.yaml").write_text(
        spec(place.git.host, tickets="hf://datasets/org/tickets@" + "b" * 40), "utf-8"
    )
    asked = place.asked()
    ran = lock(place)
    assert "hf://datasets/org/tickets@main: bbbbbbbbbbbb is not needed any more\n" in ran.output
    assert "hf://datasets/org/tickets@main" not in place.lock["revisions"]
    assert len(place.lock["revisions"]) == 3
    assert place.asked() == asked


def test_promotions_are_left_alone(place: Place) -> None:
    text = f"version: 1\n{PROMOTIONS}"
    (place.repo / "hydra.lock").write_text(text, "utf-8")
    lock(place)
    assert place.lock["promotions"] == yaml.safe_load(text)["promotions"]
    assert len(place.lock["revisions"]) == 4


def test_what_a_compile_writes_while_servers_are_asked_stays(place: Place) -> None:
    hub = place.hub

    def answer(asked: Asked) -> Reply:
        (place.repo / "hydra.lock").write_text(f"version: 1\n{PROMOTIONS}", "utf-8")
        return hub(asked)

    place.hub_server.answers = answer
    lock(place)
    assert "support-bot/services/chat" in place.lock["promotions"]["prod"]
    assert len(place.lock["revisions"]) == 4


def test_a_repo_in_which_nothing_moves_gets_no_lock_file(tmp_path: Path) -> None:
    text = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: bot, namespace: nlp}\nmodels:\n"
    repo = repo_of(tmp_path, {"hydra.yaml": f"{text}  base: {{source: pvc://weights}}\n"})
    ran = run(repo, "lock", form="text")
    assert ran.code == 0, ran.output
    assert ran.output.startswith("`hydra.lock` needs no change: 0 pins.\n")
    assert not (repo / "hydra.lock").exists()
