"""A claim that goes and one that comes: whether they look like one that was renamed."""

from __future__ import annotations

from compiler.change.kinds.registry import judged
from compiler.change.values import Around, Subject
from tests.unit.change.subjects import subject

CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: bot-{name}
  namespace: {namespace}
  labels: {{app.kubernetes.io/part-of: bot, app.kubernetes.io/component: dataset}}
spec: {{accessModes: [ReadWriteMany], resources: {{requests: {{storage: {size}}}}}, storageClassName: ceph}}
"""


def claim(name: str, size: str = "5Gi", namespace: str = "nlp") -> Subject:
    return subject(CLAIM.format(name=name, size=size, namespace=namespace))


def why(gone: Subject, *come: Subject, staying: tuple[Subject, ...] = ()) -> str:
    """What is said of a claim that goes while others come, and others change."""
    befores = {one.target: one for one in (gone, *staying)}
    afters = {one.target: one for one in (*come, *staying)}
    found = judged(gone, None, (), Around(None, None, befores, afters))
    assert found.verdict.label == "data-at-risk"
    return found.why


def test_one_that_asks_for_the_same_is_taken_for_it() -> None:
    assert "`moved: {old: new}`" in why(claim("old"), claim("new"))


def test_of_two_that_look_alike_neither_is_suggested() -> None:
    assert "moved" not in why(claim("old"), claim("new"), claim("newer"))


def test_one_of_another_size_is_another_one() -> None:
    assert "moved" not in why(claim("old"), claim("new", "6Gi"))


def test_one_in_another_namespace_is_another_one() -> None:
    assert "moved" not in why(claim("old"), claim("new", namespace="ai"))


def test_one_that_was_there_before_is_another_one() -> None:
    assert "moved" not in why(claim("old"), staying=(claim("other"),))


def test_the_empty_one_says_whose_data_it_lacks() -> None:
    old, new = claim("old"), claim("new")
    found = judged(None, new, (), Around(None, None, {old.target: old}, {new.target: new}))
    assert found.verdict.label == "created"
    assert f"`{old.target}`, renamed" in found.why
