"""Shows what a compile made: a line a unit, for `make demo`.

python tools/show_tree.py sample-repo/rendered
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

KIND = re.compile(r"^kind: *(\S+)", re.MULTILINE)


def kind_of(file: Path) -> str:
    """The kind of the object in a file as it spells it, not as the file's name does."""
    found = KIND.search(file.read_text(encoding="utf-8"))
    return found[1] if found else file.name.partition("-")[0]


def units(cluster: Path) -> Iterator[tuple[str, str]]:
    """The directories of a cluster that hold objects, each with what is in it."""
    for directory in sorted(path for path in cluster.glob("*/*") if path.is_dir()):
        found = Counter(kind_of(file) for file in directory.glob("*-*.yaml"))
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items()))
        yield directory.relative_to(cluster).as_posix(), listed


def lines(tree: Path) -> Iterator[str]:
    """The whole tree, a cluster a block."""
    yield f"{tree}/"
    clusters = sorted(path for path in tree.iterdir() if path.is_dir())
    for cluster in clusters:
        last = cluster == clusters[-1]
        yield f"{'└' if last else '├'}── {cluster.name}"
        rows = list(units(cluster))
        width = max((len(name) for name, _ in rows), default=0)
        for name, listed in rows:
            stem = " " if last else "│"
            yield f"{stem}   {'└' if name == rows[-1][0] else '├'}── {name:{width}}   {listed}"


def main() -> None:
    """Print the tree of the directory that is given."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    for line in lines(Path(sys.argv[1])):
        print(line)


if __name__ == "__main__":
    main()
