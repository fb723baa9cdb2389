"""The registry of entry kinds, and laws on every kind and every built-in entry."""

from __future__ import annotations

import pytest
from pydantic.json_schema import model_json_schema

from compiler.data import data_root
from compiler.library.kinds import EntryKind, kinds
from compiler.library.layers import Layer
from compiler.library.library import Library

KINDS = list(kinds().values())


def test_a_module_is_a_kind() -> None:
    assert {"loader", "model"} <= kinds().keys()
    assert kinds()["model"][:3] == ("model", "Model", "models")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_kind_has_a_documented_model(kind: EntryKind) -> None:
    assert kind.model.__doc__
    assert kind.model.__name__ == kind.kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_kind_has_a_json_schema(kind: EntryKind) -> None:
    assert model_json_schema(kind.model)["additionalProperties"] is False


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_the_fields_with_templates_exist(kind: EntryKind) -> None:
    aliases = {field.alias or name for name, field in kind.model.model_fields.items()}
    assert set(kind.templates) <= aliases


def test_the_built_in_library_passes_the_checks_of_a_repo() -> None:
    count, found = Library([Layer(data_root(), "library")]).check()
    assert found == []
    assert count >= 144
