"""Projects are written so that they read back the same, and so that people like to read them."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from compiler.importing.base import SECTIONS, Entry
from compiler.importing.writing import WIDTH, Project, project_text
from compiler.source.document import Document, SourceFile
from compiler.source.reading import documents
from compiler.spec.kinds import project_model

DOCUMENT = Document(SourceFile("a.yaml", ""), 0, {})
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30) | st.sampled_from(
    ["", "on", "12", "1e3", "a, b", "{x}", "a: b", "two\nlines\n", "x" * 120, "-", "null", "#"]
)
SCALARS = TEXTS | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(1e-9, 1e9)
KEYS = st.text(alphabet="abcdefgh-", min_size=1, max_size=8).map(lambda text: f"k{text}")
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)


def written(*entries: Entry, **more: Any) -> str:
    return project_text(Project("bot", "nlp", more.get("labels", {}), more.get("clusters", ()), entries), {})


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_an_entry_reads_back_as_it_is(value: dict[str, Any]) -> None:
    read = documents(SourceFile("hydra.yaml", written(Entry("jobs", "own", value, DOCUMENT))))
    assert [one.wrong for one in read.found] == []
    assert read.value[0].value["jobs"]["own"] == value


def test_sections_stand_in_the_order_of_the_language() -> None:
    entries = [Entry(section, "a", {"x": 1}, DOCUMENT) for section in reversed(SECTIONS)]
    lines = written(*entries).splitlines()
    assert [line.rstrip(":") for line in lines if line.rstrip(":") in SECTIONS] == [*SECTIONS]


def test_every_section_of_the_language_has_its_place() -> None:
    own = {"api_version", "kind", "metadata", "clusters", "overrides", "acknowledge", "patches", "moved"}
    assert set(project_model().model_fields) - own <= set(SECTIONS)


def test_short_things_stand_on_one_line_and_long_ones_do_not() -> None:
    text = written(
        Entry("datasets", "a", {"source": "s3://corp/a"}, DOCUMENT),
        Entry("datasets", "b", {"source": "s3://corp/b", "volume": {"size": "5Gi"}}, DOCUMENT),
        Entry("jobs", "c", {"command": ["x" * 20] * 6, "retries": 1}, DOCUMENT),
        clusters=("prod",),
        labels={"team": "nlp"},
    )
    assert text.startswith("apiVersion: hydra.io/v1alpha1\nkind: Project\nmetadata:\n  name: bot\n  namespace: nlp\n")
    assert "  labels: {team: nlp}\nclusters: [prod]\n" in text
    assert "  a: {source: s3://corp/a}\n  b:\n    source: s3://corp/b\n    volume: {size: 5Gi}\n" in text
    assert f"    command:\n      - {'x' * 20}\n" in text
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_text_of_several_lines_stays_one() -> None:
    text = written(Entry("datasets", "a", {"source": {"options": {"requirements": "a==1\nb==2\n"}}}, DOCUMENT))
    assert "requirements: |\n          a==1\n          b==2\n" in text
