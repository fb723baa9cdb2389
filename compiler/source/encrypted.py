"""Documents that SOPS has encrypted. Source: getsops/sops, README, "Encryption Protocol"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIELD = "sops"
_CIPHERTEXT = "ENC["
_SECRET_FIELDS = ("data", "stringData")


def is_encrypted(body: Mapping[str, Any]) -> bool:
    """Whether the values of a document are ciphertext.

    The mere field is not enough, or it would be a way around every check: SOPS writes a checksum and its version, and
    of a Secret every value has to be ciphertext.
    """
    sops = body.get(FIELD)
    if not isinstance(sops, Mapping) or not {"mac", "version"} <= sops.keys():
        return False
    values = [value for field in _SECRET_FIELDS for value in _values(body.get(field))]
    return all(isinstance(value, str) and value.startswith(_CIPHERTEXT) for value in values)


def _values(field: Any) -> list[Any]:
    return list(field.values()) if isinstance(field, Mapping) else [] if field is None else [field]
