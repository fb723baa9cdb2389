"""Third-party files are read as `kubectl` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from compiler.checking import thirdparty
from compiler.checking.thirdparty import Unreadable, documents_of
from tests.strategies import documents


def read(tmp_path: Path, text: str) -> list[Any]:
    """The documents of a text."""
    file = tmp_path / "a.yaml"
    file.write_text(text)
    return documents_of(file)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", {"a": True}),
        ("a: 'on'", {"a": "on"}),
        ("a: 2020-01-01", {"a": "2020-01-01"}),
        ("a: ~", {"a": None}),
        ("a: 0o7", {"a": "0o7"}),
        ("a: 1.5", {"a": 1.5}),
        ("1: a", {"1": "a"}),
        ("true: a", {"true": "a"}),
        ("<<: {a: b}", {"<<": {"a": "b"}}),
        ("a: !!str 1", {"a": "1"}),
        ("\ufeffa: b", {"a": "b"}),
        ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
    ],
)
def test_a_value_is_read(tmp_path: Path, text: str, value: Any) -> None:
    assert read(tmp_path, text) == [value]


def test_empty_documents_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, "---\n---\na: b\n---\n# c\n") == [{"a": "b"}]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thirdparty, "MAX_BYTES", 3)
    with pytest.raises(Unreadable, match="it has 4 bytes"):
        read(tmp_path, "a: b")


@settings(deadline=None)
@given(documents())
def test_it_reads_what_another_reader_reads(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, default_style='"')
    assert read(tmp_path_factory.getbasetemp(), text) == [yaml.safe_load(text)]
