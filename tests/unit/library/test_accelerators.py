"""The built-in accelerators: every entry, its forms, and its numbers against the table of facts."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compiler.data import data_root
from compiler.library.entries.accelerator import Accelerator
from compiler.library.layers import Layer
from compiler.library.library import Library, open_library

# Read as a repo's own, so that the models check the entries.
LIBRARY = Library([Layer(data_root(), "library")])
NAMES = LIBRARY.names("accelerator")

IDS = {
    "a10", "a100-40gb", "a100-80gb", "a10g", "a30", "a40", "a800-80gb", "ascend-910b", "b200", "cpu", "gaudi2",
    "gaudi3", "gb200", "h100-80gb", "h20-96gb", "h200-141gb", "h800-80gb", "l20", "l4", "l40", "l40s", "metax-c500",
    "mi250", "mi300x", "rtx-3090", "rtx-4090", "rtx-5090", "rtx-6000-ada", "rtx-a6000", "t4", "v100-16gb", "v100-32gb",
}  # fmt: skip
"""What specs call a card, whatever its form."""

NAMED_OTHERWISE = {"h20": "h20-96gb"}
"""Row of the table -> entry."""

DEVICES = {"mi250": 2}
"""Cards that count as several devices. The table has the whole card's numbers, beside the memory of one device."""

NUMBERS = {
    "memory_bandwidth_gb_s": "bandwidthGbS",
    "interconnect_gb_s_per_direction": "linkGbS",
    "half_tflops_dense": "halfTflops",
}
"""Column -> field, of the numbers that are a card's."""


def accelerator(name: str) -> Accelerator:
    staged = LIBRARY.find("accelerator", name)
    assert not staged.found
    entry: Accelerator = staged.value
    return entry


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_without_findings_and_says_whose_numbers_these_are(name: str) -> None:
    assert accelerator(name).source.startswith("https://")


def test_every_card_has_its_short_id() -> None:
    forms = {form for name in NAMES for form in accelerator(name).forms}
    assert set(NAMES) - forms == IDS | {"h100-nvl"}


@pytest.mark.parametrize("name", [name for name in NAMES if accelerator(name).forms])
def test_a_short_id_has_the_numbers_of_its_usual_form(name: str) -> None:
    entry = accelerator(name)
    usual = accelerator(entry.forms[0])
    own = {"name", "summary", "forms"}
    assert entry.model_dump(exclude=own) == usual.model_dump(exclude=own)


@pytest.mark.parametrize("name", [name for name in NAMES if accelerator(name).forms])
def test_forms_are_entries_of_the_same_maker_without_forms(name: str) -> None:
    forms = [accelerator(form) for form in accelerator(name).forms]
    assert {(form.vendor, form.resource) for form in forms} == {(accelerator(name).vendor, accelerator(name).resource)}
    assert not any(form.forms for form in forms)


@pytest.mark.parametrize("name", NAMES)
def test_the_record_of_a_built_in_entry_has_what_the_model_has(name: str) -> None:
    record: Any = open_library(None).find("accelerator", name).value
    entry = accelerator(name)
    for field in ("name", "vendor", "memory_mib", "resource", "node_selector", "bf16", "fp8", "half_tflops", "forms"):
        assert getattr(record, field) == getattr(entry, field)
    assert record.raw.get("linkGbS") == entry.link_gb_s


def test_processors_have_nothing_to_ask_for() -> None:
    entry = accelerator("cpu")
    assert (entry.memory_mib, entry.resource, entry.bf16, entry.node_selector) == (0, None, False, {})


@pytest.mark.parametrize("name", ["t4", "v100-16gb", "v100-32gb", "v100-pcie-32gb"])
def test_cards_before_ampere_have_no_bf16(name: str) -> None:
    assert not accelerator(name).bf16


@pytest.mark.parametrize("name", NAMES)
def test_a_file_has_no_line_over_120_characters(name: str) -> None:
    text = Path(data_root(), "library", "accelerators", f"{name}.yaml").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 120


@cache
def table() -> dict[str, dict[str, str]]:
    """The table of facts, by id."""
    upstream = os.environ.get("HYDRA_UPSTREAM")
    if not upstream:
        pytest.skip("HYDRA_UPSTREAM is not set")
    lines = Path(upstream, "facts", "accelerators.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {row["id"]: row for row in rows}


@pytest.mark.upstream
def test_every_row_of_the_table_is_an_entry() -> None:
    assert {NAMED_OTHERWISE.get(row, row) for row in table()} <= set(NAMES)
    assert len(table()) >= 35


@pytest.mark.upstream
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"cpu", "ascend-910b-32gb"}))
def test_the_numbers_are_those_of_the_table(name: str) -> None:
    entry = accelerator(name)
    rows = {NAMED_OTHERWISE.get(row, row): numbers for row, numbers in table().items()}
    stated = entry.model_dump(by_alias=True, exclude_none=True)
    wanted = expected(name, rows[entry.forms[0] if entry.forms else name])
    assert {key: stated.get(key) for key in wanted} == wanted


def expected(name: str, row: dict[str, str]) -> dict[str, Any]:
    """What an entry has to state by its row. What a row leaves empty, the entry leaves out."""
    label, _, value = row["node_label"].partition("=")
    devices = DEVICES.get(name, 1)
    return {
        "vendor": row["vendor"],
        "memoryMib": int(row["memory_mib_reported"]),
        "resource": row["k8s_resource"],
        "nodeSelector": {label: value} if label else {},
        "bf16": row["bf16"] == "yes",
        "fp8": row["fp8"] == "yes",
        "link": row["interconnect"] or None,
        **{field: float(row[column]) / devices if row[column] else None for column, field in NUMBERS.items()},
    }
