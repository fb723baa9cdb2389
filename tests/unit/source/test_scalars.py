"""Plain scalars are typed as YAML 1.2's core schema says, or refused where YAML 1.1 says otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.source.scalars import Refused, tagged, typed

SAME = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "nUll": "nUll",
    "true": True,
    "True": True,
    "TRUE": True,
    "tRue": "tRue",
    "false": False,
    "FALSE": False,
    "0": 0,
    "-0": 0,
    "+1": 1,
    "42": 42,
    "-17": -17,
    "0x1f": 31,
    "0xFF": 255,
    "0xg": "0xg",
    "18446744073709551615": 2**64 - 1,
    "-9223372036854775808": -(2**63),
    "1e-4": 1e-4,
    "2E5": 2e5,
    "1e3": 1000.0,
    "12e03": 12000.0,
    "1.10": 1.1,
    "1.": 1.0,
    ".5": 0.5,
    "-.5": -0.5,
    "+.5": 0.5,
    "007.5": 7.5,
    "0.": 0.0,
    "1.5e+3": 1500.0,
    ".": ".",
    "..": "..",
    "-": "-",
    "1.2.3": "1.2.3",
    "1e": "1e",
    "e3": "e3",
    "50Gi": "50Gi",
    "100m": "100m",
    "2024-01-01": "2024-01-01",
    "2024-01-01T10:00:00Z": "2024-01-01T10:00:00Z",
    "12:30": "12:30",
    "190:20:30": "190:20:30",
    "10.0.0.5": "10.0.0.5",
    "0o8": "0o8",
    "0b12": "0b12",
    "0x": "0x",
    "1_a": "1_a",
    "_1": "_1",
    "a_1": "a_1",
    "10_0.0.5": "10_0.0.5",
    "\uff11\uff12": "\uff11\uff12",
    "1\uff12": "1\uff12",
    "yesterday": "yesterday",
    "none": "none",
    "None": "None",
    "infinity": "infinity",
    "inf": "inf",
    "nan": "nan",
    "==": "==",
    "<<<": "<<<",
}

REFUSED = {
    Refused.WORD: "y Y n N yes Yes YES yEs no No NO nO on On ON off Off OFF oFf",
    Refused.NUMBER: "0774 00 08 09 -07 +07 0o774 0o17 -0o17 0O17 0b11 0B11 +0b1 -0x1f 0X1F 1_000 1__0 1_ 0_7 1_000.5 "
    "1.2_3 0x1_f 0b1_1 -1_0 1e_3",
    Refused.UNBOUNDED: ".inf .Inf .INF +.inf -.INF .nan .NaN .NAN 1e999 -1e999 18446744073709551616 "
    "-9223372036854775809 0x1ffffffffffffffff " + "9" * 5000,
    Refused.INDICATOR: "= <<",
}


@pytest.mark.parametrize(("text", "value"), SAME.items(), ids=repr)
def test_a_scalar_is_typed_as_the_core_schema_says(text: str, value: Any) -> None:
    found = typed(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("why", "text"), [(why, text) for why, texts in REFUSED.items() for text in texts.split()])
def test_a_scalar_that_readers_dispute_is_refused(why: Refused, text: str) -> None:
    assert typed(text) is why


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("!", "12", "12"),
        ("tag:yaml.org,2002:str", "0774", "0774"),
        ("tag:yaml.org,2002:str", "", ""),
        ("tag:yaml.org,2002:int", "3", 3),
        ("tag:yaml.org,2002:int", "0x1f", 31),
        ("tag:yaml.org,2002:int", "true", Refused.MISFIT),
        ("tag:yaml.org,2002:int", "1.0", Refused.MISFIT),
        ("tag:yaml.org,2002:int", "0o17", Refused.NUMBER),
        ("tag:yaml.org,2002:float", "1", 1.0),
        ("tag:yaml.org,2002:float", ".inf", Refused.UNBOUNDED),
        ("tag:yaml.org,2002:bool", "true", True),
        ("tag:yaml.org,2002:bool", "yes", Refused.WORD),
        ("tag:yaml.org,2002:bool", "1", Refused.MISFIT),
        ("tag:yaml.org,2002:null", "~", None),
        ("tag:yaml.org,2002:null", "x", Refused.MISFIT),
        ("tag:yaml.org,2002:map", "x", Refused.TAG),
        ("tag:yaml.org,2002:binary", "aGk=", Refused.TAG),
        ("tag:yaml.org,2002:timestamp", "2024-01-01", Refused.TAG),
        ("tag:yaml.org,2002:python/object", "x", Refused.TAG),
        ("!Ref", "x", Refused.TAG),
        ("str", "x", Refused.TAG),
    ],
)
def test_a_tag_decides_the_type(tag: str, text: str, value: Any) -> None:
    found = tagged(tag, text)
    assert (found, type(found)) == (value, type(value))
