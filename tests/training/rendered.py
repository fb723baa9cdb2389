"""What the repo of these tests compiles to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.compiled import Compiled, compiled

REPO = Path(__file__).with_name("repo")
CLUSTERS = ("nodes", "wide")
"""One whose nodes take one process, one whose nodes take two."""


def rendered(cluster: str) -> list[dict[str, Any]]:
    """Every object for a cluster, in the order of the files."""
    files = _compiled().rendered.files
    wanted = [path for path in sorted(files) if cluster in Path(path).parts and not path.endswith("kustomization.yaml")]
    return [dict(yaml.load(files[path], yaml.CSafeLoader)) for path in wanted]


@cache
def _compiled() -> Compiled:
    result = compiled(REPO)
    if result.errors():
        raise ValueError(f"{REPO} does not compile: {result.errors()}")
    return result
