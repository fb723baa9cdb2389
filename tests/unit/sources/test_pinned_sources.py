"""Sources that have a name which can move: what the lock file calls them, and what they are once they are pinned."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.sources.base import Source
from tests.unit.sources.reading import good

COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28"
DIGEST = f"sha256:{'9b2c' * 16}"
GIT = "https://h:8443/o/r.git"
NAMES: dict[str, tuple[tuple[Any, ...], tuple[str, str, str, str]]] = {
    "hf": (("hf://a/b@v1",), ("huggingface", "hf://a/b@v1", "a/b", "v1")),
    "hf without a revision": (("hf://a/b",), ("huggingface", "hf://a/b@main", "a/b", "main")),
    "hf by its long scheme": (("huggingface://a/b",), ("huggingface", "hf://a/b@main", "a/b", "main")),
    "hf with options": (
        ("hf://a/b", "HUGGING_FACE", {"revision": "dev", "repoType": "DATASET", "include": "*.json"}),
        ("huggingface", "hf://datasets/a/b@dev", "datasets/a/b", "dev"),
    ),
    "hf data set": (("hf://datasets/a/b",), ("huggingface", "hf://datasets/a/b@main", "datasets/a/b", "main")),
    "modelscope": (("modelscope://a/b",), ("modelscope", "modelscope://a/b@master", "a/b", "master")),
    "git": (("git://h/o/r.git@v1",), ("git", "git+https://h/o/r.git@v1", "https://h/o/r.git", "v1")),
    "git without a revision": (("git://h/o/r.git",), ("git", "git+https://h/o/r.git", "https://h/o/r.git", "")),
    "git with a branch": ((GIT, "GIT", {"branch": "dev"}), ("git", "git+https://h:8443/o/r.git@dev", GIT, "dev")),
    "git with a password": (("git+https://me:secret@h/r.git",), ("git", "git+https://h/r.git", "https://h/r.git", "")),
    "git over ssh": (
        ("deploy@h:o/r.git", "GIT", {"branch": "x"}),
        ("git", "git+ssh://h/o/r.git@x", "ssh://deploy@h/o/r.git", "x"),
    ),
    "oci": (("oci://r.io:5000/a/b:1.2",), ("oci", "r.io:5000/a/b:1.2", "r.io:5000/a/b", "1.2")),
    "oci without a tag": (("oci://r.io/a/b",), ("oci", "r.io/a/b:latest", "r.io/a/b", "latest")),
}
FIXED: dict[str, tuple[Any, ...]] = {
    "hf": (f"hf://a/b@{COMMIT}",),
    "modelscope": ("modelscope://a/b", "MODEL_SCOPE", {"revision": COMMIT}),
    "git": (f"git://h/o/r.git@{COMMIT}",),
    "git with options": (GIT, "GIT", {"branch": "main", "commit": COMMIT}),
    "git at a shortened commit": ("git://h/o/r.git@a09a354",),
    "oci": (f"oci://r.io/a/b:1.2@{DIGEST}",),
    "a bucket": ("s3://b/c",),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_source_that_can_move_has_a_name(name: str) -> None:
    written, expected = NAMES[name]
    assert good(*written).movable == expected


@pytest.mark.parametrize("name", FIXED)
def test_a_source_that_is_fixed_or_has_no_revisions_has_none(name: str) -> None:
    assert good(*FIXED[name]).movable is None


@pytest.mark.parametrize(
    ("moving", "fixed"),
    [
        ("hf://a/b", f"hf://a/b@{COMMIT}"),
        ("hf://datasets/a/b@dev", f"hf://datasets/a/b@{COMMIT}"),
        ("modelscope://a/b@v1", f"modelscope://a/b@{COMMIT}"),
        ("git://h/o/r.git", f"git://h/o/r.git@{COMMIT}"),
        ("git+ssh://h/o/r.git@v1", f"git+ssh://h/o/r.git@{COMMIT}"),
        ("oci://r.io/a/b:1.2", f"oci://r.io/a/b@{DIGEST}"),
    ],
)
def test_a_pinned_source_is_the_one_whose_uri_says_the_commit(moving: str, fixed: str) -> None:
    wanted = good(fixed)
    assert pinned(good(moving), fixed.rpartition("@")[2])._replace(movable=None) == wanted


def test_a_branch_that_is_pinned_is_no_part_of_the_content() -> None:
    branch = good(GIT, "GIT", {"branch": "main", "depth": "1"})
    source = pinned(branch, COMMIT)
    assert source.content == good(GIT, "GIT", {"commit": COMMIT}).content
    assert (source.fields["branch"], source.fields["commit"], source.fields["depth"]) == ("", COMMIT, "1")
    assert source.movable == branch.movable


def pinned(source: Source, fixed: str) -> Source:
    """A source at a commit or digest."""
    assert source.type.pinned is not None
    return source.type.pinned(source, fixed)
