"""NFS: data on an export."""

from __future__ import annotations

from compiler.sources.base import Placement, Reading, Source, SourceType


def read(reading: Reading) -> Source:
    """Server and path. A port cannot be mounted: the CSI driver takes it for a part of the name."""
    server, path = reading.uri.host, reading.uri.path
    if not server:
        reading.problem("The URI names no server.", f"Write `{SOURCE.form}`.")
    elif ":" in server.rpartition("]")[2]:
        # The Dataset controller makes the volume all the same, and it must stay what it is where it was applied.
        (reading.doubt if reading.verbatim else reading.problem)(
            f"`{server}` has a port, which the NFS driver takes for a part of the server's name: nothing can mount it.",
            "Remove the port; another one than 2049 is a mount option of the volume.",
        )
    if ".." in path.split("/"):
        reading.problem("The path leads out of the export.", "Remove `..`.")
    if "#" in reading.uri.text or "#" in path:
        reading.problem(
            "The path holds a `#`.", "Use a directory without one: it separates the parts of the volume's handle."
        )
    return Source(SOURCE, reading.uri.bare, {"server": server, "path": path}, {"server": server, "path": path})


SOURCE = SourceType(
    name="NFS",
    summary="A directory of an NFS export",
    form="nfs://<server>/<path>",
    schemes=("nfs",),
    placement=Placement.EXPORT,
    read=read,
)
