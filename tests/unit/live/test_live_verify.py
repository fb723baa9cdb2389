"""`hydra verify` against a server that really refuses: everything is reported, once, at the line of the spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compiler.live import refusals
from compiler.live.client import Answer
from compiler.live.order import in_order
from tests.api_server.server import Running
from tests.unit.live.repos import FILES, PROJECT, repo_in, run, subjects_of, synced

LINES = {"tickets": 5, "more": 6, "base": 8, "chat": 10}
"""Of the entries in the project."""


def verify(repo: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    ran = run(repo, "verify", "--context", "prod", "--format", "json", *arguments)
    return ran.exit_code, json.loads(ran.stdout)["findings"]


def told(found: list[dict[str, Any]], least: str = "") -> list[tuple[str, str, int]]:
    """Code, file and line of the findings; HYD403 is about the repo itself."""
    return [
        (one["code"], one["span"]["file"], one["span"]["line"])
        for one in found
        if one["code"] != "HYD403" and least in one["severity"]
    ]


def patches(up: Running) -> list[str]:
    return [one.path for one in up.cluster.requests if one.method == "PATCH"]


def test_a_cluster_that_takes_it_all(up: Running, repo: Path) -> None:
    before = dict(up.cluster.objects)
    ran = run(repo, "verify", "--context", "prod")
    assert ran.exit_code == 0
    assert "8 objects of prod against prod: 8 taken.\n" in ran.stdout
    assert len(patches(up)) == 8
    assert up.cluster.objects == before


def test_everything_that_is_sent_is_a_dry_run(up: Running, repo: Path) -> None:
    run(repo, "verify", "--context", "prod")
    for one in up.cluster.requests:
        assert one.method == "GET" or (one.method, one.content_type) == ("PATCH", "application/apply-patch+yaml")
        if one.method == "PATCH":
            assert one.query == {"dryRun": "All", "fieldManager": "hydra", "fieldValidation": "Strict", "force": "true"}


def test_what_runs_already_is_taken_again(up: Running, repo: Path) -> None:
    synced(up.cluster, repo)
    before = json.dumps(up.cluster.objects["v1", "persistentvolumeclaims", "nlp", "bot-tickets"])
    assert verify(repo)[0] == 0
    assert json.dumps(up.cluster.objects["v1", "persistentvolumeclaims", "nlp", "bot-tickets"]) == before


def test_objects_come_after_what_they_need(repo: Path) -> None:
    kinds = [one.body["kind"] for one in in_order(reversed(subjects_of(repo)))]
    assert kinds == [*["PersistentVolumeClaim"] * 3, "ConfigMap", *["Job"] * 3, "InferenceService"]


def test_the_server_is_asked_in_that_order(up: Running, repo: Path) -> None:
    run(repo, "verify", "--context", "prod")
    kinds = [path.split("/")[-2] for path in patches(up)]
    assert kinds == [*["persistentvolumeclaims"] * 3, "configmaps", *kinds[4:]]


def test_every_refusal_is_told_with_its_message_and_its_line(up: Running, repo: Path, tmp_path: Path) -> None:
    old = PROJECT.replace("size: 10Gi", "size: 20Gi").replace(
        "s3://corp/more}", "s3://corp/more, volume: {class: slow}}"
    )
    synced(up.cluster, repo_in(tmp_path / "old", old, FILES.replace('"1"', '"0"')))
    code, found = verify(repo)
    assert code == 1
    assert told(found) == [
        ("HYD690", "files.hydra.yaml", 1),
        ("HYD690", "hydra.yaml", LINES["tickets"]),
        ("HYD690", "hydra.yaml", LINES["more"]),
    ]
    texts = [one["message"] for one in found if one["code"] == "HYD690"]
    assert texts[0] == (
        'The API server refuses `ConfigMap/nlp/files`: ConfigMap "files" is invalid: data: Forbidden: field is immutable '
        "when `immutable` is set"
    )
    assert "`PersistentVolumeClaim/nlp/bot-tickets`: " in texts[1]
    assert "field can not be less than" in texts[1]
    assert "spec is immutable after creation" in texts[2]
    assert "cannot be changed: give it a new name" in next(one["do"] for one in found if one["code"] == "HYD690")


def test_several_causes_are_listed(up: Running, repo: Path, tmp_path: Path) -> None:
    old = PROJECT.replace("{size: 10Gi}", "{size: 20Gi, class: slow}")
    synced(up.cluster, repo_in(tmp_path / "old", old))
    (found,) = [one for one in verify(repo)[1] if one["code"] == "HYD690"]
    assert [note.partition(":")[0] for note in found["notes"]] == ["spec", "spec.resources.requests.storage"]


def test_a_cluster_with_another_release_of_a_crd(up: Running, repo: Path) -> None:
    kind = up.cluster.kind("serving.kserve.io/v1beta1", "InferenceService")
    schema = json.loads(json.dumps(kind.schema))
    definition = schema["$defs"]["PredictorSpec"] if "PredictorSpec" in schema.get("$defs", {}) else None
    narrowed = {"type": "object", "additionalProperties": False, "properties": {"minReplicas": {}}}
    if definition is None:
        schema["properties"]["spec"] = {"type": "object", "properties": {"predictor": narrowed}}
    else:
        schema["$defs"]["PredictorSpec"] = narrowed
    up.cluster.kinds[kind.api_version, kind.plural] = kind._replace(schema=schema)
    code, found = verify(repo)
    assert (code, told(found)) == (1, [("HYD690", "hydra.yaml", LINES["chat"])])
    (one,) = [one for one in found if one["code"] == "HYD690"]
    assert ": field not declared in schema" in one["message"]
    assert "hydra schema import --context" in one["do"]


def test_a_namespace_that_nobody_makes_is_told_once(up: Running, repo: Path) -> None:
    up.cluster.objects.clear()
    code, found = verify(repo)
    assert (code, [one[0] for one in told(found)]) == (1, ["HYD691"])
    assert "`nlp`" in next(one["message"] for one in found if one["code"] == "HYD691")
    assert "8 objects cannot be applied" in next(one["message"] for one in found if one["code"] == "HYD691")


def test_a_namespace_that_the_tree_makes_is_no_mistake(up: Running, tmp_path: Path) -> None:
    up.cluster.objects.clear()
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: nlp}\n"
    ran = run(repo_in(tmp_path / "repo", space__hydra=space), "verify", "--context", "prod", "--format", "json")
    found = json.loads(ran.stdout)["findings"]
    assert (ran.exit_code, [one[0] for one in told(found)]) == (0, ["HYD692"])
    assert patches(up)[0] == "/api/v1/namespaces/nlp"


def test_a_kind_that_the_cluster_lacks_is_told_once(up: Running, repo: Path) -> None:
    up.cluster.without("serving.kserve.io/v1beta1", "InferenceService")
    project = PROJECT + "  more: {model: base, accelerator: {type: a100-80gb, count: 1}}\n"
    code, found = verify(repo_in(repo, project))
    assert (code, told(found)) == (1, [("HYD693", "hydra.yaml", LINES["chat"])])
    (one,) = [one for one in found if one["code"] == "HYD693"]
    assert one["message"].startswith(
        "The API server knows no `InferenceService` of `serving.kserve.io/v1beta1`: 2 objects cannot be applied."
    )
    assert len(patches(up)) == 7


def test_another_version_of_a_kind_is_named(up: Running, repo: Path) -> None:
    kind = up.cluster.kind("serving.kserve.io/v1beta1", "InferenceService")
    up.cluster.without(kind.api_version, kind.kind)
    up.cluster.kinds["serving.kserve.io/v1", kind.plural] = kind._replace(api_version="serving.kserve.io/v1")
    (one,) = [one for one in verify(repo)[1] if one["code"] == "HYD693"]
    assert one["message"].endswith("It has it as `serving.kserve.io/v1`.")


def test_permissions_that_are_lacking_are_told_once_each(up: Running, repo: Path) -> None:
    up.cluster.forbidden |= {("jobs.batch", "patch"): "nlp", ("configmaps", "patch"): ""}
    code, found = verify(repo)
    assert (code, [one[0] for one in told(found)]) == (1, ["HYD697", "HYD697"])
    messages = [one["message"] for one in found if one["code"] == "HYD697"]
    assert messages == [
        "The user of the context may not `patch` `configmaps` in `nlp`: 1 object could not be verified.",
        "The user of the context may not `patch` `jobs.batch` in `nlp`: 3 objects could not be verified.",
    ]


def test_a_quota_and_a_webhook_are_no_lack_of_permission(up: Running, repo: Path) -> None:
    up.cluster.webhooks.append(lambda body: "no jobs on Fridays" if body["kind"] == "Job" else None)
    code, found = verify(repo)
    assert (code, [one[0] for one in told(found)]) == (1, ["HYD690"] * 3)
    (one, *_) = [one for one in found if one["code"] == "HYD690"]
    assert one["message"].endswith(': admission webhook "policy.acme.io" denied the request: no jobs on Fridays')
    assert "policy" in one["do"]


def test_a_warning_of_the_server_is_a_warning(up: Running, repo: Path) -> None:
    up.cluster.warnings["InferenceService"] = 'would violate PodSecurity \\"restricted:latest\\"'
    code, found = verify(repo)
    assert (code, told(found)) == (0, [("HYD698", "hydra.yaml", LINES["chat"])])
    assert next(one["message"] for one in found if one["code"] == "HYD698").endswith(
        'would violate PodSecurity "restricted:latest"'
    )
    assert verify(repo, "--fail-on", "warning")[0] == 1


def test_settings_and_comments_give_levels(up: Running, repo: Path) -> None:
    up.cluster.warnings["InferenceService"] = "it is old"
    settings = (repo / ".hydra.yaml").read_text()
    (repo / ".hydra.yaml").write_text(settings + "policy: {HYD698: error}\n")
    assert verify(repo)[0] == 1
    (repo / ".hydra.yaml").write_text(settings + "policy: {HYD698: off}\n")
    assert [one for one in told(verify(repo)[1]) if one[0] == "HYD698"] == []


@pytest.mark.parametrize("controller", ["argocd", "flux"])
def test_a_controller_may_run_on_another_cluster(up: Running, repo: Path, controller: str) -> None:
    profile = repo / "clusters" / "prod.yaml"
    delivery = f"  gitops: {{controller: {controller}, repo: 'https://git.acme.io/a.git'}}\n"
    profile.write_text(profile.read_text() + delivery)
    code, found = verify(repo)
    assert (code, {one[0] for one in told(found)}) == (0, {"HYD699"})
    assert "for the GitOps controller could not be verified" in str(found)
    assert len(patches(up)) >= 8


def test_values_of_secrets_are_not_told(repo: Path) -> None:
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "nlp"}}
    subject = subjects_of(repo)[0]._replace(body=body, target="Secret/nlp/s")
    causes = [{"field": "data.key", "message": "Invalid value: hunter2"}]
    answer = Answer(422, {"message": "data.key: hunter2", "details": {"causes": causes}}, ("hunter2",))
    found = refusals.refusal(subject, answer)
    assert found.notes == ("data.key",)
    assert "hunter2" not in str(found)
    assert list(refusals.warnings(subject, answer)) == []


def test_what_is_encrypted_is_not_sent(up: Running, tmp_path: Path) -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: nlp}\nstringData: {key: 'ENC[AES256_GCM,data:x]'}\n"
        "sops: {mac: 'ENC[x]', version: 3.9.0}\n"
    )
    ran = run(repo_in(tmp_path / "repo", secret__hydra=secret), "verify", "--context", "prod", "--format", "json")
    found = json.loads(ran.stdout)["findings"]
    assert (ran.exit_code, told(found)) == (0, [("HYD699", "secret/hydra.yaml", 1)])
    assert "9 objects of prod against prod: 8 taken, 1 not verified." in ran.stderr
    assert not any("secrets" in path for path in patches(up))


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_every_format_names_the_line(up: Running, repo: Path, tmp_path: Path, form: str) -> None:
    synced(up.cluster, repo_in(tmp_path / "old", PROJECT.replace("size: 10Gi", "size: 20Gi")))
    ran = run(repo, "verify", "--context", "prod", "--format", form)
    assert ran.exit_code == 1
    assert "HYD690" in ran.stdout
    line = {"text": "hydra.yaml:5:", "json": '"line": 5', "github": "line=5", "sarif": '"startLine": 5'}[form]
    assert line in ran.stdout


def test_the_cluster_has_to_be_clear(up: Running, repo: Path) -> None:
    staging = (repo / "clusters/prod.yaml").read_text().replace("name: prod", "name: staging")
    (repo / "clusters/staging.yaml").write_text(staging)
    spec = (repo / "hydra.yaml").read_text()
    (repo / "hydra.yaml").write_text(spec.replace("datasets:", "clusters: [prod, staging]\ndatasets:"))
    (repo / "files.hydra.yaml").unlink()
    assert run(repo, "verify", "--context", "prod").exit_code == 0
    assert run(repo, "verify", "--context", "prod", "--cluster", "staging").exit_code == 0
    kubeconfig = up.kubeconfig.read_text().replace("prod", "gke")
    up.kubeconfig.write_text(kubeconfig)
    ran = run(repo, "verify", "--context", "gke")
    assert ran.exit_code == 2
    assert "Name it with --cluster: `prod`, `staging`." in ran.stderr
    ran = run(repo, "verify", "--context", "gke", "--cluster", "prdo", "--format", "json")
    assert (ran.exit_code, json.loads(ran.stdout)["findings"][0]["code"]) == (1, "HYD301")


def test_specs_with_errors_are_not_asked_about(up: Running, repo: Path) -> None:
    repo_in(repo, PROJECT.replace("{model: base,", "{model: bsae,"))
    ran = run(repo, "verify", "--context", "prod")
    assert ran.exit_code == 1
    assert "Nothing was verified." in ran.stdout
    assert up.cluster.requests == []


def test_the_same_cluster_gives_the_same_report(up: Running, repo: Path, tmp_path: Path) -> None:
    synced(up.cluster, repo_in(tmp_path / "old", PROJECT.replace("size: 10Gi", "size: 20Gi")))
    up.cluster.forbidden["jobs.batch", "patch"] = ""
    first, second = (run(repo, "verify", "--context", "prod", "--format", "json").stdout for _ in range(2))
    assert first == second
