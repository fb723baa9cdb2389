"""Projects with patches, with real kustomize: what is changed, what follows from it, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import Severity
from compiler.emission.digests import object_digest, run_digest
from compiler.manifest import Manifest
from compiler.patching import kustomize, patching, program
from compiler.patching.program import Built, Kustomize
from compiler.patching.reading import FILE_LIMIT
from compiler.pipeline import Request, compile_tree
from tests.compiled import Compiled, compiled, repo_of

PROJECT = """\
apiVersion: hydra.io/v1alpha1
kind: Project
metadata: {name: bot, namespace: nlp}
datasets:
  tickets: {source: ./tickets.jsonl}
  letters: {source: s3://corp/letters}
"""
LABEL = """\
target: {kind: Job}
patch: [{op: add, path: /metadata/labels/team, value: nlp}]
"""


def patched(root: Path, *texts: str, project: str = PROJECT, **files: str) -> Compiled:
    """The project with a file for each text."""
    names = [f"kustomize/{number}.yaml" for number, _ in enumerate(texts)]
    more = f"patches: [{', '.join(names)}]\n" if names else ""
    given = {"hydra.yaml": project + more, "tickets.jsonl": '{"a": "b"}\n', **dict(zip(names, texts, strict=True))}
    return compiled(repo_of(root, {**given, **files}))


def the(result: Compiled, kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in result.of_kind(kind) if one["metadata"]["name"].startswith(name)]
    return found


@pytest.mark.parametrize(
    "patch",
    [
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: bot-tickets}\n",
        "target: {name: .*}\npatch: {metadata: {labels: {}}}\n",
        "target: {name: .*}\npatch: [{op: test, path: /metadata/namespace, value: nlp}]\n",
    ],
    ids=["a part", "a part for a target", "operations"],
)
def test_a_patch_that_changes_nothing_changes_no_byte(tmp_path: Path, patch: str) -> None:
    without = patched(tmp_path / "without")
    result = patched(tmp_path / "with", patch)
    assert result.errors() == []
    assert result.rendered.files == without.rendered.files


def test_a_changed_run_gets_another_name_and_its_file_does_not(tmp_path: Path) -> None:
    before = patched(tmp_path / "a")
    after = patched(tmp_path / "b", "target: {kind: Job}\npatch: [{op: replace, path: /spec/backoffLimit, value: 9}]\n")
    job = the(after, "Job", "bot-letters-preload")
    assert job["spec"]["backoffLimit"] == 9
    assert job["metadata"]["name"] == f"bot-letters-preload-{object_digest(job)}"
    assert job["metadata"]["name"] != the(before, "Job", "bot-letters-preload")["metadata"]["name"]
    assert after.rendered.files.keys() == before.rendered.files.keys()


def test_a_label_makes_no_new_run(tmp_path: Path) -> None:
    before, after = patched(tmp_path / "a"), patched(tmp_path / "b", LABEL)
    job = the(after, "Job", "bot-letters-preload")
    assert job["metadata"]["labels"]["team"] == "nlp"
    assert job["metadata"]["name"] == the(before, "Job", "bot-letters-preload")["metadata"]["name"]


def test_whoever_mounts_a_patched_configmap_mounts_the_new_one(tmp_path: Path) -> None:
    part = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bot-tickets}\ndata: {more.txt: 'on'}\n"
    before, after = patched(tmp_path / "a"), patched(tmp_path / "b", part)
    files = the(after, "ConfigMap", "bot-tickets")
    assert files["data"]["more.txt"] == "on"
    assert files["metadata"]["name"] == f"bot-tickets-{run_digest({'data': files['data']})}"
    old, new = (the(one, "Job", "bot-tickets-preload") for one in (before, after))
    mounted = [
        volume["configMap"]["name"] for volume in new["spec"]["template"]["spec"]["volumes"] if "configMap" in volume
    ]
    assert mounted == [files["metadata"]["name"]]
    assert new["metadata"]["name"] == f"bot-tickets-preload-{object_digest(new)}" != old["metadata"]["name"]


def test_fields_stay_in_the_order_of_the_house_and_quantities_in_their_form(tmp_path: Path) -> None:
    part = """\
apiVersion: batch/v1
kind: Job
metadata: {name: bot-letters-preload, annotations: {b.io/b: "1", a.io/a: "2"}}
spec: {template: {spec: {containers: [{name: loader, resources: {limits: {memory: 16384Mi, cpu: 2000m}}}]}}}
"""
    before, after = (the(one, "Job", "bot-letters") for one in (patched(tmp_path / "a"), patched(tmp_path / "b", part)))
    assert [*after] == [*before]
    assert [*after["metadata"]] == ["name", "namespace", "labels", "annotations"]
    assert [*after["metadata"]["annotations"]] == ["a.io/a", "b.io/b"]
    (old,), (new,) = (one["spec"]["template"]["spec"]["containers"] for one in (before, after))
    assert [*new] == [*old]
    assert new["resources"]["limits"] == {"cpu": "2", "memory": "16Gi"}


def test_patches_are_applied_in_their_order(tmp_path: Path) -> None:
    second = LABEL.replace("value: nlp", "value: ml").replace("op: add", "op: replace")
    assert the(patched(tmp_path, LABEL, second), "Job", "bot-letters")["metadata"]["labels"]["team"] == "ml"


def test_a_file_of_operations_is_for_the_target_that_the_spec_says(tmp_path: Path) -> None:
    entry = "patches: [{path: k/slow.yaml, target: {kind: Job, name: bot-letters-.*}}]\n"
    operations = "- {op: replace, path: /spec/backoffLimit, value: 9}\n"
    result = patched(tmp_path, project=PROJECT + entry, **{"k/slow.yaml": operations})
    limits = [one["spec"]["backoffLimit"] for one in result.of_kind("Job")]
    assert sorted(limits) == [4, 9]


def test_documents_beside_a_project_are_not_patched(tmp_path: Path) -> None:
    passed = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own, namespace: nlp}\ndata: {a: b}\n"
    wide = "target: {name: .*}\npatch: {metadata: {labels: {team: nlp}}}\n"
    project = {"bot/hydra.yaml": PROJECT + "patches: [p.yaml]\n", "bot/p.yaml": wide, "bot/tickets.jsonl": "{}"}
    result = compiled(repo_of(tmp_path, {**project, "bot/own.hydra.yaml": passed}))
    assert result.errors() == []
    assert "labels" not in the(result, "ConfigMap", "own")["metadata"]
    assert the(result, "ConfigMap", "bot-tickets")["metadata"]["labels"]["team"] == "nlp"


def test_another_list_of_patches_on_another_cluster(tmp_path: Path) -> None:
    cluster = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: %s}\n"
    project = PROJECT + "clusters: [prod, staging]\npatches: [label.yaml]\noverrides: {staging: {patches: null}}\n"
    files = {f"clusters/{name}.yaml": cluster % name for name in ("prod", "staging")}
    result = patched(tmp_path, project=project, **{"label.yaml": LABEL}, **files)
    jobs = {path: text for path, text in result.rendered.files.items() if path.endswith("job-bot-letters-preload.yaml")}
    assert ["team: nlp" in jobs[path] for path in sorted(jobs)] == [True, False]


def test_findings_about_a_patched_value_are_shown_in_the_patch(tmp_path: Path) -> None:
    patch = """\
target: {kind: Job, name: bot-letters-preload}
patch:
  - {op: replace, path: /spec/template/spec/containers/0/image, value: "registry.acme.io/loader:latest"}
"""
    result = patched(tmp_path, patch)
    (found,) = [one for one in result.found if one.code.id == "HYD404"]
    assert found.at.span()[:3] == ("kustomize/0.yaml", 3, 72)
    assert found.notes == ("`kustomize/0.yaml` patches this object.",)


def test_an_image_of_a_patch_is_pulled_by_the_digest_that_is_pinned(tmp_path: Path) -> None:
    digest = f"sha256:{'9b2cc13c' * 8}"
    lock = f"version: 1\nimages:\n  registry.acme.io/loader:1.4: {digest}\n"
    patch = (
        "target: {name: bot-letters-preload}\npatch: [{op: replace, path: %s, value: 'registry.acme.io/loader:1.4'}]\n"
    )
    text = patch % "/spec/template/spec/containers/0/image"
    job = the(patched(tmp_path, text, **{"hydra.lock": lock}), "Job", "bot-letters-preload")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"registry.acme.io/loader:1.4@{digest}"
    assert job["metadata"]["name"] == f"bot-letters-preload-{object_digest(job)}"


def test_the_first_patch_that_kustomize_refuses_is_the_one_that_is_shown(tmp_path: Path) -> None:
    bad = "target: {kind: Job}\npatch: [{op: remove, path: /spec/absent}]\n"
    result = patched(tmp_path, LABEL, LABEL.replace("team", "a"), bad, LABEL.replace("team", "b"), bad)
    (found,) = [one for one in result.found if one.code.id == "HYD655"]
    assert found.at.span().file == "kustomize/2.yaml"
    assert "/tmp" not in found.wrong


def test_a_patch_for_nothing_is_told_where_an_override_takes_an_entry_out(tmp_path: Path) -> None:
    lab = "apiVersion: hydra.io/v1alpha1\nkind: Cluster\nmetadata: {name: lab}\nspec: {storage: {default: {class: nfs}}}\n"
    project = PROJECT + "overrides: {lab: {datasets: {letters: null}}}\n"
    found = patched(tmp_path, "target: {kind: Job, name: bot-typo}\npatch: []\n".replace("[]", "{spec: {backoffLimit: 9}}"),
                    project=project, **{"clusters/lab.yaml": lab}).found  # fmt: skip
    assert "HYD654" in {one.code.id for one in found}


def test_a_mistake_elsewhere_is_not_also_a_patch_for_nothing(tmp_path: Path) -> None:
    project = PROJECT.replace("s3://corp/letters", "s4://corp/letters")
    result = patched(tmp_path, "target: {name: bot-letters}\npatch: {metadata: {labels: {a: b}}}\n", project=project)
    assert [code for code in result.codes() if code != "HYD403"] == ["HYD502"]


@pytest.mark.parametrize("link", ["/etc/hostname", "../../outside.yaml"])
def test_a_link_out_of_the_repo_is_not_followed(tmp_path: Path, link: str) -> None:
    (tmp_path / "outside.yaml").write_text(LABEL)
    root = tmp_path / "repo"
    (root / "k").mkdir(parents=True)
    (root / "k" / "p.yaml").symlink_to(link)
    result = patched(root, project=PROJECT + "patches: [k/p.yaml]\n")
    assert [one for one in result.errors() if one.startswith("HYD651")] == result.errors() != []


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    result = patched(tmp_path, LABEL + "#" * FILE_LIMIT)
    assert result.errors() == ["HYD651 `kustomize/0.yaml` is larger than 256 KiB."]


@pytest.mark.parametrize(
    ("patch", "codes"),
    [
        ("target: {kind: PersistentVolumeClaim}\npatch: {spec: 3}\n", {"HYD655"}),
        ("target: {kind: .*}\npatch: [{op: replace, path: /metadata/labels, value: 3}]\n", {"HYD802"}),
        ("target: {kind: ConfigMap}\npatch: [{op: replace, path: /data, value: [1]}]\n", {"HYD802"}),
        ("target: {kind: ConfigMap}\npatch: {data: {a: 3}}\n", {"HYD802"}),
        ("target: {kind: Job}\npatch: {metadata: 3}\n", {"HYD652"}),
        ("target: {kind: Job}\npatch: {hydra-patched-0: x, hydra-patched-9: x}\n", {"HYD801"}),
        ("target: {kind: '('}\npatch: {metadata: {labels: {a: b}}}\n", {"HYD655"}),
        ("target: {labelSelector: '==='}\npatch: {metadata: {labels: {a: b}}}\n", {"HYD655"}),
        ("target: {kind: Job}\npatch: [{op: add, path: /apiVersion/x, value: 1}]\n", {"HYD655"}),
        ("target: {kind: Job}\npatch: {sops: {mac: x, version: '1'}, spec: {nope: 1}}\n", {"HYD653"}),
    ],
)
def test_what_no_object_can_be_is_refused_in_words(tmp_path: Path, patch: str, codes: set[str]) -> None:
    result = patched(tmp_path, patch)
    errors = [one for one in result.found if one.level is Severity.ERROR]
    assert {one.code.id for one in errors} == codes
    assert {one.at.span().file for one in errors} == {"kustomize/0.yaml"}


def test_aliases_that_explode_are_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdef", "bcdefg", strict=True)
    )
    (only,) = patched(tmp_path, bomb).errors()
    assert only.startswith("HYD1")


def test_copies_of_copies_are_refused_before_kustomize_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = [f"- {{op: copy, from: /spec, path: /spec/c{number}}}\n" for number in range(6)]
    text = "target: {kind: Job}\npatch:\n"
    monkeypatch.setattr(kustomize, "build", lambda *_: pytest.fail("kustomize was run"))
    result = patched(tmp_path, text + "".join(copies[:5]), text + "".join(copies[:2]))
    (wrong,) = [one for one in result.found if one.level is Severity.ERROR]
    assert wrong.code.id == "HYD652"
    assert wrong.at.span()[:2] == ("kustomize/1.yaml", 4)


def test_without_kustomize_only_repos_with_patches_have_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_of_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert patched(tmp_path / "a").errors() == []
    result = patched(tmp_path / "b", LABEL)
    (found,) = [one for one in result.found if one.code.id == "HYD650"]
    assert found.at.span()[:3] == ("hydra.yaml", 7, 11)
    assert "pip install" in found.do


def test_a_kustomize_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "PATIENCE", 0.01)
    assert patched(tmp_path, LABEL).errors() == ["HYD656 kustomize was still running after 0.01 seconds."]


def test_one_process_for_all_objects_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Kustomize] = []

    def build(command: Kustomize, files: Mapping[str, str]) -> Built:
        runs.append(command)
        return program.build(command, files)

    monkeypatch.setattr(kustomize, "build", build)
    assert patched(tmp_path, LABEL, LABEL.replace("team", "a")).errors() == []
    assert len(runs) == 1


def test_without_patches_nothing_of_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> list[Manifest]:
        raise AssertionError("a repo without patches")

    monkeypatch.setattr(patching, "patch", never)
    assert patched(tmp_path).errors() == []


def test_an_edit_of_a_patch_is_seen_by_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HYDRA_NO_CACHE", raising=False)
    root = tmp_path / "repo"
    patched(root, LABEL)
    assert compile_tree(Request(root)).written > 0
    assert compile_tree(Request(root)).written == 0
    (root / "kustomize/0.yaml").write_text(LABEL.replace("nlp", "ml"))
    assert compile_tree(Request(root)).written > 0
    text = (root / "rendered/default/nlp/bot/job-bot-letters-preload.yaml").read_text()
    assert "team: ml" in text
