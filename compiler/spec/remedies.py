"""What to write instead of a text that does not fit its field's pattern."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from compiler.spec.patterns import (
    COMMIT,
    DIGEST,
    DNS_LABEL,
    DNS_SUBDOMAIN,
    DURATION,
    IMAGE_DIGEST,
    LABEL_KEY,
    LABEL_VALUE,
    NAME,
    OLD_NAME,
    QUANTITY,
)

ORDER: Mapping[str, str] = MappingProxyType({
    "columns": "Columns are `<role>: <name in the file>`.",
    "tags": "Tags are `<role>: <name in the file>`.",
    "splits": "Splits are `<split>: <file>`.",
})  # fmt: skip
"""Mapping whose names and values could be taken for each other -> which is which."""

_CORES = "Write cores, such as `4`, or thousandths of one, such as `500m`."

REMEDIES: Mapping[str, str] = MappingProxyType({
    NAME: "Use lower-case letters, digits and `-`, a letter first.",
    OLD_NAME: "Write the name that the entry had, or `project/name`.",
    DNS_LABEL: "Use lower-case letters, digits and `-`.",
    DNS_SUBDOMAIN: "Use lower-case letters, digits, `-` and `.`.",
    QUANTITY: "Write a Kubernetes quantity such as `50Gi`.",
    DURATION: "Write a duration such as `24h` or `1h30m`.",
    DIGEST: "Write a digest as Hydra makes them: ten of the digits and letters `2456789bcdfghkmt`.",
    COMMIT: "Write the whole commit, 40 or 64 of the digits and letters `0-9a-f`, or remove the line and run `hydra lock`.",
    IMAGE_DIGEST: "Write `sha256:` and 64 of the digits and letters `0-9a-f`, or remove the line and run `hydra lock`.",
    LABEL_KEY: "Use letters, digits, `-`, `_` and `.`, at most 63; a prefix such as `acme.io/` may stand before.",
    LABEL_VALUE: "Use letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first and last.",
    r"^[0-7]{3,4}$": 'Write three or four octal digits in quotes, such as `"0774"`.',
    r"^0?[0-7]{3}$": 'Write three octal digits in quotes, such as `"0400"`.',
    r"^[^/\\\s.][^\\\n]*$": "Name a directory of the repo, from its root.",
    r"^HYD[0-9]{3}$": "Write a code such as `HYD403`.",
    r"^([a-z0-9.-]+/)?[a-z0-9]+/[A-Z][A-Za-z0-9]*$": "Write `apiVersion/Kind`, such as `batch/v1/CronJob`.",
    r"^(==|>=|<=|>|<|~=|!=)?\s*v?[0-9][\w.+-]*(\s*,.*)?$": "Write a range of versions, such as `>=v0.6.5`.",
    r"^[\w.-]+(/[\w.-]+)?$": "Write `organisation/name`.",
    r"^[A-Za-z0-9][-A-Za-z0-9._]*(/[A-Za-z0-9][-A-Za-z0-9._]*)?$": "Write `organisation/name`.",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "Use letters, digits and `_`, no digit first.",
    r"^[a-z][a-z0-9_]*$": "Use lower-case letters, digits and `_`, a letter first.",
    r"^[0-9]+(\.[0-9]+)?m?$": _CORES,
    r"^([0-9]+(\.[0-9]+)?|[0-9]+m)$": _CORES,
    r"^1\.[0-9]+$": 'Write a minor version in quotes, such as `"1.33"`.',
    r"^v?[0-9]+(\.[0-9]+)*$": 'Write a version in quotes, such as `"1.9"`.',
    r"^https?://[^\s@]+$": "Write an address such as `http://mirror.acme.io`, without a user.",
    r"^[A-Za-z0-9.:\[\]-]+$": "Write the name of a host, or an address.",
    r"^/[^\s]*$": "Write an absolute path, such as `/exports/models`.",
    r"^(/[A-Za-z0-9._-]+)+$": "Write an absolute path of letters, digits, `-`, `_` and `.`.",
    r"^[-A-Za-z0-9._]+$": "Use letters, digits, `-`, `_` and `.`.",
    r"^[a-z0-9]([-a-z0-9._]*[a-z0-9])?$": "Use lower-case letters, digits, `-`, `_` and `.`, a letter or digit first and last.",
    r"^[a-z0-9][-a-z0-9.]*/[A-Za-z0-9][-A-Za-z0-9._]*$": "Write `domain/name`, such as `nvidia.com/gpu`.",
    r"^[A-Za-z0-9][-A-Za-z0-9._]*(/[a-z]([-a-z0-9]*[a-z0-9])?)?$": "Write the name of an entry, or `project/name`.",
    r"^[-._A-Za-z0-9]+$": "Use letters, digits, `-`, `_` and `.`.",
    r"^[A-Za-z0-9_.]+$": "Use letters, digits, `_` and `.`.",
    r"^[A-Za-z0-9_.-]+$": "Use letters, digits, `-`, `_` and `.`.",
    r"^[a-z][-_a-z0-9]*\.(yaml|json)$": "Write a name that ends in `.yaml` or `.json`.",
    r"^[a-zA-Z0-9][-a-zA-Z0-9._:/@]*$": "Write an image, such as `registry.acme.io/train:1.4`.",
    r"^s3://[a-z0-9][-a-z0-9.]{1,61}[a-z0-9](/[^\s$`\\]*)?$": "Write a bucket and a path, such as `s3://models/tickets-lora`. A bucket's name has 3 to 63 characters.",
    r"^https?://[^\s$`\\@]+$": "Write an address such as `https://minio.acme.io`, without a user.",
    r"^([0-9]+\.[0-9]+|any)$": 'Write a compute capability in quotes, such as `"8.0"`, or `any`.',
    r"^[0-9]+\.[0-9]+$": 'Write a compute capability in quotes, such as `"8.0"`.',
    r"^[0-9]+\.[0-9]+\.[0-9]+$": 'Write a version in quotes, such as `"2.56.0"`.',
    r"^[0-9]+(\.[0-9]+)*$": 'Write a version in quotes, such as `"0.29.0"`.',
    r"^-{0,2}[A-Za-z0-9][-A-Za-z0-9_.]*$": "Write the name of an argument, such as `max-num-seqs`.",
    r"^[A-Za-z0-9][-A-Za-z0-9_.]*$": "Write the name of an argument without dashes before it, such as `max-num-seqs`.",
    r"^/([-A-Za-z0-9_.]*[-A-Za-z0-9_][-A-Za-z0-9_.]*(/[-A-Za-z0-9_.]*[-A-Za-z0-9_][-A-Za-z0-9_.]*)*)?$": "Write a path such as `/chat`, without a slash at its end.",
    r"^/[-A-Za-z0-9._/]*$": "Write a path such as `/health`.",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$": "Write the file's path among the weights, such as `model-q4_k_m.gguf`.",
    r"^[^\x00-\x1f]+$": "Write a file's path from this one, such as `questions.jsonl`.",
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": "Write a host name in lower case, such as `models.acme.io`.",
    r"^[a-z0-9_-]+$": "Use lower-case letters, digits, `-` and `_`.",
    r"^[0-9]+(\.[0-9]+)?[KMBT]$": "Write a number with `K`, `M`, `B` or `T`, such as `7.6B`.",
})  # fmt: skip
"""Pattern -> sentence. A test asks for one of every pattern of the language."""
