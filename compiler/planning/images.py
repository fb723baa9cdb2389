"""Images: the ones that the compiler chose are pulled from the cluster's mirror, and all by the digest that is pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from compiler.linking.profile import Profile

DOCKER_HUB = "docker.io"


def host_of(image: str) -> tuple[str, str]:
    """The registry of an image and the rest, as container runtimes read it.

    >>> host_of("alpine/git:v2.45")
    ('docker.io', 'alpine/git:v2.45')
    >>> host_of("busybox:1.37")
    ('docker.io', 'library/busybox:1.37')
    """
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return DOCKER_HUB, image if slash else f"library/{image}"


def mirrored(image: str, registry: str | Mapping[str, str] | None) -> str:
    """The image on the cluster's mirror: everything there, or only what comes from the hosts of a map.

    >>> mirrored("ghcr.io/acme/loader:v1", "registry.acme.io/mirror")
    'registry.acme.io/mirror/acme/loader:v1'
    """
    host, rest = host_of(image)
    mirror = registry if isinstance(registry, str) else (registry or {}).get(host)
    return f"{mirror.rstrip('/')}/{rest}" if mirror else image


class Name(NamedTuple):
    """The name of an image in full."""

    location: str
    """Registry and repository: `docker.io/library/alpine`."""

    tag: str

    @property
    def full(self) -> str:
        """How the lock file calls it: `docker.io/library/alpine:3.20`."""
        return f"{self.location}:{self.tag}"


def name_of(image: str) -> Name | None:
    """The name of an image that can move; None where a digest is given.

    >>> name_of("alpine")
    Name(location='docker.io/library/alpine', tag='latest')
    >>> name_of("registry.acme.io:5000/train:1.4").full
    'registry.acme.io:5000/train:1.4'
    """
    if "@" in image:
        return None
    host, rest = host_of(image)
    repository, _, tag = rest.partition(":")
    return Name(f"{host}/{repository}", tag or "latest")


def pulled(image: str, profile: Profile) -> str:
    """An image that the compiler or the library chose, as a cluster pulls it. A mirror has the same digest."""
    return mirrored(image, profile.registry) + _digest(image, profile)


def pinned(image: str, profile: Profile) -> str:
    """An image that a spec states, as a cluster pulls it: from where it says."""
    return image + _digest(image, profile)


def _digest(image: str, profile: Profile) -> str:
    name = name_of(image) if profile.images else None
    digest = profile.images.get(name.full) if name is not None else None
    return f"@{digest}" if digest else ""
