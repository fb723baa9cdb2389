"""Digests: what names a new run, and what names a result.

The short form is kustomize's: ten characters of a SHA-256 without vowels and without digits that could make a word or a
number of it (`12e03` is a float to Go). Source: kustomize, `api/hasher/hasher.go`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

DIGEST_LENGTH = 10
"""Characters of a short digest."""

_SAFE_LETTERS = str.maketrans("013ae", "ghkmt")
_LETTERS = "2456789bcdfghkmt"
_NOT_THE_OBJECT = ("metadata", "status")

# Made once: `json.dumps` with options builds an encoder for each call, which costs as much as a small object.
_canonical = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def short(digest: bytes | str) -> str:
    """The short form of a SHA-256, given as bytes or as hexadecimal text.

    >>> short("0123456789abcdef")
    'gh2k456789'
    """
    text = digest if isinstance(digest, str) else digest.hex()
    return text[:DIGEST_LENGTH].translate(_SAFE_LETTERS)


def is_digest(text: str) -> bool:
    """Whether a text has the form of a short digest.

    >>> is_digest("gh2k456789"), is_digest("0123456789")
    (True, False)
    """
    return len(text) == DIGEST_LENGTH and not text.strip(_LETTERS)


def text_digest(text: str) -> str:
    """The short digest of a text."""
    return short(hashlib.sha256(text.encode()).hexdigest())


def object_digest(body: Mapping[str, Any]) -> str:
    """The short digest of an object without its `metadata` and `status`.

    Names what runs to completion: another digest is another object, hence a new run. The order of keys does not count,
    the order of lists does. A label or an annotation is an edit in place and is left out.

    Raises: ValueError for floats that are not finite and text that is not Unicode; TypeError for what JSON lacks.
    """
    return run_digest({key: value for key, value in body.items() if key not in _NOT_THE_OBJECT})


def run_digest(values: Mapping[str, Any]) -> str:
    """The short digest of what a result was asked with; it names the result's directory. Raises as `object_digest`."""
    return text_digest(_canonical(values))
