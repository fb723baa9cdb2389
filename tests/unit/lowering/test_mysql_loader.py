"""The MySQL loader's script: from the client's batch output to CSV."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.unit.lowering.loaders import loader_container, source_of
from tests.unit.lowering.local import DIGEST, Local

OPTIONS = {"dbName": "shop", "tables": "orders, customers"}
ROWS = {
    "plain": ("1\tbook", ["1", "book"]),
    "a comma": ("1\ta, b", ["1", "a, b"]),
    "quotes": ('1\tsay "hi"', ["1", 'say "hi"']),
    "an escaped tab": (r"1{tab}a\tb", ["1", "a\tb"]),
    "an escaped line break": (r"1{tab}a\nb", ["1", "a\nb"]),
    "an escaped backslash before an n": (r"1{tab}a\\nb", ["1", r"a\nb"]),
    "a path": (r"1{tab}C:\\new\\table", ["1", r"C:\new\table"]),
    "a carriage return": ("1\ta\rb", ["1", "a\rb"]),
    "an escaped nothing": (r"1{tab}a\0b", ["1", "ab"]),
    "an empty field": ("\t", ["", ""]),
    "an ampersand": (r"1{tab}a&b\\&", ["1", r"a&b\&"]),
    "other scripts": ("1\t模型", ["1", "模型"]),
}
"""What the client prints in its batch form, and the fields that it means."""


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(tmp_path)


def tables(local: Local, name: str) -> list[list[str]]:
    with (local.volume / DIGEST / "data" / f"shop.{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("row", ROWS)
def test_fields_survive(row: str, local: Local) -> None:
    printed, fields = ROWS[row]
    (local.scratch / "printed").write_text("id\tname\n" + printed.replace("{tab}", "\t") + "\n", "utf-8", newline="")
    local.program("mysql", f'cat "{local.scratch}/printed"')
    status, output = local.run(loader_container(local, source_of("DATABASE", "database://db:3307", OPTIONS)))
    assert status == 0, output
    assert tables(local, "orders") == [["id", "name"], fields]


def test_the_client_is_told_where_and_what_and_no_password(local: Local) -> None:
    local.recorder("mysql", 'printf "id\\n1\\n"')
    source = source_of("DATABASE", "database://db:3307", OPTIONS)
    status, output = local.run(loader_container(local, source), MYSQL_USER="reader", MYSQL_PWD="s3cret")
    assert status == 0, output
    assert local.calls == [
        "mysql [--host=db] [--port=3307] [--user=reader] [--database=shop] [--batch] [--quick] "
        f"[--default-character-set=utf8mb4] [--execute=SELECT * FROM `{table}`]"
        for table in ("orders", "customers")
    ]
    assert tables(local, "customers") == [["id"], ["1"]]


def test_a_client_that_fails_half_way_fails_the_load(local: Local) -> None:
    local.program("mysql", 'printf "id\\n1\\n"; exit 3')
    status, _ = local.run(loader_container(local, source_of("DATABASE", "database://db", OPTIONS)))
    assert status == 3
    assert not (local.volume / DIGEST / "ready.json").exists()
    assert not list((local.volume / DIGEST / "data").glob("*.csv"))


def test_the_user_may_be_an_option(local: Local) -> None:
    local.recorder("mysql")
    source = source_of("DATABASE", "database://db", {**OPTIONS, "username": "guest"})
    local.run(loader_container(local, source, anonymous=True))
    assert "[--user=guest]" in local.calls[0]
