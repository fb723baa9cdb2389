"""Writes `docs/verdicts.md`: what edits of specs do to a cluster, from the table that the tests run.

python -m tools.verdicts_page            write the page
python -m tools.verdicts_page --check    only compare: fails where the page is stale
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from tests.unit.change.edits import EDITS, GROUPS, Edit

PAGE = Path(__file__).parents[1] / "docs" / "verdicts.md"
LONGEST = 130
"""Characters of a line of a spec that are shown."""

MOST = 6
"""Objects of a verdict that are named; more are counted."""

INTRODUCTION = """# What a change does

Written by `python -m tools.verdicts_page` from `tests/unit/change/edits/`, where each line is a test. Do not edit.

Each line is an edit of a spec, and the verdict of every object that is not the same afterwards. The most severe comes last here:

| verdict | what it means |
|---|---|
| `in-place` | The controller takes it over. Of what runs to completion: the same result is asked for, and a program that finds its marker ends at once. |
| `created`, `removed` | An object comes or goes. |
| `rolling-restart` | Pods are replaced. |
| `new-run` | Something is trained, loaded or evaluated again. |
| `second-cluster` | A second full Ray cluster runs beside the first until it serves, with as many GPUs. |
| `ignored` | The API server accepts it and the controller does nothing: what runs is not what is written. |
| `rejected` | The API server or a webhook refuses it, and the sync fails. |
| `data-at-risk` | Storage would be lost, forgotten, or looked for elsewhere. |

What an operator does depends on its version, which is read from the cluster's `operators`; one that is not stated is taken for the
newest. The clusters below have KubeRay 1.5, KServe 0.18 and the training operator 1.9, where a line does not say otherwise.

| operator | from | what is different |
|---|---|---|
| KubeRay | 1.2 | `minReplicas` and `maxReplicas` of a RayService make no second cluster |
| KubeRay | 1.4 | a changed `serveConfigV2` waits for the second cluster; before, the old one gets it, too |
| KubeRay | 1.6 | tolerations and scheduling gates make no second cluster; a RayCluster may say `Recreate` |
| KServe | 0.15.1 | the deployment mode of a service cannot change |
| KServe | 0.16 | services follow a changed ServingRuntime at once |
"""

TITLES = {
    "storage": "Storage",
    "runs": "Datasets, models, fine-tunings and jobs",
    "services": "Services and comparisons",
    "clusters": "Clusters",
    "documents-storage": "Documents that are passed through: storage and settings",
    "documents-jobs": "Documents that are passed through: jobs",
    "documents-ray": "Documents that are passed through: Ray",
    "documents-kserve": "Documents that are passed through: KServe",
}


def page() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(line for group in GROUPS for line in _group(group))])


def _group(group: str) -> Iterator[str]:
    yield f"## {TITLES[group]}\n"
    yield "| edit | before | after | what it does |\n|---|---|---|---|"
    for edit in EDITS:
        if edit.group == group:
            was, now = _sides(edit)
            yield f"| {edit.name} | {was} | {now} | {_verdicts(edit)} |"
    yield ""


def _sides(edit: Edit) -> tuple[str, str]:
    """The lines that differ, of each side."""
    old, new = _lines(edit.before[edit.change.file]), _lines(edit.after[edit.change.file])
    pairs = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    gone = [line for kind, start, end, _, _ in pairs if kind != "equal" for line in old[start:end]]
    come = [line for kind, _, _, start, end in pairs if kind != "equal" for line in new[start:end]]
    return _code(gone), _code(come)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and line.strip() != "---"]


def _code(lines: Sequence[str]) -> str:
    """Lines in a cell of a table; the first few."""
    shown = [line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..." for line in lines[:3]]
    more = [f"and {len(lines) - 3} more"] if len(lines) > 3 else []
    return "<br>".join([*("`" + line.replace("|", "\\|") + "`" for line in shown), *more])


def _verdicts(edit: Edit) -> str:
    return "<br>".join(f"**{verdict}** {_objects(targets)}" for verdict, targets in edit.does.items())


def _objects(targets: Sequence[str]) -> str:
    if len(targets) <= MOST:
        return ", ".join(targets)
    kinds = Counter(target.partition("/")[0] for target in targets)
    return f"{len(targets)} objects: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` compare it."""
    fresh = page()
    if "--check" not in arguments:
        PAGE.write_text(fresh, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == fresh:
        return 0
    print(f"docs/{PAGE.name} is stale: run `python -m tools.verdicts_page`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
