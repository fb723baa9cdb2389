"""Names within the limits, and never two things of one name by cutting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.emission.naming import label_value, object_name
from tests.unit.emission.strategies import names

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?").fullmatch
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?").fullmatch

parts = st.lists(names, min_size=1, max_size=6)
digests = st.sampled_from(["", "bgg8h5cct2"])
limits = st.integers(min_value=23, max_value=63)


def test_what_fits_is_only_joined() -> None:
    assert (
        object_name(["support-bot", "", "base", "preload"], digest="bgg8h5cct2")
        == "support-bot-base-preload-bgg8h5cct2"
    )


def test_what_does_not_fit_is_cut_and_gets_a_digest_of_the_whole() -> None:
    long = object_name(["support-bot", "a-service-with-a-very-long-name", "chat"], limit=47)
    assert long == "support-bot-a-service-with-a-very-lo-29hd97kf8t"
    assert len(long) <= 47


@given(parts=parts, digest=digests, limit=limits)
def test_a_name_is_a_dns_label_within_its_limit_and_keeps_its_digest(parts: list[str], digest: str, limit: int) -> None:
    name = object_name(parts, digest=digest, limit=limit)
    assert DNS_LABEL(name)
    assert len(name) <= limit
    assert name.endswith(digest)
    assert object_name(parts, digest=digest, limit=limit) == name


@given(first=parts, second=parts, limit=limits)
def test_different_stems_have_different_names(first: Any, second: Any, limit: int) -> None:
    same = object_name(first, limit=limit) == object_name(second, limit=limit)
    assert same == ("-".join(first) == "-".join(second))


@given(cut=st.integers(min_value=30, max_value=60))
def test_a_cut_never_leaves_two_dashes_or_a_dot_before_the_digest(cut: int) -> None:
    name = object_name(["a" * cut + "-.-" + "b" * 40])
    assert not re.search(r"[-.]-[a-z0-9]{10}$", name)


@pytest.mark.parametrize("arguments", [{"parts": []}, {"parts": ["", ""]}, {"parts": ["abcdefghijklm"], "limit": 11}])
def test_no_name_is_a_fault_of_the_caller(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"part|fits"):
        object_name(**arguments)


@given(text=st.one_of(st.text(max_size=90), st.from_regex(r"[a-zA-Z0-9._/ -]{0,80}", fullmatch=True)))
def test_a_label_value_is_one(text: str) -> None:
    value = label_value(text)
    assert LABEL_VALUE(value)
    assert len(value) <= 63


@given(first=st.text(max_size=80), second=st.text(max_size=80))
def test_different_texts_have_different_label_values(first: Any, second: Any) -> None:
    assert (label_value(first) == label_value(second)) == (first == second)
