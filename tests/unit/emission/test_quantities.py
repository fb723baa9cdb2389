"""Quantities as apimachinery's own tests have them (`pkg/api/resource/quantity_test.go`)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.emission.quantities import quantity, quantity_bytes

# TestQuantityParseEmit, and TestQuantityString in both of its spellings.
CANONICAL = {
    "1Ki": "1Ki", "1Mi": "1Mi", "1Gi": "1Gi", "1024Mi": "1Gi", "1000M": "1G", ".001Ki": "1024m", ".000001Ki": "1024u",
    ".000000001Ki": "1024n", ".000000000001Ki": "2n", "307200Ki": "300Mi", "6Ki": "6Ki", "1025024Mi": "1001Gi",
    "1024Gi": "1Ti", "5000m": "5", "0.5": "500m", "0.001T": "1G", "1000u": "1m", "80m": "80m", "1.08": "1080m",
    "1080000000n": "1080m", "1080m": "1080m", "300M": "300M", "1T": "1T", "1E": "1E", "1000E": "1e21", "5000E": "5e21",
    "1000000E": "1e24", "1234567M": "1234567M", "3k": "3k", "1025": "1025", ".001e12": "1e9", "0.001e0": "1e-3",
    "1000e-12": "1e-9", "80e-3": "80e-3", "300e6": "300e6", "1e12": "1e12", "1e3": "1e3", "00": "0", "80n": "80n",
    "1080u": "1080u",
}  # fmt: skip

# What people write, as `kubectl set resources --local -o json` gives it back.
WRITTEN = {
    "1000m": "1", "0.1": "100m", "3072Mi": "3Gi", "1.5Gi": "1536Mi", "2000Mi": "2000Mi", "100.035Ki": "102435840m",
    "0.5Ki": "512", "1023Ki": "1023Ki", "1024": "1024", "1.0": "1", "1e-12": "1e-9", "9Ei": "9223372036854775807",
    "8Ei": "9223372036854775807", "9223372036854775807Ki": "9223372036854775807", "0n": "0", "0Gi": "0", "3.001n": "4n",
    "1.1E-9": "2e-9", "0.00000012345": "124n", "1.": "1", "1.G": "1G", "1.3E+6": "1300e3", "0.5e-1": "50e-3",
    "12E": "12E", "100Ti": "100Ti", "1.2345": "1234500u", "18446744073709551616": "18446744073709551616", "2.0Gi": "2Gi",
    "1500m": "1500m", "+5Gi": "5Gi", "1.234": "1234m", "1536Mi": "1536Mi",
}  # fmt: skip

REFUSED = [
    "",
    " 1",
    "1 ",
    ".",
    "-",
    "+",
    "1.1.M",
    "1+1.0M",
    "0.1mi",
    "0.1am",
    "aoeu",
    ".5i",
    "1i",
    "-3.01i",
    "-3.01e-",
    "50 GB",
]
REFUSED += [
    "50GB",
    "1_000",
    "0x1",
    "1e",
    "1e3Gi",
    "1KI",
    "1e9999",
    "1" * 101,
    "\u0661Gi",
    "1\n",
    "1,5Gi",
    "Gi",
    "e3",
    "1Ki ",
]


@pytest.mark.parametrize(("text", "canonical"), (CANONICAL | WRITTEN).items())
def test_a_quantity_in_canonical_form(text: str, canonical: str) -> None:
    assert quantity(text) == canonical


@pytest.mark.parametrize(("text", "canonical"), [item for item in CANONICAL.items() if item[1] != "0"])
def test_a_negative_one_is_the_same_with_a_sign(text: str, canonical: str) -> None:
    assert quantity(f"-{text}") == f"-{canonical}"


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_a_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a Kubernetes quantity"):
        quantity(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [("1Ki", 1024), ("1.5Gi", 3 << 29), ("1", 1), ("1500m", 2), ("1n", 1), ("-1500m", -2), ("2e3", 2000), ("0", 0)],
)
def test_bytes_round_away_from_zero(text: str, count: int) -> None:
    assert quantity_bytes(text) == count


@given(
    digits=st.from_regex(r"[0-9]{1,12}(\.[0-9]{0,6})?", fullmatch=True),
    suffix=st.sampled_from(
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "e3", "E-2", "e+7"]
    ),
)
def test_the_canonical_form_is_its_own_and_of_the_same_size(digits: str, suffix: str) -> None:
    canonical = quantity(digits + suffix)
    assert quantity(canonical) == canonical
    assert quantity_bytes(canonical) == quantity_bytes(digits + suffix)
