"""A source whose content can change under its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.linking.artifact import Artifact

_COMMIT = re.compile(r"[0-9a-f]{7,64}|sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"v?[0-9]+(\.[0-9]+)+([-+.][\w.-]+)?", re.ASCII)


def mutable_revision(artifact: Artifact, limit: str) -> Iterator[Finding]:
    """No revision, or one that is a branch. A commit or a version's tag pins."""
    del limit
    source = artifact.source
    if "revision" not in source.type.options and source.type.name not in {"GIT", "OCI"}:
        return
    revision = source.revision
    if revision is not None and (_COMMIT.fullmatch(revision) or _VERSION.fullmatch(revision)):
        return
    what = "No revision is given" if revision is None else f"`{revision}` can move"
    do = "Add the commit: `@<commit>` at the end of the URI, or the option `revision` (`commit` for GIT)."
    if _names_an_entry(artifact):
        do = f'Describe the model under `models`, with its commit: `{{source: "{source.uri}@<commit>"}}`.'
    yield Finding(artifact.source_at, f"{what}: the same spec may load other data tomorrow.", do)


def _names_an_entry(artifact: Artifact) -> bool:
    """Whether the spec names a model of the library, and so has no URI that a commit could be added to."""
    value = artifact.source_at.document.value
    for step in artifact.source_at.path:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return isinstance(value, str) and "://" not in value and artifact.model_id is not None


RULE = Rule(
    Code(
        "HYD403",
        Severity.WARNING,
        "A source is not pinned to a revision.",
        "Two clusters, or a volume that is made again, would hold different weights under one name, and no review would have seen the change.",
        bad="source: hf://Qwen/Qwen2.5-7B-Instruct",
        good="source: hf://Qwen/Qwen2.5-7B-Instruct@a09a35458c702b33eeacc393d103063234e8bc28",
    ),
    on=Artifact,
    check=mutable_revision,
)
