"""What looks like a credential: by the name that it has, or by the form of its value."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = frozenset({"password", "passwd", "passphrase", "secret", "secrets", "credential", "credentials", "apikey"})
"""Words that say it wherever they stand in a name."""

_MAYBE = frozenset({"token", "key", "cookie", "auth", "authorization"})
"""Words at the end of a name that say it unless the value is too plain for it."""

_LAST = frozenset({*_SECRET, *_MAYBE, "pass", "pwd"})
"""Words that say it at the end of a name."""

_ABOUT = frozenset({"name", "file", "path", "dir", "directory", "url", "uri", "id", "ref", "type", "length", "ttl"})
"""Words at the end that say something about a credential: where it lies, what it is called."""

_NONE = re.compile(r"(?i)|true|false|yes|no|on|off|none|null|disabled?|enabled?|\$\([^)]*\)")
_PLAIN = re.compile(r"[0-9.]+|/\S*|[a-z]{1,8}")
"""Numbers, paths and short words, which a token or key of that sort is not."""

_VALUE = re.compile(
    r"hf_[A-Za-z0-9]{16,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bglpat-[A-Za-z0-9_-]{16,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\beyJ[A-Za-z0-9_-]{8,1000}\.eyJ[A-Za-z0-9_-]{8,}\."
    r"|(?i:\bbearer )\S{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|[A-Za-z0-9+.-]://[^/\s:@]*:[^/\s@]+@"
)
"""Hugging Face, AWS, OpenAI and its like, GitHub, GitLab, Slack, Google, JSON Web Tokens, private keys, URLs with a
password. Source: the services' own documentation of their prefixes. No part of it may begin anywhere and run on for ever:
a long text would take the square of its length."""


def named_like_one(name: str) -> bool:
    """Whether a variable is called like a credential.

    >>> [named_like_one(name) for name in ("HF_TOKEN", "dbPassword", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY")]
    [True, True, True, True]
    >>> [named_like_one(name) for name in ("MAX_TOKENS", "SECRET_NAME", "SSH_KEY_PATH", "PUBLIC_KEY", "PWD")]
    [False, False, False, False, False]
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if len(words) < 2:
        return words == ["token"] or any(name.lower().endswith(word) for word in _SECRET)
    if words[-1] in _ABOUT or "public" in words:
        return False
    return words[-1] in _LAST or words[-1].endswith("password") or not _SECRET.isdisjoint(words)


def may_hold_one(name: str, value: str) -> bool:
    """Whether what such a variable holds can be a credential at all: no switch, and with a token or key no number."""
    if _NONE.fullmatch(value):
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    doubtful = words[-1] in _MAYBE and _SECRET.isdisjoint(words)
    return not (doubtful and _PLAIN.fullmatch(value))


def looks_like_one(value: str) -> bool:
    """Whether a value has the form of a credential.

    >>> looks_like_one("postgres://reader:hunter2@db.acme.io/tickets"), looks_like_one("https://acme.io/a@b:c")
    (True, False)
    """
    return _VALUE.search(value) is not None


def holds_one(name: str, value: str) -> bool:
    """Whether something of that name has a credential for its value.

    >>> holds_one("hf-token", "0123456789abcdef"), holds_one("seed", "17"), holds_one("max-num-batched-tokens", "8192")
    (True, False, False)
    """
    return looks_like_one(value) or (named_like_one(name) and may_hold_one(name, value))
