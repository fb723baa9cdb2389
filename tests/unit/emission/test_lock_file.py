"""The lock file: written for reviews, read strictly, and changed together with the tree."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.emission import lock_file, tree
from compiler.emission.listing import Listing
from compiler.emission.lock_file import Change, Lock
from compiler.linking.promotion import Promotion
from compiler.lock.pins import Pins
from compiler.lock.reading import LockFile, lock_of
from compiler.repo import Repo
from tests.command import snapshot
from tests.strategies import yaml_like
from tests.unit.emission.strategies import promotions

CHAT = "support-bot/services/chat"
LORA = Promotion("support-bot/finetunes/tickets-lora", "6h8828fk56", "merged")
STYLE = Promotion("support-bot/finetunes/style", "2222222222", "adapter", "4445bh2888")
LOCK = Lock({"prod": {(CHAT, LORA.of): LORA, (CHAT, STYLE.of): STYLE}, "dev": {(CHAT, LORA.of): LORA}})
TEXT = """\
# Written by hydra, and committed: which runs services go on with when a fine-tuning changes.
# `hydra promote` moves a service to another run. In a merge conflict keep the lines of both sides, but one run a service.
version: 1
promotions:
  dev:
    support-bot/services/chat:
      support-bot/finetunes/tickets-lora: {run: 6h8828fk56, result: merged}
  prod:
    support-bot/services/chat:
      support-bot/finetunes/style: {run: "2222222222", result: adapter, base: 4445bh2888}
      support-bot/finetunes/tickets-lora: {run: 6h8828fk56, result: merged}
"""
DIGITS = "1234567890" * 4
FLOAT = f"1e{'2' * 38}"
SHA256 = "9b2c" * 16
PINS = Pins(
    {"hf://acme/own@main": "a09a35458c702b33eeacc393d103063234e8bc28", "git+https://h/r.git": DIGITS},
    {"docker.io/library/alpine:3.20": f"sha256:{SHA256}"},
)
PINNED = f"""\
version: 1
revisions:
  git+https://h/r.git: "{DIGITS}"
  hf://acme/own@main: a09a35458c702b33eeacc393d103063234e8bc28
images:
  docker.io/library/alpine:3.20: sha256:{SHA256}
"""

hosts = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12) | st.sampled_from(["a,b", "a: b", "on", "1e3"])
names = texts | st.text(min_size=900, max_size=910, alphabet="ab\n")

commits = st.text("0123456789abcdef", min_size=40, max_size=40) | st.sampled_from([DIGITS, FLOAT, SHA256])
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:".__add__)
pins = st.builds(Pins, st.dictionaries(names, commits, max_size=3), st.dictionaries(names, digests, max_size=3))


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """Any lock, without clusters that serve nothing."""
    by_cluster = {}
    for cluster in draw(st.lists(hosts, max_size=3, unique=True)):
        ones = draw(st.lists(st.tuples(names, promotions(names)), min_size=1, max_size=4))
        by_cluster[cluster] = {(consumer, one.of): one for consumer, one in ones}
    return Lock(by_cluster, draw(pins))


def read(root: Path, text: str) -> tuple[LockFile, list[str]]:
    """A lock file as a repo has it, and the codes of what is found."""
    (root / "hydra.lock").write_text(text, "utf-8", newline="")
    staged = lock_of(Repo(root))
    return staged.value, [one.code.id for one in staged.found]


def test_an_entry_is_a_line_and_lines_are_sorted() -> None:
    assert LOCK.text() == TEXT


def test_a_lock_with_nothing_to_say_is_no_file(tmp_path: Path) -> None:
    assert Lock().text() is None
    assert Lock({"prod": {}}).text() is None
    assert lock_of(Repo(tmp_path)) == (LockFile(), ())


@given(lock=locks())
@example(lock=Lock(pins=Pins({"a: b": FLOAT, "? on": DIGITS, "1": SHA256})))
@example(lock=Lock({"1": {("on", "a: b, {c}"): Promotion("a: b, {c}", "2222222222", "adapter", "2445555555")}}))
def test_a_lock_reads_back_as_it_was(lock: Lock, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = lock.text() or ""
    value, found = read(tmp_path_factory.mktemp("repo"), text)
    assert found == []
    assert value.lock == lock
    assert value.change(lock) == (text, lock.text())
    if text:  # What other readers read is the same, but for keys that their own limit forbids.
        assert yaml.safe_load(text)["version"] == 1


def test_pins_stand_before_promotions_a_line_a_name_and_sorted() -> None:
    alone, both = Lock(pins=PINS).text() or "", Lock(LOCK.promotions, PINS).text() or ""
    assert alone.partition("version: ")[2] == PINNED.removeprefix("version: ")
    assert both == alone + TEXT.partition("version: 1\n")[2]


def test_a_lock_without_pins_is_written_as_before() -> None:
    assert Lock(LOCK.promotions, Pins({}, {})).text() == TEXT


@given(
    text=st.text(max_size=60)
    | yaml_like()
    | yaml_like().map(lambda text: f"version: 1\nrevisions:\n  {text}")
    | yaml_like().map(lambda text: f"version: 1\npromotions:\n  {text}")
)
@example(text="version: true\n")
@example(text="version: 1.0\n")
@example(text="promotions: {prod: {a: {b: {run: 1, result: merged}}}}\nversion: 1\n")
def test_any_text_is_read_without_an_exception(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    value, found = read(tmp_path_factory.mktemp("repo"), text)
    assert not found or value.lock == Lock()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("version: 2\nmodels: {}\n", "HYD560"),
        ("version: 1\nmodels: {}\n", "HYD201"),
        ("promotions: {}\n", "HYD202"),
        ("version: one\n", "HYD204"),
        ("version: 1\n---\nversion: 1\n", "HYD566"),
        ("version: 1\npromotions: []\n", "HYD203"),
        ("version: 1\nrevisions:\n", "HYD203"),
        ("version: 1\nimages: []\n", "HYD203"),
        (PINNED.replace("a09a35458c", "a09a"), "HYD205"),
        (PINNED.replace(f'"{DIGITS}"', DIGITS), "HYD114"),
        (PINNED.replace(f'"{DIGITS}"', FLOAT), "HYD114"),
        (PINNED.replace("sha256:9b", "sha512:9b"), "HYD205"),
        (PINNED.replace("sha256:9b", "9b"), "HYD205"),
        (PINNED.replace("  hf://acme/own@main: a0", "  git+https://h/r.git: a0"), "HYD110"),
        ("- version: 1\n", "HYD105"),
        (TEXT.replace("6h8828fk56, result: merged", "6h8828fk56"), "HYD202"),
        (TEXT.replace(", base: 4445bh2888", ""), "HYD202"),
        (TEXT.replace("result: adapter", "result: merged"), "HYD201"),
        (TEXT.replace("6h8828fk56", "../../etc"), "HYD205"),
        (TEXT.replace("result: adapter", "result: ../x"), "HYD204"),
        (TEXT.replace("  prod:", "  dev:"), "HYD110"),
        (TEXT.replace("  prod:\n", "<<<<<<< HEAD\n  prod:\n=======\n>>>>>>> other\n"), "HYD101"),
    ],
)
def test_what_is_no_lock_is_an_error_and_says_nothing(text: str, code: str, tmp_path: Path) -> None:
    value, found = read(tmp_path, text)
    assert code in found
    assert value.lock == Lock()


def test_some_clusters_are_replaced_and_the_others_stay() -> None:
    fresh = {"prod": {(CHAT, LORA.of): LORA._replace(run="7h8828fk56")}}
    assert LOCK.with_clusters(fresh, ["prod"]).promotions == {**LOCK.promotions, **fresh}
    assert LOCK.with_clusters({"prod": {}}, ["prod"]).promotions == {"dev": LOCK.promotions["dev"]}
    assert LOCK.with_clusters(fresh, None).promotions == fresh


@pytest.mark.parametrize("clusters", [None, [], ["prod"]])
def test_pins_stay_whatever_is_compiled(clusters: list[str] | None) -> None:
    lock = Lock(LOCK.promotions, PINS)
    assert lock.with_clusters({"prod": {}}, clusters).pins == PINS
    assert Lock(pins=PINS).with_clusters({}, clusters).pins == PINS


def test_the_difference_reads_like_that_of_git() -> None:
    moved = Lock({**LOCK.promotions, "dev": {(CHAT, LORA.of): LORA._replace(run="7h8828fk56")}})
    diff = Change(TEXT, moved.text()).diff()
    assert diff.startswith("--- a/hydra.lock\n+++ b/hydra.lock\n")
    assert "\n-      support-bot/finetunes/tickets-lora: {run: 6h8828fk56, result: merged}\n" in diff
    assert "\n+      support-bot/finetunes/tickets-lora: {run: 7h8828fk56, result: merged}\n" in diff
    assert Change(None, TEXT).diff().startswith("--- /dev/null\n+++ b/hydra.lock\n")
    assert Change(TEXT, None).diff().startswith("--- a/hydra.lock\n+++ /dev/null\n")
    assert Change(TEXT.removesuffix("\n"), TEXT).diff() == "hydra.lock: differs in what cannot be shown\n"
    assert Change(TEXT, TEXT).diff() == ""


FILES = {"prod/a.yaml": "a: 1\n"}


def test_the_lock_file_is_written_together_with_the_tree(tmp_path: Path) -> None:
    written = tree.write(tmp_path, "rendered", FILES, Listing.of(FILES), lock=Change(None, TEXT))
    assert written.value is not None
    assert (tmp_path / "hydra.lock").read_text() == TEXT
    assert (tmp_path / "rendered/prod/a.yaml").exists()
    again = tree.write(tmp_path, "rendered", FILES, Listing.of(FILES), lock=Change(TEXT, None))
    assert again.value is not None
    assert again.value.written == 0
    assert not (tmp_path / "hydra.lock").exists()
    assert sorted(one.name for one in (tmp_path / ".hydra").iterdir()) == [".gitignore", "lock"]


def test_a_tree_that_cannot_be_written_leaves_the_lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write(tmp_path, "rendered", FILES, Listing.of(FILES), lock=Change(None, TEXT))
    before = snapshot(tmp_path)
    (tmp_path / "rendered/prod/b.yaml").write_text("mine\n")
    more = {**FILES, "prod/b.yaml": "b: 1\n"}
    refused = tree.write(tmp_path, "rendered", more, Listing.of(more), lock=Change(TEXT, None))
    assert [one.code.id for one in refused.found] == ["HYD022"]
    (tmp_path / "rendered/prod/b.yaml").unlink()

    def exchange(*_: str) -> bool:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("compiler.emission.swap.exchange", exchange)
    failed = tree.write(tmp_path, "rendered", more, Listing.of(more), lock=Change(TEXT, "version: 1\n"))
    assert [one.code.id for one in failed.found] == ["HYD023"]
    assert snapshot(tmp_path) == before


def test_a_lock_file_that_cannot_be_written_leaves_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    failed = tree.write(tmp_path, "rendered", FILES, Listing.of(FILES), lock=Change(None, TEXT))
    assert [(one.code.id, one.at.span().file) for one in failed.found] == [("HYD023", "hydra.lock")]
    assert not (tmp_path / "rendered").exists()
    assert not (tmp_path / "hydra.lock").exists()


def test_the_lock_file_keeps_its_mode_and_a_link_becomes_a_file(tmp_path: Path) -> None:
    (tmp_path / "hydra.lock").write_text("")
    (tmp_path / "hydra.lock").chmod(0o640)
    assert lock_file.write(tmp_path, "rendered", Change("", TEXT)).value
    assert (tmp_path / "hydra.lock").stat().st_mode & 0o777 == 0o640
    (tmp_path / "hydra.lock").rename(tmp_path / "other")
    (tmp_path / "hydra.lock").symlink_to("other")
    assert lock_file.write(tmp_path, "rendered", Change(TEXT, "version: 1\n")).value
    assert (tmp_path / "hydra.lock").read_text() == "version: 1\n"
    assert (tmp_path / "other").read_text() == TEXT


def test_a_state_directory_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / ".hydra").symlink_to(tmp_path / "elsewhere")
    refused = lock_file.write(tmp_path / "repo", "rendered", Change(None, TEXT))
    assert (refused.value, [one.code.id for one in refused.found]) == (False, ["HYD021"])
    assert [*(tmp_path / "elsewhere").iterdir()] == []
