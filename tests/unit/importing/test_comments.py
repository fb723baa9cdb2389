"""Comments go along with what they are about."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from compiler.importing.comments import read_comments
from tests.unit.importing.imported import came_of

TEXT = """\
# Of 2025.
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: a, namespace: nlp}
spec:
  dataSyncRound: 2  # after the clean-up
  source: {type: S3, uri: "s3://corp/a#b"}
  # The team's own.
  secretRef: s3
# The end of a.
---
# Of 2026.
apiVersion: dataset.baizeai.io/v1alpha1
kind: Dataset
metadata: {name: b, namespace: nlp}
spec: {source: {type: MANUAL, uri: "manual://"}}
"""


def test_comments_stand_above_the_entry_of_their_document(tmp_path: Path) -> None:
    text = came_of(tmp_path, TEXT).done.text
    assert (
        """\
datasets:
  # Of 2025.
  # dataSyncRound: after the clean-up
  # The team's own.
  # The end of a.
  a:
"""
        in text
    )
    assert "  # Of 2026.\n  b: {" in text


def test_an_order_to_hydra_stays_as_it_is(tmp_path: Path) -> None:
    text = TEXT.replace("# after the clean-up", "# hydra: ignore HYD405 it grows")
    assert "  # hydra: ignore HYD405 it grows\n" in came_of(tmp_path, text).done.text


def test_what_looks_like_a_comment_within_a_value_is_none() -> None:
    text = 'a: |\n  text\n  # text\nb: "x # text"\nc: d#e\nf: g # comment\n'
    assert [one.text for one in read_comments(text).all] == ["# f: comment"]


@given(st.lists(st.text(alphabet="abc #:'", max_size=12), max_size=5))
def test_no_text_is_taken_for_a_comment(texts: list[str]) -> None:
    quoted = "".join(f"k{number}: '{one.replace(chr(39), chr(39) * 2)}'\n" for number, one in enumerate(texts))
    assert read_comments(quoted).all == ()
