"""A certificate of this machine, made anew for each run of the tests, and the authority that signed it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import trustme


class Certificates(NamedTuple):
    """Files in PEM."""

    server: Path
    """The server's certificate with its key."""

    authority: Path
    """What a client has to trust."""


@cache
def certificates() -> Certificates:
    """The files, which are removed when the tests end."""
    directory = Path(tempfile.mkdtemp(prefix="certificates-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    made = Certificates(directory / "server.pem", directory / "authority.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(str(made.server))
    authority.cert_pem.write_to_path(str(made.authority))
    return made
