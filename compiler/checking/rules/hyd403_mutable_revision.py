"""A source whose content can change under its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from compiler.checking.rule import Finding, Rule
from compiler.diagnostics import Code, Severity
from compiler.linking.artifact import Artifact
from compiler.linking.hubs import HUBS
from compiler.sources.base import Source

_COMMIT = re.compile(r"[0-9a-f]{7,64}|sha256:[0-9a-f]{64}")
_VERSION = re.compile(r"v?[0-9]+(\.[0-9]+)+([-+.][\w.-]+)?", re.ASCII)


def mutable_revision(artifact: Artifact, limit: str) -> Iterator[Finding]:
    """No revision, or one that is a branch. A commit or a version's tag pins."""
    del limit
    source = artifact.source
    # Where the lock file pins names and lacks this one, that is what is told, at the level of this rule.
    if source.unpinned or not moves(source):
        return
    revision = source.revision
    what = "No revision is given" if revision is None else f"`{revision}` can move"
    remedy = f"{_remedy(artifact)} Or run `hydra lock`, which looks the commit up."
    yield Finding(artifact.source_at, f"{what}: the same spec may load other data tomorrow.", remedy)


def moves(source: Source) -> bool:
    """Whether a source has a revision, and it is none that stays what it is."""
    if "revision" not in source.type.options and source.type.name not in {"GIT", "OCI"}:
        return False
    revision = source.revision
    return revision is None or not (_COMMIT.fullmatch(revision) or _VERSION.fullmatch(revision))


def _remedy(artifact: Artifact) -> str:
    name, source = _bare_name(artifact), artifact.source
    if name is None:
        return "Add the commit: `@<commit>` at the end of the URI, or the option `revision` (`commit` for GIT)."
    if artifact.source_at.document.kind == "Project":
        return f'Describe the model under `models`, with its commit: `{{source: "{source.uri}@<commit>"}}`.'
    return f"Write the commit behind its name: `{name.partition('@')[0]}@<commit>`."


def _bare_name(artifact: Artifact) -> str | None:
    """What the spec says in place of a URI: a model of the library, or a repository of a hub."""
    value = artifact.source_at.document.value
    for step in artifact.source_at.path:
        if not isinstance(value, dict) or step not in value:
            return None
        value = value[step]
    hub = artifact.source.type.name in HUBS
    return value if isinstance(value, str) and "://" not in value and hub else None


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
