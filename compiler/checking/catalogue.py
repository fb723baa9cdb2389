"""Schemas as files: which file is whose, and reading one without trusting it."""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path
from typing import Any, NamedTuple

MAX_BYTES = 8 * 1024 * 1024
"""Larger than any schema that `importing` writes; a file above it is no schema."""

_API_VERSION = re.compile(r"(?:([a-z0-9][-a-z0-9.]*)/)?([a-z0-9]+)")
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9]*")


class Broken(NamedTuple):
    """A schema file that cannot be used, and why. `file` is its path from the folder that holds its folder."""

    file: str
    reason: str


def file_name(api_version: str, kind: str) -> str | None:
    """The file of a kind, None where the two are not names that Kubernetes could have.

    >>> file_name("kubeflow.org/v1", "PyTorchJob"), file_name("v1", "Secret"), file_name("../../v1", "Secret")
    ('pytorchjob-kubeflow.org-v1.json', 'secret-v1.json', None)
    """
    match = _API_VERSION.fullmatch(api_version)
    if match is None or not _KIND.fullmatch(kind):
        return None
    group, version = match.groups()
    return "-".join(filter(None, (kind.lower(), group, version))) + ".json"


def read_schema(folder: Path, name: str) -> Any | Broken | None:
    """The schema in `<folder>/<name>`; None where there is no such file.

    Follows no symbolic link, neither of the folder nor of the file: a repo says what its schemas
    are, not what lies beside it on the machine that compiles.
    """
    try:
        schema = _parsed(folder, name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Broken(f"{folder.name}/{name}", reason_of(error))
    except RecursionError:
        return Broken(f"{folder.name}/{name}", "it is nested too deeply")
    except ValueError as error:
        return Broken(f"{folder.name}/{name}", str(error))
    return schema if isinstance(schema, dict) else Broken(f"{folder.name}/{name}", "a schema is a JSON object")


def _parsed(folder: Path, name: str) -> Any:
    file = folder / name
    about = os.lstat(file)
    if folder.is_symlink() or not stat.S_ISREG(about.st_mode):
        raise ValueError("it is no regular file, or in a folder that is a symbolic link")
    if about.st_size > MAX_BYTES:
        raise ValueError(f"it has {about.st_size} bytes, and {MAX_BYTES} are the most")
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"it is no JSON ({error})") from error


def reason_of(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return (error.strerror or type(error).__name__).lower()
