"""Specs with anything in them: good ones in which a part was replaced, and texts that mean something to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

HOSTILE = (
    "", " ", "-", "--", "--upload-pack=touch /tmp/owned", "-oProxyCommand=touch /tmp/owned", "$(touch /tmp/owned)",
    "`touch /tmp/owned`", "${HOME}", "$HOME", "$(HYDRA_MARKER)", "$$(HYDRA_MARKER)", "{{ 7 * 7 }}", "{% for a in b %}", "{{ ''.__class__ }}",
    "; touch /tmp/owned", "a\nb", "a\r\nb", "a\tb", "a\0b", "\x1b[31mred", "\u2028", "\u202e", "\ufeff", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "..", "../../etc/passwd", "/etc/passwd", "./../x", "a/../../b", "~", "file:///etc/passwd", "s3://a/../../b",
    "kustomization", "hydra.list", "_cluster", "_gitops", "*", "&a", "!!python/object:os.system", "<<", "%00", "%2e%2e%2f",
    "git+ssh://-oProxyCommand=x/a", "git://host/--upload-pack=x", "hf://--a/--b@--c", "nfs://h/a,b", "nfs://h/a#b", "pvc://a/..%2f..",
    "oci://h/a:$(x)", "https://h/$(x)`y`", "dataset://../..", "conda://a?b", "é", "名", "a" * 64, "a" * 254, "9" * 200 + "Gi", "1e999", "0", "0Gi", "-1Gi",
)  # fmt: skip
"""Texts that a shell, a template, a parser, a terminal or a file system would take for more than text."""

texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
"""Hostile texts, and any other."""

junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), texts,
    st.lists(texts | st.none(), max_size=2), st.dictionaries(texts, texts | st.none() | st.integers(), max_size=2),
)  # fmt: skip
"""Values of any type."""


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value below a value."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in below:
        yield (*path, step)
        yield from places(one, (*path, step))


def replaced(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    """A value with another one at a place."""
    if not path:
        return by
    step, *rest = path
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[step] = replaced(copy[step], tuple(rest), by)
    return copy


def text_places(value: Any) -> list[tuple[str | int, ...]]:
    """The way to every text below a value."""
    return [path for path in places(value) if isinstance(at(value, path), str)]


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a place."""
    for step in path:
        value = value[step]
    return value
