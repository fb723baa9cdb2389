"""Logins of registries, as `docker login` and `podman login` leave them.

Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores; containers-auth.json(5).
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from compiler.lock.resolver_problems import NOT_ASKED, Unresolved
from compiler.lock.running import MissingError, SlowError, run

DOCKER_HUB = "docker.io"
HUB_KEYS = ("https://index.docker.io/v1/", "index.docker.io", "registry-1.docker.io")
HELPER_SECONDS = 30.0
_HELPER = re.compile(r"[\w.-]+", re.ASCII)


class Login(NamedTuple):
    """Who somebody is to a registry."""

    user: str
    password: str
    identity: str = ""
    """A token that is exchanged for others, instead of a password."""

    @property
    def basic(self) -> str:
        """The header for it."""
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def login_of(host: str, environment: Mapping[str, str]) -> Login | None:
    """The login for a registry: from its helper, else from the file; None where there is none.

    Raises: Unresolved, where the file cannot be read.
    """
    for path in _files(environment):
        settings = _settings(path)
        helper = _mapping(settings, "credHelpers").get(host) or settings.get("credsStore")
        login = _helped(helper, host, environment) if isinstance(helper, str) else None
        login = login or _written(_mapping(settings, "auths"), host)
        if login:
            return login
    return None


def _files(environment: Mapping[str, str]) -> Iterator[Path]:
    """The files that may hold it; one that the environment names is the only one."""
    if said := environment.get("REGISTRY_AUTH_FILE"):
        yield Path(said)
    elif said := environment.get("DOCKER_CONFIG"):
        yield Path(said, "config.json")
    elif home := environment.get("HOME"):
        yield Path(home, ".docker", "config.json")


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        text = ""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        return said
    raise Unresolved(
        NOT_ASKED, "The file with the logins of registries cannot be read: it is not JSON.",
        "Log in anew, or correct what `REGISTRY_AUTH_FILE` or `DOCKER_CONFIG` names.",
    )  # fmt: skip


def _mapping(settings: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    said = settings.get(key)
    return said if isinstance(said, dict) else {}


def _keys(host: str) -> tuple[str, ...]:
    return (host, f"https://{host}", f"https://{host}/v1/", *(HUB_KEYS if host == DOCKER_HUB else ()))


def _written(auths: Mapping[str, Any], host: str) -> Login | None:
    """A login that stands in the file itself."""
    for entry in (auths.get(key) for key in _keys(host)):
        if not isinstance(entry, dict):
            continue
        if isinstance(identity := entry.get("identitytoken"), str) and identity:
            return Login("", "", identity)
        try:
            user, colon, password = b64decode(str(entry.get("auth", ""))).decode().rstrip("\0").partition(":")
        except (NotBase64, ValueError):
            continue
        if colon:
            return Login(user, password)
    return None


def _helped(helper: str, host: str, environment: Mapping[str, str]) -> Login | None:
    """What a program for credentials says. One that is missing or fails knows nothing, as Docker takes it."""
    if not _HELPER.fullmatch(helper):
        return None
    asked = HUB_KEYS[0] if host == DOCKER_HUB else host
    try:
        ended = run((f"docker-credential-{helper}", "get"), environment, HELPER_SECONDS, asked)
        said = json.loads(ended.output) if ended.code == 0 else None
    except (MissingError, SlowError, ValueError, RecursionError):
        return None
    user, secret = (said.get("Username"), said.get("Secret")) if isinstance(said, dict) else (None, None)
    if not isinstance(user, str) or not isinstance(secret, str) or not secret:
        return None
    return Login("", "", secret) if user == "<token>" else Login(user, secret)
