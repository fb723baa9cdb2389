"""The documents that stay, as a file beside the Project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.emission.canonical import prune
from compiler.emission.yaml_text import dump

if TYPE_CHECKING:
    from compiler.importing.importing import Imported


def rest_text(done: Imported) -> str:
    """What stays and Hydra reads, without what a server wrote into it. No Secret that has values in it is among it."""
    if done.projects is None:
        return ""
    left = [one for one in done.projects.stays if one not in done.projects.outside]
    return "---\n".join(dump(_whole(prune(one.value))) for one in left)


def _whole(value: Any) -> Any:
    """A value without the nulls in its lists, which say nothing."""
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items() if one is not None}
    return [_whole(one) for one in value if one is not None] if isinstance(value, list) else value
