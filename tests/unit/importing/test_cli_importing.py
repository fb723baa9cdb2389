"""`hydra import` as its users run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from click.testing import CliRunner

from compiler.cli import hydra
from tests.command import inside
from tests.compiled import repo_of
from tests.unit.importing.imported import dataset, errors_of

GOLDEN = Path(__file__).parents[2] / "golden"
TWO = {
    "clusters/prod.yaml": "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\n",
    "clusters/staging.yaml": "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: staging}\n",
}


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def run(root: Path, *arguments: str, stdin: str | None = None, **files: str) -> Ran:
    repo = repo_of(root, {f"{name}.yaml": text for name, text in files.items()})
    with inside(repo):
        done = CliRunner().invoke(hydra, ["import", *arguments], input=stdin, catch_exceptions=False)
    return Ran(done.exit_code, done.stdout, done.stderr)


def test_the_project_goes_to_standard_output_and_the_rest_does_not(tmp_path: Path) -> None:
    ran = run(tmp_path, "old.yaml", "--name", "bot", old=dataset())
    assert ran.code == 0
    assert yaml.safe_load(ran.out)["metadata"] == {"name": "bot", "namespace": "nlp"}
    assert "old.yaml:4 Dataset/tickets -> bot/datasets/tickets" in ran.err
    assert "HYD970" in ran.err


def test_what_is_written_validates(tmp_path: Path) -> None:
    ran = run(tmp_path, "old.yaml", "--output", "bot/hydra.yaml", "--name", "bot", old=dataset())
    assert (ran.code, ran.out) == (0, "")
    assert "`bot/hydra.yaml` was written." in ran.err
    assert errors_of(tmp_path, {}) == []


def test_standard_input_is_read(tmp_path: Path) -> None:
    assert "tickets:" in run(tmp_path, "-", stdin=dataset()).out


def test_something_that_stays_makes_the_exit_code_1(tmp_path: Path) -> None:
    ran = run(tmp_path, "old.yaml", old=f"{dataset()}---\n{dataset('7b')}")
    assert ran.code == 1
    assert "tickets:" in ran.out


def test_bad_input_writes_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, "old.yaml", "--output", "new.yaml", "--rest", "rest.yaml", old="a: [")
    assert (ran.code, ran.out) == (1, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.yaml"]
    assert "old.yaml:1:4" in ran.err


def test_what_stays_can_be_written_too(tmp_path: Path) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: nlp}\nstringData: {password: hunter2}\n"
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: nlp, uid: abc}\nstatus: {phase: Active}\n"
    ran = run(tmp_path, "old.yaml", "--rest", "rest.yaml", "--quiet", old="---\n".join([dataset(), secret, namespace]))
    assert ran.code == 0
    assert yaml.safe_load((tmp_path / "rest.yaml").read_text()) == {
        "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "nlp"},
    }  # fmt: skip
    assert "hunter2" not in ran.out + ran.err


@pytest.mark.parametrize("option", ["--output", "--rest"])
def test_a_file_that_is_there_is_written_over_only_by_force(tmp_path: Path, option: str) -> None:
    ran = run(tmp_path, "old.yaml", option, "new.yaml", old=dataset(), new="mine")
    assert ran.code == 2
    assert (tmp_path / "new.yaml").read_text() == "mine"
    run(tmp_path, "old.yaml", "--output", "new.yaml", "--force", old=dataset())
    assert "tickets" in (tmp_path / "new.yaml").read_text()


def test_a_link_to_nowhere_is_there_too(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/new.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert run(tmp_path / "repo", "old.yaml", "--output", "new.yaml", old=dataset()).code == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    ran = run(tmp_path, "old.yaml", "--output", "new.yaml", "--force", old=dataset(), new="mine")
    assert (ran.code, "No space left" in ran.err) == (2, True)
    assert (tmp_path / "new.yaml").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.yaml", "old.yaml"]


def test_input_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    ran = run(tmp_path, "-", stdin="# more\n" * 700_000)
    assert (ran.code, "more than 4 MiB" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument"),
        (("a" * 300,), "does not exist."),
        (("one.yaml", "--output", "a" * 300), "cannot be written: File name too long."),
        (("one.yaml", "--output", "loop.yaml", "--force"), "cannot be written"),
        (("\x1b[2Jx",), "`\\x1b[2Jx` does not exist."),
        (("none.yaml",), "`none.yaml` does not exist."),
        (("two.yaml", "--name", "bot"), "`a`, `b`"),
        (("one.yaml", "--name", "7b"), "`7b` is no name"),
        (("one.yaml", "--output", "x.yaml", "--rest", "./x.yaml"), "Name two."),
        (("digit.yaml",), "use `--name`"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    two = f"{dataset(namespace='a')}---\n{dataset(namespace='b')}"
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    ran = run(tmp_path, *arguments, one=dataset(), two=two, digit=dataset(namespace="7b"))
    assert ran.code == 2
    assert said in ran.err


def test_nothing_in_a_document_steers_the_terminal(tmp_path: Path) -> None:
    text = 'apiVersion: acme.io/v1\nkind: "\\e[31mRed"\nmetadata: {name: "a\\nb", namespace: nlp}\n'
    ran = run(tmp_path, "old.yaml", old=text)
    assert ran.code == 1
    assert "\\x1b[31mRed/a\\nb" in ran.err
    assert "\x1b" not in ran.err


def test_several_namespaces_make_several_projects(tmp_path: Path) -> None:
    ran = run(tmp_path, "two.yaml", two=f"{dataset(namespace='a')}---\n{dataset(namespace='b')}")
    assert [one["metadata"]["name"] for one in yaml.safe_load_all(ran.out)] == ["a", "b"]


def test_the_project_names_its_clusters_where_the_repo_has_several(tmp_path: Path) -> None:
    repo_of(tmp_path, TWO)
    assert yaml.safe_load(run(tmp_path, "old.yaml", old=dataset()).out)["clusters"] == ["prod", "staging"]
    one = run(tmp_path, "old.yaml", "--cluster", "prod", old=dataset())
    assert yaml.safe_load(one.out)["clusters"] == ["prod"]
    assert "Objects on prod" in one.err
    assert "staging" not in one.err


def test_documents_of_the_repo_go_to_the_clusters_that_its_settings_give_them(tmp_path: Path) -> None:
    repo_of(tmp_path, {**TWO, ".hydra.yaml": "foreign: {old.yaml: [staging]}\n"})
    assert yaml.safe_load(run(tmp_path, "old.yaml", old=dataset()).out)["clusters"] == ["staging"]


def test_an_unknown_cluster_is_a_finding(tmp_path: Path) -> None:
    ran = run(repo_of(tmp_path, TWO), "old.yaml", "--cluster", "prodd", old=dataset())
    assert (ran.code, ran.out) == (1, "")
    assert "HYD301" in ran.err


def test_findings_can_be_had_as_json(tmp_path: Path) -> None:
    ran = run(tmp_path, "old.yaml", "--format", "json", "--quiet", old=dataset())
    assert [one["code"] for one in json.loads(ran.err)["findings"]] == ["HYD970"]
    assert ran.out.startswith("apiVersion: hydra.io/v1alpha1")


def test_a_milder_finding_can_make_the_exit_code_1(tmp_path: Path) -> None:
    assert run(tmp_path, "old.yaml", "--fail-on", "warning", old=dataset()).code == 1


def test_what_documents_refer_to_may_stand_in_the_repo(tmp_path: Path) -> None:
    shared = dataset("base", share=True, source={"type": "NFS", "uri": "nfs://10.0.0.5/base"})
    copy = dataset("copy", source={"type": "REFERENCE", "uri": "dataset://nlp/base"})
    repo_of(tmp_path, {"old/hydra.yaml": f"{shared}---\n{copy}", "other/hydra.yaml": dataset("broken", source={})})
    ran = run(tmp_path, "copy.yaml", "--name", "bot", copy=copy)
    assert yaml.safe_load(ran.out)["datasets"] == {"copy": {"source": "dataset://nlp/base"}}
    assert "1 document became an entry" in ran.err
    assert "broken" not in ran.err
    assert "PersistentVolumeClaim/nlp/base" not in ran.err


def test_a_reference_to_nothing_is_told(tmp_path: Path) -> None:
    ran = run(tmp_path, "copy.yaml", copy=dataset(source={"type": "REFERENCE", "uri": "dataset://nlp/base"}))
    assert (ran.code, ran.out) == (1, "")
    assert "HYD306" in ran.err


def test_the_same_is_written_whatever_the_order_of_hashes(tmp_path: Path) -> None:
    repo_of(tmp_path, {"old.yaml": (GOLDEN / "cpod-inferences/repo/team/hydra.yaml").read_text("utf-8")})
    repo_of(tmp_path, {"public.yaml": (GOLDEN / "cpod-inferences/repo/public/hydra.yaml").read_text("utf-8")})
    repo_of(tmp_path, {"clusters/p.yaml": (GOLDEN / "cpod-inferences/repo/clusters/prod.yaml").read_text("utf-8")})
    command = [sys.executable, "-m", "compiler", "import", "old.yaml", "public.yaml"]
    said = {
        subprocess.run(
            command,
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(GOLDEN.parents[1]), "HYDRA_NO_CACHE": "1"},
            capture_output=True,
            text=True,
            check=False,
        ).stderr
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert "documents became entries" in said.pop()


def test_input_that_is_no_text_is_a_finding(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "compiler", "import", "-"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(GOLDEN.parents[1]), "PYTHONUTF8": "1"},
        input=b"\xff\xfe",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"HYD965" in done.stderr
