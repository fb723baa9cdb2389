"""Whether a peer makes the objects that Hydra makes."""

from __future__ import annotations

from pathlib import Path

from bench.inputs import Key, Object, files, key, objects


def differences(result: Path, tree: Path) -> int:
    """Objects that a peer's result lacks, has besides, or has differently."""
    expected = {key(one): one for _, one in files(tree)}
    found = _found(result)
    return len(expected.keys() ^ found.keys()) + sum(found[name] != expected[name] for name in found.keys() & expected)


def _found(result: Path) -> dict[Key, Object]:
    paths = sorted(path for path in result.rglob("*.y*ml")) if result.is_dir() else [result]
    return {key(one): one for path in paths for one in objects(path.read_text())}
