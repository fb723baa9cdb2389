"""Pass-through documents without what a controller would rewrite."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.emission.canonical import canonical_quantities, prune
from tests.unit.emission.strategies import values

with_nulls = st.recursive(
    values | st.none(),
    lambda inner: st.dictionaries(
        st.sampled_from(["a", "b", "data", "labels", "emptyDir", "value"]), inner, max_size=4
    ),
    max_leaves=12,
)


def test_nulls_and_empty_values_go_from_the_inside_out() -> None:
    body = {
        "metadata": {"name": "a", "creationTimestamp": None, "annotations": {}, "labels": None},
        "spec": {"resources": {"limits": {"a": None}}, "volumes": [], "nodeName": "", "replicas": 0, "paused": False},
        "status": {},
    }
    assert prune(body) == {"metadata": {"name": "a"}, "spec": {"replicas": 0, "paused": False}}


@pytest.mark.parametrize(
    "body",
    [
        {"spec": {"volumes": [{"name": "tmp", "emptyDir": {}}]}},
        {"spec": {"podSelector": {}, "ingress": [{"from": [{"namespaceSelector": {}}]}, {}]}},
        {"spec": {"storageClassName": ""}},
        {"data": {"empty.txt": ""}, "stringData": {"key": ""}},
        {"metadata": {"labels": {"node-role": ""}, "annotations": {"a": ""}}},
        {"spec": {"nodeSelector": {"node-role.kubernetes.io/worker": ""}, "selector": {"matchLabels": {"a": ""}}}},
        {"spec": {"containers": [{"args": ["", "a"], "env": [{"name": "A", "value": ""}]}]}},
        {"spec": {"rayClusterConfig": {"headGroupSpec": {"rayStartParams": {}}}}},
        {"spec": {"router": {"route": {}, "gateway": {}, "scheduler": {}}}},
        {"spec": {"networkPolicy": {}, "gcsFaultToleranceOptions": {}}},
    ],
    ids=lambda body: str(body)[:60],
)
def test_what_is_empty_on_purpose_stays(body: dict[str, Any]) -> None:
    assert prune(body) == body


def test_a_null_among_a_users_own_keys_goes() -> None:
    assert prune({"data": {"a": None, "b": ""}}) == {"data": {"b": ""}}


@given(value=with_nulls)
def test_pruning_twice_is_pruning_once_and_leaves_the_argument_alone(value: Any) -> None:
    body = {"spec": value}
    before = repr(body)
    once = prune(body)
    assert prune(once) == once
    assert repr(body) == before


def test_quantities_become_canonical_where_they_are_quantities() -> None:
    body = {
        "spec": {
            "capacity": {"storage": "102400Mi"},
            "containers": [
                {"resources": {"requests": {"cpu": 2, "memory": "2048Mi"}, "limits": {"cpu": 0.5, "nvidia.com/gpu": 8}}}
            ],
            "volumes": [{"emptyDir": {"sizeLimit": "1024Mi"}}],
        }
    }
    assert canonical_quantities(body) == {
        "spec": {
            "capacity": {"storage": "100Gi"},
            "containers": [
                {
                    "resources": {
                        "requests": {"cpu": "2", "memory": "2Gi"},
                        "limits": {"cpu": "500m", "nvidia.com/gpu": "8"},
                    }
                }
            ],
            "volumes": [{"emptyDir": {"sizeLimit": "1Gi"}}],
        }
    }


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": {"labels": {"sizeLimit": "1000m", "capacity": "1000m"}}, "data": {"sizeLimit": "1024Mi"}},
        {"rules": [{"resources": ["pods"]}]},
        {"spec": {"resources": {"requests": {"storage": "50 GB", "a": True}, "claims": [{"name": "1000m"}]}}},
        {"spec": {"capacity": "high", "resources": {"limits": "1000m"}}},
    ],
    ids=str,
)
def test_what_only_looks_like_a_quantity_is_left_alone(body: dict[str, Any]) -> None:
    assert canonical_quantities(body) == body
