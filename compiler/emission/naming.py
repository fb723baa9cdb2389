"""Names of objects and values of labels, within the limits of Kubernetes.

Source: Kubernetes, "Object Names and IDs" and "Labels and Selectors"; KubeRay allows RayJob and RayService 47.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compiler.emission.digests import DIGEST_LENGTH, text_digest

NAME_LIMIT = 63
"""Characters of a DNS label, which is also the limit of a label's value."""

_EDGE = "-._"
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9._-]")


def object_name(parts: Sequence[str], *, digest: str = "", limit: int = NAME_LIMIT) -> str:
    """The parts joined by dashes, then the digest. A stem over the limit is cut and gets a digest of the whole stem.

    Parts are taken as they are: they are valid names, or empty and left out. Two lists of parts that join to the same
    stem have the same name, which is an error elsewhere.

    Raises: ValueError, where there is no part, or the limit leaves no room for one character of the stem.

    >>> object_name(["support-bot", "base", "preload"], digest="bgg8h5cct2")
    'support-bot-base-preload-bgg8h5cct2'
    """
    stem = "-".join(part for part in parts if part)
    if not stem:
        raise ValueError("an object's name needs at least one part")
    tail = f"-{digest}" if digest else ""
    return _within(stem, limit - len(tail)) + tail


def label_value(text: str) -> str:
    """Text as the value of a label: other characters become dashes, and what was changed or cut gets a digest of all.

    >>> label_value("qwen2.5-7b-instruct")
    'qwen2.5-7b-instruct'
    """
    cleaned = _NOT_IN_LABELS.sub("-", text).strip(_EDGE)
    if cleaned == text:
        return _within(text, NAME_LIMIT)
    digest = text_digest(text)
    stem = cleaned[: NAME_LIMIT - DIGEST_LENGTH - 1].rstrip(_EDGE)
    return f"{stem}-{digest}" if stem else digest


def _within(stem: str, limit: int) -> str:
    if len(stem) <= limit:
        return stem
    room = limit - DIGEST_LENGTH - 1
    if room < 1:
        raise ValueError(f"no name fits into {limit} characters")
    kept = stem[:room].rstrip(_EDGE)
    return f"{kept}-{text_digest(stem)}" if kept else text_digest(stem)
