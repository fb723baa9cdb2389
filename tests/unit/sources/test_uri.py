"""URIs come apart as Go's `net/url` takes them apart."""

from __future__ import annotations

import pytest

from compiler.sources.uri import parse

PARTS = {
    "nfs://10.0.0.1:2049/a%20b/c?x=1": ("nfs", "10.0.0.1:2049", "/a b/c", "x=1"),
    "nfs://host": ("nfs", "host", "", ""),
    "nfs://host/": ("nfs", "host", "/", ""),
    "nfs:/h/p": ("nfs", "", "/h/p", ""),
    "huggingface:Qwen/x": ("huggingface", "", "", ""),
    "nfs://[fd00::1]/p": ("nfs", "[fd00::1]", "/p", ""),
    "nfs://[fd00::1]:2049/p": ("nfs", "[fd00::1]:2049", "/p", ""),
    "huggingface://Qwen/Qwen2.5-0.5B-Instruct": ("huggingface", "Qwen", "/Qwen2.5-0.5B-Instruct", ""),
    "S3://Bucket/Dir": ("s3", "Bucket", "/Dir", ""),
    "s3://bucket/a b": ("s3", "bucket", "/a b", ""),
    "s3://bucket/ä#part": ("s3", "bucket", "/ä", ""),
    "https://user:pass@host:8443/p?q=1#f": ("https", "host:8443", "/p", "q=1"),
    "https://host?q=1": ("https", "host", "", "q=1"),
    "https://host:/p": ("https", "host:", "/p", ""),
    "manual://": ("manual", "", "", ""),
    "git+ssh://git@host/o/r.git": ("git+ssh", "host", "/o/r.git", ""),
}
REFUSED = [
    "nfs://h:abc/p", "nfs://ho st/p", "nfs://h/%zz", "nfs:/h/%", "nfs://h/a\nb", "nfs://h/\x7f", "nfs://[fd00::1/p",
    "//host/p", "host/p", "", ":x", "1s3://a/b", "nfs://h<x>/p", "nfs://h%41/p", "nfs://h/%ff",
]  # fmt: skip


@pytest.mark.parametrize("text", PARTS)
def test_parts(text: str) -> None:
    uri = parse(text)
    assert (uri.scheme, uri.host, uri.path, uri.query) == PARTS[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_uri_says_why(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z`].*\.$"):
        parse(text)


def test_who_stands_before_the_host_is_not_repeated() -> None:
    uri = parse("https://me:s3cret@host/me:s3cret@x")
    assert (uri.user, uri.bare) == ("me:s3cret", "https://host/me:s3cret@x")


def test_a_path_is_quoted_again_where_a_uri_needs_it() -> None:
    assert parse("https://h/a%20b/~c@d/ä").quoted_path == "/a%20b/~c@d/%C3%A4"
