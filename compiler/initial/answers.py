"""What `hydra init` has to know, and which answers can be used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from compiler.spec.credentials import looks_like_one
from compiler.spec.patterns import DNS_LABEL, DNS_SUBDOMAIN, NAME

TEMPLATES = Path(__file__).parent / "templates"
NONE = "none"
MOST_NAME = 40
"""Characters of a name: the names of objects are put together from it, and Kubernetes takes 63."""

_URL = re.compile(
    r"(https|http|ssh|git|file)://(?!([^/@]*@)?-)[A-Za-z0-9._:@/~%+-]+|\w[A-Za-z0-9._-]*@\w[A-Za-z0-9.-]*:[A-Za-z0-9._/~+-]+",
    re.ASCII,
)
"""Neither user nor host begins with `-`, which programs would take for an option."""

_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._/-]*|[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class Answers(NamedTuple):
    """What the repo is to be like."""

    project: str = "first-project"
    namespace: str = "ml"
    cluster: str = "prod"
    storage_class: str = ""
    """StorageClass of the cluster; empty is the cluster's own default."""
    controller: str = "argocd"
    repo: str = ""
    """URL at which the controller reads the repo; empty where it is not known yet."""
    branch: str = "main"
    ci: str = "github"
    owners: str = ""
    """Owners for CODEOWNERS, separated by blanks; empty writes advice as comments."""
    hydra: str = ""
    """URL of a Git repository of Hydra, for hooks and CI; empty takes the package."""


def controllers() -> tuple[str, ...]:
    """The controllers that there is a template for, and none."""
    return (*sorted(path.name.partition(".")[0] for path in (TEMPLATES / "controllers").glob("*.j2")), NONE)


def ci_systems() -> tuple[str, ...]:
    """The CI systems that there are templates for, and none."""
    return (*sorted(path.name for path in (TEMPLATES / "ci").iterdir() if path.is_dir()), NONE)


def name(text: str) -> str:
    """A name of a project or a cluster.

    Raises: ValueError, with what is wrong and what to do.
    """
    if not re.fullmatch(NAME, text) or len(text) > MOST_NAME:
        raise ValueError(
            f"`{text}` is no name: use at most {MOST_NAME} lower-case letters, digits and `-`, a letter first."
        )
    return text


def label(text: str) -> str:
    """A namespace: a DNS label.

    Raises: ValueError.
    """
    if not re.fullmatch(DNS_LABEL, text) or len(text) > 63:
        raise ValueError(f"`{text}` is no DNS label: use at most 63 lower-case letters, digits and `-`.")
    return text


def storage_class(text: str) -> str:
    """The name of a StorageClass, or nothing.

    Raises: ValueError.
    """
    if text and (not re.fullmatch(DNS_SUBDOMAIN, text) or len(text) > 253):
        raise ValueError(f"`{text}` is no name of a StorageClass: use lower-case letters, digits, `-` and `.`.")
    return text


def url(text: str) -> str:
    """The URL of a Git repository, or nothing. What stands in it is committed, so it has no credentials.

    Raises: ValueError, which does not repeat what may be a credential.
    """
    if looks_like_one(text) or re.match(r"https?://[^/]*@", text):
        raise ValueError("The URL holds credentials, which would be committed: leave them out.")
    if text and not _URL.fullmatch(text):
        raise ValueError(
            f"`{text}` is no URL of a Git repository: write it like `https://git.example.com/ml/platform.git`."
        )
    return text


def branch(text: str) -> str:
    """The name of a branch.

    Raises: ValueError.
    """
    if not _BRANCH.fullmatch(text) or ".." in text or text.endswith(("/", ".lock", ".")):
        raise ValueError(f"`{text}` is no name of a branch: use letters, digits, `-`, `_`, `.` and `/`.")
    return text


def owner(text: str) -> str:
    """Owners as CODEOWNERS has them, separated by blanks, or nothing.

    Raises: ValueError.
    """
    for one in text.split():
        if not _OWNER.fullmatch(one):
            raise ValueError(f"`{one}` is no owner: write `@user`, `@organisation/team` or an address of e-mail.")
    return " ".join(text.split())
