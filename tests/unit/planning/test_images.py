"""Images as a cluster pulls them."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from compiler.planning.images import name_of, pinned, pulled

DIGEST = f"sha256:{'9b2c' * 16}"
PINS = {
    "docker.io/library/alpine:3.20": DIGEST,
    "docker.io/library/alpine:latest": DIGEST,
    "ghcr.io/acme/loader:v1": DIGEST,
    "registry.acme.io:5000/train:1.4": DIGEST,
}


def profile(registry: str | Mapping[str, str] | None = None) -> Any:
    """A cluster of which only its images are asked for."""
    return SimpleNamespace(registry=registry, images=PINS)


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("alpine", "docker.io/library/alpine:latest"),
        ("alpine:3.20", "docker.io/library/alpine:3.20"),
        ("alpine/git:v2", "docker.io/alpine/git:v2"),
        ("docker.io/library/alpine:3.20", "docker.io/library/alpine:3.20"),
        ("localhost/train", "localhost/train:latest"),
        ("registry.acme.io:5000/a/train:1.4", "registry.acme.io:5000/a/train:1.4"),
    ],
)
def test_an_image_has_one_full_name(image: str, full: str) -> None:
    name = name_of(image)
    assert name is not None
    assert name.full == full


def test_an_image_with_a_digest_cannot_move() -> None:
    assert name_of(f"alpine:3.20@{DIGEST}") is None
    assert pinned(f"alpine:3.20@{DIGEST}", profile()) == f"alpine:3.20@{DIGEST}"


@pytest.mark.parametrize("spelt", ["alpine:3.20", "library/alpine:3.20", "docker.io/library/alpine:3.20", "alpine"])
def test_every_spelling_of_a_pinned_image_gets_its_digest_and_stays(spelt: str) -> None:
    assert pinned(spelt, profile()) == f"{spelt}@{DIGEST}"


def test_one_pin_holds_behind_every_mirror() -> None:
    image = "ghcr.io/acme/loader:v1"
    assert pulled(image, profile()) == f"{image}@{DIGEST}"
    assert pulled(image, profile("mirror.io/all")) == f"mirror.io/all/acme/loader:v1@{DIGEST}"
    assert pulled(image, profile({"ghcr.io": "mirror.io/ghcr"})) == f"mirror.io/ghcr/acme/loader:v1@{DIGEST}"
    assert pulled(image, profile({"docker.io": "mirror.io"})) == f"{image}@{DIGEST}"


def test_an_image_of_a_spec_is_pulled_from_where_it_says() -> None:
    image = "registry.acme.io:5000/train:1.4"
    assert pinned(image, profile("mirror.io/all")) == f"{image}@{DIGEST}"


def test_what_is_not_pinned_stays_as_it_is() -> None:
    assert pulled("ghcr.io/acme/loader:v2", profile("mirror.io")) == "mirror.io/acme/loader:v2"
    assert pinned("alpine:3.21", profile()) == "alpine:3.21"
