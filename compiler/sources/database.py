"""DATABASE: tables of a MySQL database, as CSV files."""

from __future__ import annotations

import re

from compiler.sources.base import Option, Placement, Reading, Source, SourceType

_NAME = re.compile(r"[\w$-]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")


def read(reading: Reading) -> Source:
    """Host, port, database and tables. Only names that need no quoting are taken: they end up in SQL."""
    options = {key.lower(): value for key, value in reading.options.items()}
    host, _, port = reading.uri.host.partition(":")
    host, port = options.get("host") or host, options.get("port") or port or "3306"
    database = options.get("dbname", "")
    user = options.get("username", "")
    tables = [table.strip() for table in options.get("tables", "").split(",") if table.strip()]
    if not _HOST.fullmatch(host) or host.startswith("-"):
        reading.problem(f"`{host}` is not a host.", "Give a name or an address.", reading.absent("host"))
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        reading.problem(f"`{port}` is not a port.", "Give a number from 1 to 65535.", reading.absent("port"))
    if not _NAME.fullmatch(database):
        reading.problem("`dbName` does not name a database.", "Add `dbName`.", reading.absent("dbName"))
    if not tables:
        reading.problem("No table is named.", "Add `tables`, a list with commas between.")
    for table in tables:
        if not _NAME.fullmatch(table):
            reading.problem(f"`{table}` is not a name of a table.", "Use letters, digits, `_`, `-` and `$`.", "tables")
    content = {"host": host, "port": port, "database": database, "tables": tables}
    return Source(SOURCE, reading.uri.bare, {**content, "user": user}, content, loader="mysql")


SOURCE = SourceType(
    name="DATABASE",
    summary="Tables of a MySQL database, as CSV files",
    form="database://<host>:<port>",
    schemes=("database",),
    placement=Placement.LOADED,
    read=read,
    options={
        "host": Option("Host of the database, in place of the URI's."),
        "port": Option("Port of the database, in place of the URI's."),
        "dbName": Option("Name of the database."),
        "dbname": Option("The same."),
        "tables": Option("Tables to load, with commas between."),
        "username": Option("User, where no Secret names one.", content=False),
    },
    secret_keys=("username", "password"),
    short=(),
)
