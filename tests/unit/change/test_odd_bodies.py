"""Bodies that somebody else wrote may have anything anywhere: a judgement comes of each, and never a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from compiler.change.fields import differences
from compiler.change.gpus import held, storage_bytes
from compiler.change.kinds.registry import judged
from compiler.change.values import Around, Subject, Verdict
from tests.unit.change import objects
from tests.unit.change.repos import REPOS
from tests.unit.change.subjects import ALONE

ODD: tuple[Any, ...] = (None, "x", 7, -1, True, [], {}, [1, {"name": "x"}], {"name": {"x": 1}})
TEXTS = [text for name, text in vars(objects).items() if name.isupper()]
BODIES = [body for text in (*TEXTS, REPOS["documents"]["hydra.yaml"]) for body in yaml.safe_load_all(text)]


def mangled(value: Any) -> Iterator[Any]:
    """The value with each thing in it replaced by each odd one, in turn."""
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: other} for other in (*ODD, *mangled(value[key])))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], other, *value[index + 1 :]] for other in (*ODD, *mangled(item)))


def of(body: Any) -> Subject:
    """The object, under one target whatever is in it."""
    return Subject("prod", "Kind/nlp/name", "file.yaml", "unit", body)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body['kind']} {body['metadata']['name']}")
def test_any_body_is_judged_on_either_side(body: Any) -> None:
    sound = of(body)
    fields = [field for field in body if field not in {"apiVersion", "kind", "metadata"}]
    for field, value in ((name, one) for name in fields for one in (*ODD, *mangled(body[name]))):
        odd = of({**body, field: value})
        around = Around(None, None, {"a": sound, "b": odd}, {"c": odd, "d": sound})
        for before, after in ((sound, odd), (odd, sound)):
            found = judged(before, after, differences(before.body, after.body), around)
            assert isinstance(found.verdict, Verdict)
            assert found.why.endswith(".")
        judged(odd, None, (), around)
        judged(None, odd, (), around)
        assert held(odd).most >= 0
        assert storage_bytes(odd) >= 0


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_odd_metadata_are_judged(odd: Any) -> None:
    for body in BODIES:
        for field in ("labels", "annotations", "finalizers"):
            other = of({**body, "metadata": {**body["metadata"], field: odd}})
            found = judged(of(body), other, differences(body, other.body), ALONE)
            assert found.why.endswith(".")
            judged(other, None, (), ALONE)
