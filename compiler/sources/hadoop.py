"""HADOOP: files of an HDFS."""

from __future__ import annotations

import re

from compiler.sources.base import Option, Placement, Reading, Source, SourceType

_KEY = re.compile(r"[-._A-Za-z0-9]+")
_CONFIG_MAP = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


def read(reading: Reading) -> Source:
    """Name node and path. The client's settings come from a ConfigMap of the namespace."""
    path = reading.options.get("sourcePath", "")
    if not path.strip():
        reading.problem(
            "`sourcePath` is missing.",
            "Add `sourcePath`, the path on the HDFS.",
            reading.absent("sourcePath"),
        )
    settings = reading.options.get("hdfsConfigName", "")
    if settings and not _CONFIG_MAP.fullmatch(settings):
        reading.problem(
            f"`{settings}` is not a name of a ConfigMap.",
            "Use lower-case letters, digits, `-` and `.`.",
            "hdfsConfigName",
        )
    files = []
    for option in ("hdfsSiteXml", "coreSiteXml"):
        name = reading.options.get(option)
        if name and not settings:
            reading.problem(f"`{option}` names a file of no ConfigMap.", "Add `hdfsConfigName`.", option)
        if name and (not _KEY.fullmatch(name) or name in {".", ".."}):
            reading.problem(f"`{name}` is not a key of a ConfigMap.", "Use letters, digits, `-`, `_` and `.`.", option)
        if name and settings:
            files.append(name)
    if not reading.uri.host and not reading.options.get("coreSiteXml"):
        reading.problem("The URI names no name node.", f"Write `{SOURCE.form}`.")
    fields = {
        "url": f"hdfs://{reading.uri.host}",
        "path": path,
        "username": reading.options.get("username"),
        "configMap": settings,
        "fileSystem": "" if reading.options.get("coreSiteXml") else f"hdfs://{reading.uri.host}",
        "files": files,
    }
    return Source(SOURCE, reading.uri.bare, fields, {"url": fields["url"], "path": path}, loader="hdfs")


SOURCE = SourceType(
    name="HADOOP",
    summary="Files of an HDFS",
    form="hdfs://<name node>:<port>",
    schemes=("hdfs",),
    placement=Placement.LOADED,
    read=read,
    options={
        "sourcePath": Option("Path on the HDFS."),
        "username": Option("User on the HDFS.", content=False),
        "hdfsConfigName": Option("ConfigMap with the client's settings.", content=False),
        "coreSiteXml": Option("Key of core-site.xml in the ConfigMap.", content=False),
        "hdfsSiteXml": Option("Key of hdfs-site.xml in the ConfigMap.", content=False),
    },
    short=(),
)
