"""Objects go through kustomize and come back as they were: texts, numbers and the order of fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from compiler.linking.patches import Patch
from compiler.patching.kustomize import Result, apply
from compiler.patching.order import in_order
from compiler.patching.program import Kustomize, find_kustomize
from compiler.source.document import Document, SourceFile
from tests.strategies import numbers, texts

DOCUMENT = Document(SourceFile("p.yaml", ""), 0, {})
NOTHING = [{"op": "test", "path": "/kind", "value": "Thing"}]


def patch(content: Any, **target: str) -> Patch:
    return Patch(target or {"kind": "Thing"}, content, DOCUMENT.at(), DOCUMENT.at(), exact=False)


def applied(specs: list[Any], *patches: Patch) -> Result:
    found = find_kustomize()
    assert found is not None
    return apply(found, bodies(specs), patches)


def bodies(specs: list[Any]) -> list[dict[str, Any]]:
    return [
        {"apiVersion": "acme.io/v1", "kind": "Thing", "metadata": {"name": f"t{number}", "namespace": "x"}, "spec": one}
        for number, one in enumerate(specs)
    ]


TEXTS = texts().filter(lambda text: text != "<<")  # which is no key of an object's
VALUES = st.recursive(
    st.booleans() | numbers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=5), min_size=1, max_size=8))
@example(
    [
        {"\U00010000": "\u2028\x85\ufeff\uf8f0000041\ufffe\x00"},
        {"a": [False, 0.0]},
        {"a": 4.997739409883358e16},
        {"a": 2**53 + 1},
    ]
)
@settings(max_examples=4, phases=[Phase.explicit, Phase.generate], suppress_health_check=[*HealthCheck])
def test_objects_come_back_as_they_were(specs: list[Any]) -> None:
    result = applied(specs, patch(NOTHING))
    assert (result.failed, result.refused) == ("", None)
    back = [in_order(one.body, was) for one, was in zip(result.objects, bodies(specs), strict=True)]
    assert json.dumps(back) == json.dumps(bodies(specs))


def test_it_is_told_which_patches_an_object_was_given() -> None:
    result = applied([{}, {}], patch(NOTHING), patch(NOTHING, name="t1"), patch(NOTHING, name="none"))
    assert [one.by for one in result.objects] == [{0}, {0, 1}]


def test_names_of_a_target_are_for_the_whole_name() -> None:
    result = applied([{}] * 11, patch(NOTHING, name="t1"))
    assert [number for number, one in enumerate(result.objects) if one.by] == [1]


@pytest.mark.parametrize("wrong", [0, 1, 4, 6])
def test_the_refused_patch_is_found_among_many(wrong: int) -> None:
    patches = [patch([{"op": "add", "path": f"/spec/a{number}", "value": 1}]) for number in range(7)]
    patches[wrong] = patch([{"op": "remove", "path": "/spec/absent"}])
    refused = applied([{}], *patches).refused
    assert refused is not None
    assert refused[0] == wrong
    assert "absent" in refused[1]


def test_objects_that_it_does_not_take_are_no_patchs_fault() -> None:
    found = find_kustomize()
    assert found is not None
    result = apply(found, bodies([{}]) * 2, [patch(NOTHING)])
    assert result.refused is None
    assert result.failed.startswith("does not take the objects")


def test_what_is_no_list_of_objects_is_not_taken(tmp_path: Any) -> None:
    program = tmp_path / "kustomize"
    program.write_text("#!/bin/sh\necho '- a'\n")
    program.chmod(0o755)
    assert "no list of objects" in apply(Kustomize((str(program),)), bodies([{}]), [patch(NOTHING)]).failed
