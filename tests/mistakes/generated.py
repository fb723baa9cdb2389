"""Cases that cannot be committed: files that no editor saves, links, a full disk.

Each makes a repo, and says what a compile of it finds, as in a file `expected` (see `marks`).
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, NoReturn

import pytest

from tests.command import repo_of, run

Build = Callable[[Path, pytest.MonkeyPatch], None]

HEAD = "apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {name: bot, namespace: nlp}\n"
GOOD = HEAD + "datasets:\n  tickets: {source: s3://corp/tickets}\n"
LIST = "rendered/hydra.list"
CLAIM = "rendered/default/nlp/bot/persistentvolumeclaim-bot-tickets.yaml"


class Generated(NamedTuple):
    """A case: how the repo is made, what is found, and what the command is given besides."""

    build: Build
    expected: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    name: str = ""


def cases() -> dict[str, Generated]:
    """Every case by its name."""
    return {**_FILES, **_TEXTS, **_OUTPUTS}


def files(given: dict[str, str | bytes]) -> Build:
    """A repo of a good spec and some files."""
    return lambda repo, _: void(repo_of(repo, {"hydra.yaml": GOOD, **given}))


def compiled(then: Callable[[Path], object]) -> Build:
    """A repo that was compiled, and what was done to it afterwards."""

    def build(repo: Path, patch: pytest.MonkeyPatch) -> None:
        del patch
        assert run(repo_of(repo, {"hydra.yaml": GOOD}), "compile").errors() == []
        then(repo)

    return build


def void(_: object) -> None:
    """Nothing, of whatever an expression gives."""


def appended(repo: Path, path: str, text: str) -> None:
    """A file with more at its end."""
    file = repo / path
    file.write_text(file.read_text() + text)


def links(repo: Path, _: pytest.MonkeyPatch) -> None:
    """Links that lead out of the repo, or nowhere."""
    (repo.parent / "secret.hydra.yaml").write_text(GOOD)
    (repo.parent / "data").mkdir()
    (repo.parent / "data" / "passwd.jsonl").write_text("root:x:0:0\n")
    text = HEAD + "datasets:\n  tickets: {source: ./passwd.jsonl}\n  more: {source: ./data/passwd.jsonl}\n"
    repo_of(repo, {"team/hydra.yaml": text})
    (repo / "team" / "passwd.jsonl").symlink_to("/etc/passwd")
    (repo / "team" / "data").symlink_to(repo.parent / "data")
    (repo / "outside.hydra.yaml").symlink_to(repo.parent / "secret.hydra.yaml")
    (repo / "nowhere.hydra.yaml").symlink_to("gone.yaml")
    (repo / "directory").symlink_to(repo.parent)


def settings_link(repo: Path, _: pytest.MonkeyPatch) -> None:
    """Settings from elsewhere."""
    repo_of(repo, {"hydra.yaml": GOOD})
    (repo / ".hydra.yaml").symlink_to("/etc/hostname")


def specials(repo: Path, patch: pytest.MonkeyPatch) -> None:
    """Files that cannot be read, each for another reason."""
    repo_of(repo, {"locked/hydra.yaml": GOOD, "good/hydra.yaml": GOOD})
    (repo / "pipe").mkdir()
    os.mkfifo(repo / "pipe" / "hydra.yaml")
    (repo / os.fsdecode(b"caf\xe9.hydra.yaml")).write_text(GOOD)
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        # The superuser may read everything, and tests often run as one.
        if str(path).endswith("locked/hydra.yaml"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    patch.setattr(os, "lstat", lstat)


def full_disk(repo: Path, patch: pytest.MonkeyPatch) -> None:
    """A disk that fills up while the tree is written."""
    repo_of(repo, {"hydra.yaml": GOOD})
    left = [700]

    def write(descriptor: int, content: bytes) -> int:
        left[0] -= len(content)
        return len(content) if left[0] > 0 else refuse()

    def refuse() -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    patch.setattr(os, "write", write)


def locked(repo: Path, patch: pytest.MonkeyPatch) -> None:
    """Another run that does not end."""
    from compiler.emission import lock

    repo_of(repo, {"hydra.yaml": GOOD})

    def refuse(_: int) -> NoReturn:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    patch.setattr(lock, "_try", refuse)
    moments = iter(range(0, 10_000, 50))
    patch.setattr(lock, "time", SimpleNamespace(monotonic=lambda: next(moments), sleep=lambda _: None))


def outside_output(repo: Path, _: pytest.MonkeyPatch) -> None:
    """An output directory that is a link out of the repo."""
    (repo.parent / "elsewhere").mkdir()
    repo_of(repo, {"hydra.yaml": GOOD})
    (repo / "rendered").symlink_to(repo.parent / "elsewhere")


def link_in_output(repo: Path) -> None:
    """A directory of the output that is a link."""
    (repo.parent / "elsewhere").mkdir()
    (repo / "rendered/default/nlp").rename(repo.parent / "elsewhere/nlp")
    (repo / "rendered/default/nlp").symlink_to(repo.parent / "elsewhere/nlp")
    appended(repo, "hydra.yaml", "  more: {source: s3://corp/more}\n")


def shrunk(repo: Path) -> None:
    """The claim asks for less, and nothing of the rendered tree is left but what was committed."""
    spec = repo / "hydra.yaml"
    spec.write_text(spec.read_text().replace("s3://corp/tickets", "s3://corp/tickets, volume: {size: 1Gi}"))


def deleted_by_hand(repo: Path) -> None:
    """The rendered files were deleted, but for the list."""
    for path in sorted((repo / "rendered").rglob("*.yaml")):
        path.unlink()
    shrunk(repo)


def commit(repo: Path) -> None:
    """Commit all of it."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(repo), *arguments], check=True)


def deleted_with_the_list(repo: Path) -> None:
    """The tree was committed, and deleted with its list."""
    commit(repo)
    shutil.rmtree(repo / "rendered")
    shrunk(repo)


def moved_output(repo: Path) -> None:
    """The tree was committed, and is to be written elsewhere, with a claim that asks for less."""
    commit(repo)
    (repo / ".hydra.yaml").write_text("output: out\n")
    shrunk(repo)


def bomb() -> str:
    """Ten anchors, each ten times the one before: a thousand lines' worth in a few."""
    levels = [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(
        [HEAD + "acknowledge:", "  a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]", *levels, ""]
    )


_FILES = {
    "links": Generated(
        links,
        (
            "nowhere.hydra.yaml:1:1 error: HYD010 `nowhere.hydra.yaml` is not there",
            "outside.hydra.yaml:1:1 error: HYD011 leads out of the repo",
            "team/hydra.yaml:5:21 error: HYD505 leads out of the repo",
            "team/hydra.yaml:6:18 error: HYD505 leads out of the repo",
        ),
    ),
    "files-that-cannot-be-read": Generated(
        specials,
        (
            "caf\\udce9.hydra.yaml:1:1 error: HYD010 has a name that is not UTF-8",
            "locked/hydra.yaml:1:1 error: HYD010 may not be read by this user",
            "pipe/hydra.yaml:1:1 error: HYD010 is not a regular file",
        ),
    ),
    "settings-that-are-a-link": Generated(settings_link, (".hydra.yaml:1:1 error: HYD011 leads out of the repo",)),
}
_TEXTS = {
    "not-utf-8": Generated(
        files({"a.hydra.yaml": HEAD.encode() + b"datasets:\n  caf\xe9: {source: s3://corp/a}\n"}),
        ("a.hydra.yaml:5:6 error: HYD013 0xE9",),
    ),
    "utf-16": Generated(files({"a.hydra.yaml": GOOD.encode("utf-16")}), ("a.hydra.yaml:1:1 error: HYD013 UTF-16",)),
    "utf-16-without-a-mark": Generated(
        files({"a.hydra.yaml": GOOD.encode("utf-16-be")}), ("a.hydra.yaml:1:1 error: HYD013 by its zero bytes",)
    ),
    "binary": Generated(files({"a.hydra.yaml": b"ELF:\x00\x01\x02"}), ("a.hydra.yaml:1:5 error: HYD104 U+0000",)),
    "ten-megabytes-of-nesting": Generated(
        files({"a.hydra.yaml": "a: " + "[" * 10_000_000}), ("a.hydra.yaml:1:1 error: HYD012 at most 4 MiB",)
    ),
    "three-megabytes-of-nesting": Generated(
        files({"a.hydra.yaml": "a: " + "[" * 3_000_000}), ("a.hydra.yaml:1:103 error: HYD106 more than 100 deep",)
    ),
    "nesting-by-indentation": Generated(
        files({"a.hydra.yaml": "".join(f"{' ' * n}a:\n" for n in range(300))}),
        ("a.hydra.yaml:101:101 error: HYD106 more than 100 deep",),
    ),
    "alias-bomb": Generated(files({"a.hydra.yaml": bomb()}), ("a.hydra.yaml:9:47 error: HYD122 more than 100000 values",)),
}  # fmt: skip
_OUTPUTS = {
    "output-is-a-link-out-of-the-repo": Generated(
        outside_output, ("rendered:1:1 error: HYD020 does not lie below the repo's root",)
    ),
    "output-is-a-file": Generated(files({"rendered": "mine\n"}), ("rendered:1:1 error: HYD021 `rendered` is a file",)),
    "output-holds-a-link": Generated(
        compiled(link_in_output), ("rendered/default/nlp:1:1 error: HYD021 symbolic link",)
    ),
    "a-file-in-the-way": Generated(
        files({CLAIM: "kind: Mine\n"}), (f"{CLAIM}:1:1 error: HYD022 a file that Hydra did not write",)
    ),
    "a-full-disk": Generated(full_disk, ("rendered/default/nlp/bot/job-bot-tickets-preload.yaml:1:1 error: HYD023 No space left on device",)),
    "another-run": Generated(locked, ("rendered:1:1 error: HYD024 Another run has been writing `rendered`",)),
    "a-list-with-a-path-out-of-it": Generated(
        compiled(lambda repo: appended(repo, LIST, f"{'0' * 64}  ../../hydra.yaml\n")),
        (f"{LIST}:9:1 error: HYD025 git checkout",),
    ),
    "a-newer-list": Generated(
        compiled(lambda repo: (repo / LIST).write_text("hydra-list 2\n")), (f"{LIST}:1:1 error: HYD027 format 2",)
    ),
    "a-list-with-a-conflict": Generated(
        compiled(lambda repo: appended(repo, LIST, "<<<<<<< HEAD\n=======\n>>>>>>> other\n")),
        (f"{LIST}:9:1 warning: HYD026 merge conflict",),
    ),
    "a-claim-that-shrank-and-files-that-were-deleted": Generated(
        compiled(deleted_by_hand), ("hydra.yaml:5:55 error: HYD603 asks for 1Gi, and had 100Gi",)
    ),
    "a-claim-that-shrank-and-a-tree-that-was-deleted": Generated(
        compiled(deleted_with_the_list), ("hydra.yaml:5:55 error: HYD603 asks for 1Gi, and had 100Gi",)
    ),
    "an-output-that-moved-and-a-claim-that-shrank": Generated(
        compiled(moved_output),
        (
            ".hydra.yaml:1:1 warning: HYD607 The tree was in `rendered` and would be in `out`",
            "hydra.yaml:5:55 error: HYD603 asks for 1Gi, and had 100Gi",
        ),
    ),
    "a-cluster-that-there-is-not": Generated(
        files({}), (".:1:1 error: HYD301 did you mean `default`",), ("--cluster", "defualt")
    ),
    "output-among-the-specs": Generated(
        files({"teams/hydra.yaml": GOOD.replace("bot", "other")}),
        ("teams:1:1 error: HYD002 it holds the spec `teams/hydra.yaml`",),
        ("--out", "teams"),
    ),
    "a-stale-tree": Generated(
        compiled(lambda repo: appended(repo, "hydra.yaml", "  more: {source: s3://corp/more}\n")),
        ("rendered:1:1 error: HYD028 2 missing",),
        ("--check",),
    ),
    "a-stale-lock": Generated(
        compiled(lambda repo: repo_of(repo, {"hydra.lock": "version: 1\n"})),
        ("hydra.lock:1:1 error: HYD564 not what a compile makes of it",),
        ("--check",),
    ),
}  # fmt: skip
