"""HTTP: a directory listing or a single file."""

from __future__ import annotations

import re

from compiler.sources.base import GENERAL_OPTIONS, Option, Placement, Reading, Source, SourceType

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FILE = re.compile(r"[^/]*\.(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{1,8}")
"""A name with an extension. `v1.2` and `Qwen2.5-7B` are directories."""


def read(reading: Reading) -> Source:
    """A directory behind an HTML listing, or one file where the path ends in a name with an extension.

    Options that are not listed are request headers, as the Dataset reference says (its loader drops them).
    """
    if not reading.uri.host:
        reading.problem("The URI names no host.", f"Write `{SOURCE.form}`.")
    headers: dict[str, str] = {}
    own = {*SOURCE.options, *(GENERAL_OPTIONS if reading.verbatim else ())}
    for name in sorted(set(reading.options) - own):
        if not _HEADER.fullmatch(name):
            reading.problem(f"`{name}` is not a name of a header.", "Options of HTTP are headers of the request.", name)
        if re.search(r"[\r\n\x00]", reading.options[name]):
            reading.problem(f"The header `{name}` holds a line break.", "Write it in one line.", name)
        headers[name] = reading.options[name]
    last = reading.uri.path.rpartition("/")[2]
    url = reading.uri.bare.partition("#")[0]
    fields = {
        "url": url,
        "file": last if _FILE.fullmatch(last) else "",
        "headers": ",".join(f"{_csv(name)},{_csv(value)}" for name, value in headers.items()),
        "headerLines": ",".join(_csv(f"{name}: {value}") for name, value in headers.items()),
        "mode": reading.choice("syncMode", {"sync": "sync", "copy": "copy"}, "sync"),
    }
    return Source(SOURCE, url, fields, {"url": url}, loader="http-file" if fields["file"] else "http")


def _csv(item: str) -> str:
    return '"' + item.replace('"', '""') + '"' if re.search(r'[",]', item) else item


SOURCE = SourceType(
    name="HTTP",
    summary="A directory listing or a file of a web server",
    form="https://<host>/<directory>/",
    schemes=("http", "https"),
    placement=Placement.LOADED,
    read=read,
    options={"syncMode": Option("`sync` mirrors deletions, `copy` does not.", content=False)},
    any_option=True,
    secret_keys=("username", "password"),
)
