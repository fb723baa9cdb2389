"""OCI registries: the digest of what a tag names, of all platforms together where it is an index.

The login is that of `docker login` or `podman login`. `HYDRA_REGISTRY_MIRROR` names a registry that is asked instead, or
some: `docker.io=registry.acme.io/hub,ghcr.io=registry.acme.io/ghcr`. Plain http is spoken only to this machine, and to the
hosts that `HYDRA_INSECURE_REGISTRIES` lists.
Source: https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md, "Pulling manifests";
https://distribution.github.io/distribution/spec/auth/token/; containerd `remotes/docker/authorizer.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from compiler.lock.answer import Answer
from compiler.lock.asking import Asker
from compiler.lock.registry_login import Login, login_of
from compiler.lock.resolver_problems import NOT_ASKED, NOT_FOUND, UNUSABLE, Unresolved
from compiler.lock.resolvers.base import Resolver, bearer, refused
from compiler.lock.wanted import Wanted
from compiler.planning.images import DOCKER_HUB, host_of, mirrored

INSECURE = "HYDRA_INSECURE_REGISTRIES"
MIRROR = "HYDRA_REGISTRY_MIRROR"
HERE = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""What a tag may name, the index before the image of one platform."""

MOST_BYTES = 4 << 20
"""What registries have to take, and so the largest manifest that there is (distribution-spec, "Pushing Manifests")."""
_PARAMETER = re.compile(r'\b(\w+)="([^"]*)"|\b(\w+)=([^\s,"]+)')
"""A parameter of a challenge. `\\b`, since a long word would else be tried from each of its letters."""

_NAME = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


class Image(NamedTuple):
    """An image of a registry."""

    host: str
    name: str
    tag: str

    @property
    def server(self) -> str:
        """The host that is asked."""
        return "registry-1.docker.io" if self.host == DOCKER_HUB else self.host


def resolve(wanted: Wanted, asker: Asker) -> str:
    """The digest of a tag; of `latest`, where there is none.

    Raises: Unresolved.
    """
    image = image_of(_place(wanted.location, mirror_of(asker.environment)), wanted.revision)
    scheme = scheme_of(image.server, asker.environment)
    url = f"{scheme}://{image.server}/v2/{image.name}/manifests/{image.tag}"
    login = login_of(image.host, asker.environment)
    answer = _asked(asker, "HEAD", url, {})
    secret: Mapping[str, str] = {}
    if answer.status == 401:
        secret = _secret(asker, answer, image, login)
        answer = _asked(asker, "HEAD", url, secret)
    # Some registries do not know HEAD, and none says in it what is wrong.
    if answer.status != 200 or not DIGEST.fullmatch(answer.headers.get("Docker-Content-Digest", "")):
        answer = _asked(asker, "GET", url, secret)
    if answer.status != 200:
        raise _refusal(answer, image, known=login is not None)
    return _digest(answer, image)


def image_of(location: str, revision: str) -> Image:
    """Registry, name and tag. A name without a registry is of Docker Hub, one without a tag is `latest`.

    >>> image_of("alpine", "3.20")
    Image(host='docker.io', name='library/alpine', tag='3.20')
    >>> image_of("registry.acme.io:5000/a/b:v1", "")
    Image(host='registry.acme.io:5000', name='a/b', tag='v1')

    Raises: Unresolved.
    """
    host, rest = host_of(location)
    name, _, tag = rest.partition(":")
    tag = revision or tag or "latest"
    if host == DOCKER_HUB and "/" not in name:
        name = f"library/{name}"
    if not (
        _NAME.fullmatch(name) and (_TAG.fullmatch(tag) or DIGEST.fullmatch(tag)) and re.fullmatch(r"[\w.:\[\]-]+", host)
    ):
        raise Unresolved(NOT_ASKED, f"`{location}` is not the name of an image.", "Write `<registry>/<name>:<tag>`.")
    return Image(host, name, tag)


def mirror_of(environment: Mapping[str, str]) -> str | Mapping[str, str]:
    """The registry that is asked instead of all others, or instead of some.

    >>> mirror_of({"HYDRA_REGISTRY_MIRROR": "docker.io=registry.acme.io/hub"})
    {'docker.io': 'registry.acme.io/hub'}
    """
    said = [one for one in re.split(r"[\s,]+", environment.get(MIRROR, "")) if one]
    if len(said) == 1 and "=" not in said[0]:
        return said[0]
    return {host: mirror for host, sign, mirror in (one.partition("=") for one in said) if sign}


def _place(location: str, mirror: str | Mapping[str, str]) -> str:
    """Where an image is asked for. What is on the mirror's own host is not on it once more."""
    elsewhere = mirrored(location, mirror)
    return location if host_of(location)[0] == host_of(elsewhere)[0] else elsewhere


def scheme_of(host: str, environment: Mapping[str, str]) -> str:
    """`http` for this machine and for hosts that the environment lists, else `https`."""
    listed = re.split(r"[\s,]+", environment.get(INSECURE, ""))
    return "http" if HERE.fullmatch(host) or host in listed else "https"


def _asked(asker: Asker, method: str, url: str, secret: Mapping[str, str]) -> Answer:
    return asker.ask(url, method=method, headers={"Accept": ", ".join(TYPES)}, secret=secret, most=MOST_BYTES)


def _secret(asker: Asker, answer: Answer, image: Image, login: Login | None) -> Mapping[str, str]:
    """The header that the registry asks for."""
    kind, _, rest = answer.headers.get("WWW-Authenticate", "").partition(" ")
    if kind.lower() == "basic":
        if login is None or login.identity:
            raise refused(answer, remedy=f"Log in: `docker login {image.host}`.")
        return {"Authorization": login.basic}
    parameters = {one[1] or one[3]: one[2] or one[4] for one in _PARAMETER.finditer(rest)}
    realm = parameters.get("realm", "")
    try:
        place = urlsplit(realm)
        safe = place.scheme == scheme_of(place.netloc, asker.environment) or place.scheme == "https"
    except ValueError:
        safe = False
    if kind.lower() != "bearer" or not safe or not place.netloc:
        wrong = f"`{answer.host}` wants credentials, and names no safe place to get a token from."
        raise Unresolved(UNUSABLE, wrong, f"Make sure that it is a registry. Over http it has to be in `{INSECURE}`.")
    scope = parameters.get("scope") or f"repository:{image.name}:pull"
    said = {**({"service": parameters["service"]} if "service" in parameters else {}), "scope": scope}
    return {"Authorization": bearer(_token(asker, realm, said, login, image), "token")}


def _token(asker: Asker, realm: str, said: Mapping[str, str], login: Login | None, image: Image) -> str:
    """A token for one repository, by the login that there is."""
    if login is not None and login.identity:
        form = {"grant_type": "refresh_token", "client_id": "hydra", "refresh_token": login.identity, **said}
        answer = asker.ask(realm, method="POST", form=form, most=MOST_BYTES)
    else:
        secret = {"Authorization": login.basic} if login else {}
        url = f"{realm}{'&' if urlsplit(realm).query else '?'}{urlencode(said)}"
        answer = asker.ask(url, secret=secret, most=MOST_BYTES)
    if answer.status != 200:
        raise _refusal(answer, image, known=login is not None)
    given = answer.json()
    token = (given.get("token") or given.get("access_token")) if isinstance(given, dict) else None
    if not isinstance(token, str) or not token:
        raise Unresolved(
            UNUSABLE, f"`{answer.host}` gives no token for `{image.host}`.", "Make sure that it is a registry."
        )
    return token


def _refusal(answer: Answer, image: Image, *, known: bool) -> Unresolved:
    name = f"{image.host}/{image.name}:{image.tag}"
    if answer.status in {401, 403}:
        remedy = (
            "Log in anew, as an account that may read it"
            if known
            else "Correct the name, or log in where it is private"
        )
        return refused(answer, remedy=f"{remedy}: `docker login {image.host}`.")
    if answer.status == 404:
        wrong = f"There is no image `{name}` ({answer.told})."
        return Unresolved(NOT_FOUND, wrong, "Correct the name or the tag.")
    wrong = f"`{answer.host}` gives no digest of `{name}` ({answer.told})."
    return Unresolved(UNUSABLE, wrong, "Make sure that it is a registry.")


def _digest(answer: Answer, image: Image) -> str:
    """The digest. A manifest that came along is counted: its own digest is what every node will ask for."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in TYPES:
        wrong = f"`{answer.host}` answers with `{kind or 'nothing'}`, which is no manifest of an image."
        raise Unresolved(
            UNUSABLE, wrong, "Make sure that it is a registry, and that the image is not of an outdated form."
        )
    said = answer.headers.get("Docker-Content-Digest", "")
    if not answer.body and DIGEST.fullmatch(said):
        return said
    counted = f"sha256:{sha256(answer.body).hexdigest()}"
    if said and said != counted:
        wrong = (
            f"The manifest of `{image.host}/{image.name}:{image.tag}` has not the digest that `{answer.host}` gives it."
        )
        raise Unresolved(UNUSABLE, wrong, "Look at what is in between: something changed the answer.")
    answer.json()
    return counted


RESOLVER = Resolver(resolve)
