"""What is compiled after an edit, with the rest taken over from the last run, is what a whole compile makes."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from compiler import pipeline
from tests.command import Ran, repo_of, run, snapshot

CLUSTER = """\
apiVersion: hydra.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec:
  storage:
    default: {class: cephfs, accessModes: [ReadWriteMany], size: 100Gi}
  accelerators:
    a100-80gb: {count: 64, perNode: 8, node: {cpu: 96, memory: 1Ti}}
  queue: {kind: kueue, name: ml}
  gitops: {controller: argocd, repo: "https://git.acme.io/ml/platform.git"}
  operators:
    inference: {api: serving.kserve.io/v1beta1, version: "0.18", mode: Standard}
"""
FOREIGN = """\
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: handbook, namespace: one}
spec:
  share: true
  source: {type: S3, uri: s3://corp/handbook}
"""
LEAVES = 12
Edit = Callable[[Path, random.Random], None]


def project(name: str, number: int) -> dict[str, Any]:
    """A project with data, a model and, every third, a fine-tuning of what the shared one has."""
    spec: dict[str, Any] = {
        "apiVersion": "hydra.io/v1alpha1",
        "kind": "Project",
        "metadata": {"name": name, "namespace": "one" if number % 2 else "two"},
        "clusters": ["prod"] if number % 3 else ["prod", "dev"],
        "datasets": {
            "tickets": {"source": f"s3://corp/{name}", "volume": {"size": "20Gi"}, "share": True,
                        "format": {"style": "alpaca", "splits": {"train": "train.jsonl"}}},
        },
    }  # fmt: skip
    if number % 3 == 0:
        spec["models"] = {"base": "qwen2.5-0.5b-instruct"}
        spec["finetunes"] = {"tuned": tuned("base", "shared/tickets" if number % 2 else "tickets")}
    if number % 4 == 0:
        spec["datasets"]["notes"] = {"source": "./notes.jsonl"}
    return spec


def tuned(model: str, dataset: str) -> dict[str, object]:
    return {
        "model": model, "dataset": dataset, "method": "lora",
        "accelerator": {"type": "a100-80gb", "count": 1},
        "hyperparameters": {"globalBatchSize": 16, "sequenceLength": 1024},
    }  # fmt: skip


def make(root: Path) -> Path:
    """The repo, compiled and committed."""
    specs = {
        f"teams/leaf-{number}/hydra.yaml": yaml.safe_dump(project(f"leaf-{number}", number), sort_keys=False)
        for number in range(LEAVES)
    }
    notes = {f"teams/leaf-{number}/notes.jsonl": '{"text": "hello"}\n' for number in range(0, LEAVES, 4)}
    shared = yaml.safe_dump({**project("shared", 1), "clusters": ["prod", "dev"]}, sort_keys=False)
    others = {
        ".hydra.yaml": "foreign: {docs: [prod]}\n",
        "clusters/prod.yaml": CLUSTER % "prod",
        "clusters/dev.yaml": CLUSTER % "dev",
        "docs/hydra.yaml": FOREIGN,
        "teams/shared/hydra.yaml": shared,
    }
    repo = repo_of(root, {**specs, **notes, **others})
    git(repo, "init", "-q")
    return repo


def git(repo: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(repo), "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        check=True,
        capture_output=True,
    )


def commit(repo: Path, _: random.Random) -> None:
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "edit", "--allow-empty")


def specs_of(repo: Path) -> list[Path]:
    return sorted(repo.glob("teams/*/hydra.yaml"))


def edited(change: Callable[[Any, random.Random], None]) -> Edit:
    """An edit of one project."""

    def edit(repo: Path, chance: random.Random) -> None:
        path = chance.choice(specs_of(repo))
        spec = yaml.safe_load(path.read_text())
        change(spec, chance)
        path.write_text(yaml.safe_dump(spec, sort_keys=False))

    return edit


def size(spec: Any, chance: random.Random) -> None:
    for entry in spec.get("datasets", {}).values():
        entry["volume"] = {"size": f"{chance.randint(10, 90)}Gi"}


def source(spec: Any, chance: random.Random) -> None:
    spec.setdefault("datasets", {})["tickets"] = {
        "source": f"s3://corp/{chance.randint(0, 9)}", "share": chance.random() < 0.7,
        "format": {"style": "alpaca", "splits": {"train": "train.jsonl"}},
    }  # fmt: skip


def more(spec: Any, chance: random.Random) -> None:
    spec.setdefault("datasets", {})[f"more-{chance.randint(0, 3)}"] = {"source": "s3://corp/more"}


def less(spec: Any, chance: random.Random) -> None:
    for section in ("finetunes", "models"):
        spec.pop(section, None)


def reference(spec: Any, chance: random.Random) -> None:
    other = f"leaf-{chance.randrange(LEAVES)}"
    spec.setdefault("models", {})["base"] = "qwen2.5-0.5b-instruct"
    spec.setdefault("finetunes", {})["tuned"] = tuned("base", f"{other}/tickets")


def chained(spec: Any, chance: random.Random) -> None:
    spec.setdefault("finetunes", {})["next"] = tuned(f"leaf-{3 * chance.randrange(4)}/tuned", "shared/tickets")


def served(spec: Any, chance: random.Random) -> None:
    spec["services"] = {"chat": {"model": chance.choice(["base", "tuned", "leaf-3/tuned"]), "runtime": "vllm",
                                 "accelerator": {"type": "a100-80gb"}, "context": 4096}}  # fmt: skip


def namespace(spec: Any, chance: random.Random) -> None:
    spec["metadata"]["namespace"] = chance.choice(["one", "two", "three"])


def clusters(spec: Any, chance: random.Random) -> None:
    spec["clusters"] = chance.choice([["prod"], ["dev"], ["prod", "dev"]])


def labelled(spec: Any, chance: random.Random) -> None:
    spec["metadata"]["labels"] = {"team": chance.choice("abc")}


def clashing(spec: Any, chance: random.Random) -> None:
    spec.setdefault("datasets", {})["0-tickets"] = {"source": "s3://corp/clash"}


def misspelt(spec: Any, chance: random.Random) -> None:
    spec["dataset"] = {}


def handbook(spec: Any, chance: random.Random) -> None:
    spec.setdefault("datasets", {})["book"] = {"source": "dataset://one/handbook"}


def meant(spec: Any, chance: random.Random) -> None:
    spec["acknowledge"] = [f"PersistentVolumeClaim/one/{spec['metadata']['name']}-tickets"]


def added(repo: Path, chance: random.Random) -> None:
    name = f"new-{chance.randint(0, 3)}"
    repo_of(repo, {f"teams/{name}/hydra.yaml": yaml.safe_dump(project(name, chance.randint(0, 5)), sort_keys=False)})
    (repo / f"teams/{name}/notes.jsonl").write_text("{}\n")


def removed(repo: Path, chance: random.Random) -> None:
    if len(specs_of(repo)) > LEAVES:
        chance.choice(specs_of(repo)).unlink()


def data(repo: Path, chance: random.Random) -> None:
    chance.choice(sorted(repo.glob("teams/*/notes.jsonl"))).write_text(f'{{"text": "{chance.random()}"}}\n')


def cluster(repo: Path, chance: random.Random) -> None:
    path = repo / "clusters/prod.yaml"
    path.write_text(path.read_text().replace("100Gi", "120Gi"))


def foreign(repo: Path, chance: random.Random) -> None:
    (repo / "docs/hydra.yaml").write_text(FOREIGN.replace("handbook}", f"handbook-{chance.randint(0, 2)}}}"))


def by_hand(repo: Path, chance: random.Random) -> None:
    path = chance.choice(sorted(repo.glob("rendered/*/*/*/*.yaml")) or [repo / "by-hand"])
    path.write_text("edited: true\n")


SPECS = (size, source, more, less, reference, chained, served, namespace, clusters, labelled, clashing, misspelt, handbook,
         meant)  # fmt: skip
EDITS: tuple[Edit, ...] = (
    *map(edited, SPECS), edited(size), edited(labelled), commit, commit, added, removed, data, cluster, foreign, by_hand,
)  # fmt: skip


def whole(repo: Path, scratch: Path) -> tuple[Ran, dict[str, bytes | str]]:
    """What a compile of everything makes of the repo as it is."""
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(repo, scratch, symlinks=True)
    return run(scratch, "compile"), snapshot(scratch / "rendered")


def restore(repo: Path, files: dict[Path, bytes]) -> None:
    """A repo without mistakes again, so that what follows can take something over."""
    for path in [one for one in repo.rglob("*") if one.is_file() and ".git" not in one.parts]:
        if path not in files:
            path.unlink()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def outcome(ran: Ran) -> dict[str, object]:
    report = ran.report
    report.pop("seconds", None)
    return {key: value for key, value in report.items() if key != "summary"} | {
        "objects": report["summary"].get("objects")
    }


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=4))
def test_an_edit_compiles_to_what_everything_compiles_to(
    tmp_path_factory: pytest.TempPathFactory, seed: int, edits: list[Edit]
) -> None:
    top = tmp_path_factory.mktemp("incremental")
    repo, cache, chance = make(top / "repo"), top / "cache", random.Random(seed)
    assert run(repo, "compile", cache=cache).code == 0
    again = Counter(pipeline)
    for edit in edits:
        before = {one: one.read_bytes() for one in repo.rglob("*") if one.is_file() and ".git" not in one.parts}
        edit(repo, chance)
        expected, tree = whole(repo, top / "scratch")
        with again:
            ran = run(repo, "compile", cache=cache)
        assert outcome(ran) == outcome(expected)
        assert snapshot(repo / "rendered") == tree
        assert ran.code == expected.code
        if ran.code:
            restore(repo, before)
    event(f"{again.merged} of {len(edits)} taken over")
    shutil.rmtree(top)


class Counter:
    """Counts the runs that took over most of the last one."""

    def __init__(self, module: Any) -> None:
        self.module, self.merged = module, 0

    def __enter__(self) -> None:
        self.real = self.module._run_again

        def counted(*arguments: Any) -> Any:
            found = self.real(*arguments)
            self.merged += found is not None
            return found

        self.module._run_again = counted

    def __exit__(self, *_: object) -> None:
        self.module._run_again = self.real


@pytest.mark.parametrize("change", [size, source, more, labelled], ids=lambda one: one.__name__)
def test_the_edit_of_one_project_compiles_no_other(tmp_path: Path, change: Callable[..., None]) -> None:
    repo, cache, chance = make(tmp_path / "repo"), tmp_path / "cache", random.Random(1)
    run(repo, "compile", cache=cache)
    commit(repo, chance)
    path = repo / "teams/leaf-5/hydra.yaml"
    spec = yaml.safe_load(path.read_text())
    change(spec, random.Random(3))
    path.write_text(yaml.safe_dump(spec))
    expected, tree = whole(repo, tmp_path / "scratch")
    again = Counter(pipeline)
    with again:
        ran = run(repo, "compile", cache=cache)
    assert again.merged == 1
    assert (outcome(ran), snapshot(repo / "rendered")) == (outcome(expected), tree)
    assert run(repo, "compile", "--check", cache=cache).code == 0
    assert run(repo, "compile", "--check").code == 0


@pytest.mark.parametrize("parts", [{}, [], None, {"units": []}, {"units": {"prod": {"x": [1]}}, "links": {}}])
def test_a_memory_that_is_damaged_is_not_used(tmp_path: Path, parts: Any) -> None:
    repo, cache = make(tmp_path / "repo"), tmp_path / "cache"
    run(repo, "compile", cache=cache)
    (entry,) = (cache / "hydra").glob("*.json")
    entry.write_text(json.dumps({**json.loads(entry.read_text()), "parts": parts}))
    path = repo / "teams/leaf-5/hydra.yaml"
    path.write_text(path.read_text().replace("20Gi", "30Gi"))
    expected, tree = whole(repo, tmp_path / "scratch")
    ran = run(repo, "compile", cache=cache)
    assert (outcome(ran), snapshot(repo / "rendered")) == (outcome(expected), tree)


STATIC = CLUSTER.replace("size: 100Gi}", "size: 100Gi}\n    static: {nfs: {server: 10.0.0.5, path: /exports}}")
DATA = "datasets:\n  tickets: {source: s3://corp/tickets, volume: {size: 50Gi, class: nfs}, share: true}\n"
READER = "datasets:\n  copy: {source: %s}\n"


def written(name: str, body: str, namespace: str = "one") -> str:
    return f"apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata: {{name: {name}, namespace: {namespace}}}\n{body}"


def beside(root: Path, files: dict[str, str]) -> Path:
    """A repo of some files and enough others, compiled and committed."""
    fillers = {f"fill/{one}/hydra.yaml": written(f"zz{one}q", DATA, "fill") for one in range(LEAVES)}
    repo = repo_of(root, {".hydra.yaml": "", "clusters/prod.yaml": STATIC % "prod", **fillers, **files})
    git(repo, "init", "-q")
    return repo


def replaced(repo: Path, file: str, old: str, new: str) -> None:
    text = (repo / file).read_text()
    assert old in text
    (repo / file).write_text(text.replace(old, new))


OTHERWISE = {
    "nested": "metadata: {labels: {name: x}, name: alpha, namespace: one}",
    "comments": "metadata: # why\n\n# what\n  labels:\n    name: x\n\n  name: alpha\n  namespace: one",
    "anchor": "metadata:\n  name: &name alpha\n  namespace: one",
    "folded": "metadata:\n  name: >-\n    alpha\n  namespace: one",
    "json": '"metadata": {"namespace": "one", "name": "alpha"}',
}
ESCAPED = {"escaped": r'"dataset://\u0061lpha/tickets"', "continued": '"dataset://al\\\n      pha/tickets"'}


def owner(metadata: str) -> str:
    return f"apiVersion: hydra.io/v1alpha1\nkind: Project\n{metadata}\n{DATA}"


PINNED = """\
version: 1
revisions:
  hf://datasets/acme/pinned@main: b0e93c678c67f3af71db1ba1172ce4c6c5eba3b4
"""
UNPINNED = "datasets:\n  rows: {source: 'hf://datasets/acme/rows@main'}\n"
OLDER = "moved: {older/q: tickets}\n" + DATA.replace(", share: true", "")

REACHING = {
    **{f"a name that is {way}": (
        {"a/hydra.yaml": owner(metadata), "b/hydra.yaml": written("beta", READER % "'dataset://alpha/tickets'", "two")},
        ("a/hydra.yaml", ", share: true", ""),
    ) for way, metadata in OTHERWISE.items()},
    **{f"a reference that is {way}": (
        {"a/hydra.yaml": written("alpha", DATA), "b/hydra.yaml": written("beta", READER % said, "two")},
        ("a/hydra.yaml", ", share: true", ""),
    ) for way, said in ESCAPED.items()},
    "a claim that is called what it was before": (
        {"a/hydra.yaml": written("alpha", OLDER), "b/hydra.yaml": written("beta", READER % "'pvc://older-q'")},
        ("b/hydra.yaml", "copy:", "other:"),
    ),
    "a file whose name is escaped": (
        {"a/hydra.yaml": written("alpha", READER % r'"./\u0072ows.jsonl"'), "a/rows.jsonl": "{}\n"},
        ("a/rows.jsonl", "{}", '{"a": 1}'),
    ),
    "a pin that is missed first in another file": (
        {"hydra.lock": PINNED, "a/hydra.yaml": written("alpha", UNPINNED.replace("rows@", "pinned@")),
         "b/hydra.yaml": written("beta", UNPINNED), "c/hydra.yaml": written("gamma", UNPINNED)},
        ("c/hydra.yaml", "name: gamma", "labels: {team: a}, name: gamma"),
    ),
    "a label of the second reader of a claim": (
        {"a/hydra.yaml": written("alpha", DATA), "b/hydra.yaml": written("beta", READER % "'dataset://alpha/tickets'", "two"),
         "c/hydra.yaml": written("gamma", READER % "'dataset://alpha/tickets'", "two")},
        ("c/hydra.yaml", "name: gamma", "labels: {team: a}, name: gamma"),
    ),
    "a claim for two readers of one namespace": (
        {"a/hydra.yaml": written("alpha", DATA), "b/hydra.yaml": written("beta", READER % "'dataset://alpha/tickets'", "two"),
         "c/hydra.yaml": written("gamma", READER % "'dataset://alpha/tickets'", "two")},
        ("b/hydra.yaml", "datasets:\n  copy: {source: 'dataset://alpha/tickets'}\n", "datasets: {}\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("reaching", REACHING)
def test_an_edit_reaches_other_files(tmp_path: Path, reaching: str) -> None:
    files, (file, old, new) = REACHING[reaching]
    repo, cache = beside(tmp_path / "repo", files), tmp_path / "cache"
    # A lock file that the first run completes is read by the second one, which is remembered.
    assert [run(repo, "compile", cache=cache).code for _ in range(2)] == [0, 0]
    commit(repo, random.Random(1))
    replaced(repo, file, old, new)
    expected, tree = whole(repo, tmp_path / "scratch")
    ran = run(repo, "compile", cache=cache)
    assert (outcome(ran), ran.code, snapshot(repo / "rendered")) == (outcome(expected), expected.code, tree)


@pytest.mark.parametrize("reaching", REACHING)
def test_an_edit_shows_what_it_does_to_other_files(
    tmp_path: Path, reaching: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, (file, old, new) = REACHING[reaching]
    repo = beside(tmp_path / "repo", files)
    run(repo, "compile")
    commit(repo, random.Random(1))
    replaced(repo, file, old, new)
    shown = run(repo, "diff")
    monkeypatch.setattr("compiler.change.sides.to_compile", lambda *_: None)
    assert shown == run(repo, "diff")
