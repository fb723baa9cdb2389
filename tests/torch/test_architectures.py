"""The facts of every model against its class in Transformers, on torch's meta device: no weights, exact shapes."""

from __future__ import annotations

from functools import cache

import pytest

pytestmark = pytest.mark.torch

pytest.importorskip("torch", reason="torch is not installed: `make test-torch`")
pytest.importorskip("transformers", reason="Transformers is not installed: `make test-torch`")

import torch  # noqa: E402
from transformers.modeling_utils import no_init_weights  # noqa: E402

from compiler.library.entries.model import Model  # noqa: E402
from compiler.library.facts import ModelFacts  # noqa: E402
from compiler.library.library import open_library  # noqa: E402
from compiler.planning.parameters import count  # noqa: E402
from tests.torch.architectures import Build, builder  # noqa: E402

LIBRARY = open_library(None)

REMOTE_CODE = ("baichuan2-", "chatglm3-", "internlm")
"""Architectures that come with the weights and not with Transformers."""


def entries() -> list[Model]:
    found = [LIBRARY.find("model", name).value for name in LIBRARY.names("model")]
    return [entry for entry in found if entry is not None and entry.facts is not None]


ENTRIES = [entry for entry in entries() if builder(entry.name) is not None]


@cache
def weights(build: Build, facts: ModelFacts) -> int:
    """Parameters, shared ones once, and the router's corrections, which the class keeps as buffers."""
    with torch.device("meta"), no_init_weights():
        model = build(facts)
        model.tie_weights()
    corrections = (buffer for name, buffer in model.named_buffers() if name.endswith("e_score_correction_bias"))
    return sum(one.numel() for one in (*model.parameters(), *corrections))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_class_has_as_many_parameters_as_the_facts_say(entry: Model) -> None:
    build = builder(entry.name)
    assert build is not None
    assert entry.facts is not None
    assert weights(build, entry.facts) == count(entry.facts).total == entry.facts.parameters


def test_all_but_the_models_with_code_of_their_own_are_covered() -> None:
    missing = [entry.name for entry in entries() if builder(entry.name) is None]
    assert [name for name in missing if not name.startswith(REMOTE_CODE)] == []
    assert len(ENTRIES) >= 100
