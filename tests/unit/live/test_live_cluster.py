"""The same against a real API server, where HYDRA_TEST_KUBECONFIG names a kubeconfig; its current context is asked.

Nothing is written there. The user has to be allowed to `patch` and `create` ConfigMaps in the namespace `default`, and to
list CustomResourceDefinitions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiler.change.values import Subject
from compiler.live.client import Api, connected
from compiler.live.comparing import live_subjects
from compiler.live.importing import import_from
from compiler.live.verifying import verify

KUBECONFIG = os.environ.get("HYDRA_TEST_KUBECONFIG", "")
NAME = "hydra-test-of-verify"
pytestmark = pytest.mark.skipif(
    not KUBECONFIG, reason="HYDRA_TEST_KUBECONFIG names no kubeconfig: no real cluster was asked"
)


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KUBECONFIG", KUBECONFIG)
    return str(yaml.safe_load(Path(KUBECONFIG).read_text("utf-8"))["current-context"])


def subject(**more: Any) -> Subject:
    metadata = {"name": NAME, "namespace": "default"}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "b"}} | more
    return Subject("real", f"{body['kind']}/default/{NAME}", "", "", body)


def is_there(api: Api) -> bool:
    return api.get(f"/api/v1/namespaces/default/configmaps/{NAME}").status != 404


def test_a_good_object_is_taken_and_not_written(context: str) -> None:
    with connected(context) as api:
        done = verify([subject()], api)
        assert ([one.wrong for one in done.found], done.value.taken) == ([], 1)
        assert not is_there(api)


def test_each_refusal_has_its_finding(context: str) -> None:
    elsewhere = subject(metadata={"name": NAME, "namespace": "hydra-has-no-such-namespace"})
    unknown = subject(apiVersion="hydra.example/v1", kind="Nothing")
    with connected(context) as api:
        done = verify([subject(dada={"a": "b"}), subject(data={"a b": "c"}), elsewhere, unknown], api)
        assert sorted(one.code.id for one in done.found) == ["HYD690", "HYD690", "HYD691", "HYD693"]
        assert any('unknown field "dada"' in one.wrong or "field not declared" in one.wrong for one in done.found)


def test_an_absent_object_has_no_live_side(context: str) -> None:
    live = live_subjects(context, [subject()])
    assert f"ConfigMap/default/{NAME}" not in live.value


def test_its_crds_become_schemas(context: str, tmp_path: Path) -> None:
    done = import_from(context, (), tmp_path)
    assert [one.wrong for one in done.found if one.code.id in {"HYD694", "HYD695", "HYD696", "HYD697"}] == []
    assert len(list(tmp_path.glob("*.json"))) == len(done.value.written)
