"""Images: the ones that the compiler chose are pulled from the cluster's mirror."""

from __future__ import annotations

from collections.abc import Mapping

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
