"""A service goes on with the run that is committed, until another one is promoted: with real git, step by step."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.command import Ran, repo_of, run, snapshot

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {{name: {name}}}
spec:
  storage: {{default: {{class: cephfs, accessModes: [ReadWriteMany], fsGroup: true}}}}
  accelerators:
    a100-80gb: {{count: 64, perNode: 8, node: {{cpu: 96, memory: 1Ti}}}}
  operators: {{inference: {{api: serving.kserve.io/v1beta1, version: "0.18", mode: Standard, autoscaler: keda}}}}
"""
PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
clusters: [prod]
datasets:
  tickets: {source: s3://corp/tickets, secret: s3, format: {style: alpaca, splits: {train: train.jsonl}}}
models:
  base: {source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28}
  other: {source: hf://Qwen/Qwen2.5-7B-Instruct@bb46c15ee4bb56c5b63245ef50fd7637234d6f75}
finetunes:
  lora:
    model: base
    dataset: tickets
    hyperparameters: {learningRate: 1.0e-4, globalBatchSize: 64}
    accelerator: {type: a100-80gb, count: 8}
    output: {size: 100Gi, merge: true}
"""
SERVICES = """\
services:
  chat: {model: lora, runtime: vllm, accelerator: {type: a100-80gb}}
"""
SECOND = SERVICES.replace("  chat:", "  second:").removeprefix("services:\n")
KEY = ("prod", "bot/services/chat", "bot/finetunes/lora")


class Team:
    """A repo with git, and what people do in it."""

    def __init__(self, root: Path, services: str = SERVICES) -> None:
        self.root = repo_of(root, {"clusters/prod.yaml": CLUSTER.format(name="prod"), "hydra.yaml": PROJECT + services})

    def git(self, *arguments: str) -> str:
        """Run git."""
        who = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
        done = subprocess.run(
            ["git", "-C", str(self.root), *who, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout

    def commit(self) -> None:
        """Commit everything."""
        if not (self.root / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def edit(self, old: str, new: str, file: str = "hydra.yaml") -> None:
        """Replace a text in a file."""
        text = (self.root / file).read_text()
        assert old in text
        (self.root / file).write_text(text.replace(old, new))

    def compile(self, *arguments: str) -> Ran:
        """Compile without errors."""
        ran = run(self.root, "compile", *arguments)
        assert ran.errors() == []
        return ran

    def promote(self, *arguments: str) -> Ran:
        """Promote, in words."""
        return run(self.root, "promote", *arguments, form="text")

    @property
    def lock(self) -> Mapping[tuple[str, str, str], Mapping[str, str]]:
        """The entries of the lock file by cluster, consumer and fine-tuning."""
        file = self.root / "hydra.lock"
        promotions = yaml.safe_load(file.read_text())["promotions"] if file.exists() else {}
        return {
            (cluster, consumer, finetune): entry
            for cluster, consumers in promotions.items()
            for consumer, finetunes in consumers.items()
            for finetune, entry in finetunes.items()
        }

    @property
    def service(self) -> str:
        """The rendered service."""
        return (self.root / "rendered/prod/nlp/bot/inferenceservice-bot-chat.yaml").read_text()

    @property
    def served(self) -> list[str]:
        """The runs that the list file says are served."""
        lines = (self.root / "rendered/hydra.list").read_text().splitlines()
        return [yaml.safe_load(line.removeprefix("serves "))["run"] for line in lines if line.startswith("serves ")]


@pytest.fixture
def team(tmp_path: Path) -> Team:
    """A repo that was compiled and committed."""
    made = Team(tmp_path / "repo")
    made.compile()
    made.commit()
    return made


def test_nothing_is_held_before_the_first_commit(tmp_path: Path) -> None:
    team = Team(tmp_path)
    team.commit()
    team.compile()
    (first,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    assert team.lock == {}
    assert team.served != [first]


def test_an_edit_after_the_commit_records_the_old_run(team: Team) -> None:
    (old,) = team.served
    assert not (team.root / "hydra.lock").exists()
    service = team.service
    assert f"runs/{old}/merged" in service
    team.edit("1.0e-4", "2.0e-4")
    before = snapshot(team.root)
    validated = run(team.root, "validate")
    assert snapshot(team.root) == before
    ran = team.compile()
    (held,) = [one for one in ran.found if one["code"] == "HYD561"]
    assert (held["severity"], held["span"]["line"]) == ("info", 18)
    assert f"Run `{old}` of `bot/finetunes/lora` is served" in held["message"]
    assert held in validated.found
    assert team.lock == {KEY: {"run": old, "result": "merged"}}
    assert team.served == [old]
    assert team.service == service


def test_the_old_run_stays_over_further_edits_and_commits(team: Team) -> None:
    (old,) = team.served
    for before, after in (("1.0e-4", "2.0e-4"), ("2.0e-4", "3.0e-4"), ("globalBatchSize: 64", "globalBatchSize: 32")):
        team.edit(before, after)
        team.compile()
        team.commit()
    assert (team.lock[KEY]["run"], team.served) == (old, [old])


def test_an_edit_that_asks_for_no_other_run_records_nothing(team: Team) -> None:
    team.edit("count: 8", "count: 16")
    team.compile()
    assert team.lock == {}


def test_an_edit_that_is_taken_back_leaves_what_was_recorded(team: Team) -> None:
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    team.edit("2.0e-4", "1.0e-4")
    ran = team.compile()
    assert "HYD561" not in ran.codes
    assert team.served == [old]


def test_promote_moves_to_the_current_run_and_the_next_edit_keeps_that(team: Team) -> None:
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    team.commit()
    tree = snapshot(team.root / "rendered")
    done = team.promote("bot/chat")
    new = team.lock[KEY]["run"]
    assert done.code == 0
    assert (
        f"bot/services/chat on prod: lora {old} -> {new}\n`hydra.lock` was written. Run `hydra compile`" in done.output
    )
    assert new != old
    assert snapshot(team.root / "rendered") == tree
    assert run(team.root, "compile", "--check").code == 1
    ran = team.compile()
    assert "HYD561" not in ran.codes
    assert team.served == [new]
    assert old not in team.service
    assert f"runs/{new}/merged" in team.service
    service = team.service
    team.commit()
    team.edit("2.0e-4", "3.0e-4")
    team.compile()
    assert (team.lock[KEY]["run"], team.served) == (new, [new])
    assert team.service == service


def test_promote_before_the_compile_that_would_record(team: Team) -> None:
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    assert f"lora {old} -> " in team.promote("bot/chat").output
    team.compile()
    assert team.served == [team.lock[KEY]["run"]] != [old]


def test_promote_goes_back_to_a_run_by_its_digest(team: Team) -> None:
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.promote("bot/services/chat")
    assert team.promote("bot/chat", "--run", old).code == 0  # Known by the last commit.
    assert team.lock[KEY]["run"] == old
    team.promote("bot/chat")
    team.compile()
    team.commit()
    warned = run(team.root, "promote", "bot/chat", "--run", old)
    assert (warned.code, warned.codes) == (0, ["HYD563"])
    team.compile()
    assert team.served == [old]


def test_promote_says_where_nothing_changes(team: Team) -> None:
    (old,) = team.served
    done = team.promote("bot/lora")
    assert (done.code, done.output.splitlines()[0]) == (
        0,
        f"bot/services/chat on prod serves run {old} of lora already.",
    )
    assert not (team.root / "hydra.lock").exists()


def test_every_service_on_a_fine_tuning_and_a_run_that_is_misspelt(tmp_path: Path) -> None:
    team = Team(tmp_path / "repo", SERVICES + SECOND)
    team.compile()
    team.commit()
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    assert [key[1] for key in team.lock] == ["bot/services/chat", "bot/services/second"]
    old = team.lock[KEY]["run"]
    wrong = "2" + old[1:] if old[0] != "2" else "4" + old[1:]
    warned = run(team.root, "promote", "bot/second", "--run", wrong)
    assert [(one["code"], one["candidates"]) for one in warned.found] == [("HYD563", [old])]
    team.promote("bot/lora")
    assert len({entry["run"] for entry in team.lock.values()} - {old, wrong}) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("bot/chta",), "No service and no fine-tuning that is served is called `bot/chta`. Did you mean `bot/chat`?"),
        (("search/index",), "There are `bot/chat` and `bot/lora`."),
        (("bot/chat", "--run", "latest"), "`latest` is no run."),
        (("bot/chat", "--run", "6H8828FK56"), "`6H8828FK56` is no run."),
    ],
)
def test_wrong_use_names_what_may_have_been_meant(arguments: tuple[str, ...], said: str, team: Team) -> None:
    from click.testing import CliRunner

    from compiler.cli import hydra

    result = CliRunner().invoke(hydra, ["promote", arguments[0], str(team.root), *arguments[1:]])
    assert (result.exit_code, said in result.stderr) == (2, True), result.stderr
    assert not (team.root / "hydra.lock").exists()


def test_errors_in_the_specs_or_in_the_lock_write_nothing(team: Team) -> None:
    (team.root / "hydra.lock").write_text("version: 2\n")
    before = snapshot(team.root)
    assert run(team.root, "promote", "bot/chat").codes == ["HYD560"]
    assert "HYD560" in run(team.root, "compile").codes
    assert "HYD560" in run(team.root, "promote", "bot/gone").codes
    assert snapshot(team.root) == before


def test_check_shows_a_lock_that_a_compile_would_change(team: Team) -> None:
    team.edit("1.0e-4", "2.0e-4")
    before = snapshot(team.root)
    stale = run(team.root, "compile", "--check")
    assert (stale.code, {"HYD028", "HYD564"} <= {*stale.codes}) == (1, True)
    shown = run(team.root, "compile", "--check", form="text").output
    assert "--- /dev/null\n+++ b/hydra.lock\n" in shown
    assert snapshot(team.root) == before
    team.compile()
    assert run(team.root, "compile", "--check").code == 0
    (team.root / "hydra.lock").unlink()
    stale = run(team.root, "compile", "--check")
    assert (stale.code, [code for code in stale.codes if code in ("HYD028", "HYD564")]) == (1, ["HYD564"])
    team.compile()
    assert run(team.root, "compile", "--check").code == 0


def test_the_entry_goes_with_the_service(team: Team) -> None:
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    team.commit()
    team.edit(SERVICES, "")
    (unused,) = [one for one in run(team.root, "validate").found if one["code"] == "HYD562"]
    assert unused["span"]["file"] == "hydra.lock"
    assert unused["span"]["line"] == 7
    assert team.lock
    ran = team.compile()
    assert "HYD562" in ran.codes
    assert not (team.root / "hydra.lock").exists()
    assert "HYD562" not in team.compile().codes


def test_the_entry_goes_where_the_service_names_something_else(team: Team) -> None:
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    team.commit()
    team.edit("{model: lora,", "{model: base,")
    team.compile()
    assert (team.lock, team.served) == ({}, [])


def test_a_mistake_takes_nothing_out(team: Team) -> None:
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    lock = (team.root / "hydra.lock").read_bytes()
    team.edit("{model: lora,", "{model: lroa,")
    ran = run(team.root, "compile")
    assert (ran.code, "HYD562" in ran.codes) == (1, False)
    assert (team.root / "hydra.lock").read_bytes() == lock


def test_without_git_the_tree_says_what_was_served(tmp_path: Path) -> None:
    team = Team(tmp_path / "repo")
    team.compile()
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    assert (team.lock[KEY]["run"], team.served) == (old, [old])
    team.promote("bot/chat")
    team.compile()
    assert team.served != [old]


def test_a_lock_that_was_lost_in_a_crash_is_made_again(team: Team) -> None:
    """The tree changes first: killed after it, the list still says what is served."""
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    lock = (team.root / "hydra.lock").read_bytes()
    (team.root / "hydra.lock").unlink()
    shutil.rmtree(team.root / ".git")
    team.compile()
    assert (team.root / "hydra.lock").read_bytes() == lock


def test_a_cluster_by_itself_leaves_the_entries_of_others(team: Team) -> None:
    (team.root / "clusters/dev.yaml").write_text(CLUSTER.format(name="dev"))
    team.edit("clusters: [prod]", "clusters: [prod, dev]")
    team.compile()
    team.commit()
    team.edit("1.0e-4", "2.0e-4")
    team.compile("--cluster", "dev")
    assert [key[0] for key in team.lock] == ["dev"]
    team.compile("--cluster", "prod")
    assert [key[0] for key in team.lock] == ["dev", "prod"]
    team.promote("bot/chat", "--cluster", "dev")
    assert len({entry["run"] for entry in team.lock.values()}) == 2
    team.edit("clusters: [prod, dev]", "clusters: [prod]")
    (team.root / "clusters/dev.yaml").unlink()
    claims = [f"PersistentVolumeClaim/nlp/bot-{name}" for name in ("base", "lora", "other", "tickets")]
    (team.root / ".hydra.yaml").write_text(f"acknowledge: [{', '.join(claims)}]\n")
    team.compile()
    assert [key[0] for key in team.lock] == ["prod"]


def test_any_number_of_processes_writes_the_same_lock(team: Team) -> None:
    (team.root / "clusters/dev.yaml").write_text(CLUSTER.format(name="dev"))
    team.edit("clusters: [prod]", "clusters: [prod, dev]")
    team.compile()
    team.commit()
    team.edit("1.0e-4", "2.0e-4")
    shutil.copytree(team.root, team.root.with_name("copy"))
    team.compile("--jobs", "1")
    run(team.root.with_name("copy"), "compile", "--jobs", "3")
    assert snapshot(team.root.with_name("copy")) == snapshot(team.root)


def test_another_output_is_a_preview_and_leaves_the_lock(team: Team) -> None:
    (old,) = team.served
    team.edit("1.0e-4", "2.0e-4")
    team.compile("--out", "preview")
    assert team.lock == {}
    listing = (team.root / "preview/hydra.list").read_text()
    assert f'"run": "{old}"' in listing


def test_an_adapter_is_recorded_with_its_base(team: Team) -> None:
    team.edit("merge: true", "merge: false")
    team.compile()
    team.commit()
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    (old,) = team.served
    entry = team.lock[KEY]
    assert (entry["run"], entry["result"]) == (old, "adapter")
    assert f"runs/{old}/adapter" in team.service
    team.commit()
    team.edit("    model: base", "    model: other")
    assert run(team.root, "compile").code == 1  # It would be loaded beside a model that it was not trained on.
    assert team.lock[KEY] == entry
    assert team.promote("bot/chat").code == 0
    team.compile()
    assert entry["base"] != team.lock[KEY]["base"]


def test_merging_later_is_promoted_like_another_run(team: Team) -> None:
    team.edit("merge: true", "merge: false")
    team.edit("1.0e-4", "2.0e-4")
    assert "(merged -> adapter)" in team.promote("bot/chat").output
    team.edit("merge: false", "merge: true")
    assert "(adapter -> merged)" in team.promote("bot/chat").output


def test_what_was_recorded_is_not_believed_from_memory(team: Team, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    team.edit("1.0e-4", "2.0e-4")
    for _ in range(3):
        assert run(team.root, "compile", cache=cache).code == 0
    lock = (team.root / "hydra.lock").read_bytes()
    (team.root / "hydra.lock").unlink()
    assert run(team.root, "compile", "--check", cache=cache).code == 1
    run(team.root, "compile", cache=cache)
    assert (team.root / "hydra.lock").read_bytes() == lock


MOUNTED = """\
jobs:
  judge: {framework: pytorch, image: acme.io/judge:1, command: [judge], mounts: {/model: {model: lora}}}
"""


def test_a_job_goes_on_with_the_run_that_it_mounts(tmp_path: Path) -> None:
    team = Team(tmp_path, services=MOUNTED)
    team.compile()
    team.commit()
    job = team.root / "rendered/prod/nlp/bot/pytorchjob-bot-judge.yaml"
    before = job.read_text()
    team.edit("1.0e-4", "2.0e-4")
    team.compile()
    assert job.read_text() == before
    assert ("prod", "bot/jobs/judge", "bot/finetunes/lora") in team.lock
    assert run(team.root, "promote", "bot/lora").code == 0
    team.compile()
    assert job.read_text() != before
