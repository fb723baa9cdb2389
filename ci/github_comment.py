"""Keeps one comment of a pull request up to date: `github_comment.py FILE`, as a step of `action.yml`.

From the environment: `GITHUB_REPOSITORY`, `NUMBER` of the pull request, `ROOT` of the repo that was compared, and what
`gh` needs. The exit code is that of the first call of `gh` that fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 65_536
"""Characters that GitHub takes in a comment."""


def main() -> None:
    """Change our comment, or write the first one."""
    marker = f"<!-- hydra diff: {os.environ['ROOT']} -->"
    text = f"{marker}\n{Path(sys.argv[1]).read_text(encoding='utf-8')}"
    repo = f"repos/{os.environ['GITHUB_REPOSITORY']}"
    comments = f"{repo}/issues/{int(os.environ['NUMBER'])}/comments"
    ours = [one["id"] for one in pages(gh("--paginate", f"{comments}?per_page=100")) if is_ours(one, marker)]
    place = ("PATCH", f"{repo}/issues/comments/{ours[0]}") if ours else ("POST", comments)
    gh("--silent", "--method", *place, "--input", "-", body=json.dumps({"body": text[:LONGEST]}))


def is_ours(comment: dict[str, Any], marker: str) -> bool:
    """Whether we wrote it. Anybody can write the marker, and would edit what we tell later: only a bot's counts."""
    return comment["user"]["type"] == "Bot" and str(comment["body"]).startswith(marker)


def pages(answer: str) -> Iterator[dict[str, Any]]:
    """What is in the pages of an answer: lists, one after the other."""
    decoder, place = json.JSONDecoder(), 0
    while place < len(answer):
        page, place = decoder.raw_decode(answer, place)
        yield from page
        place += len(answer[place:]) - len(answer[place:].lstrip())


def gh(*arguments: str, body: str | None = None) -> str:
    """Ask GitHub: its answer. Ends the process where it refuses."""
    done = subprocess.run(  # noqa: S603
        ["gh", "api", *arguments],  # noqa: S607
        input=body, stdout=subprocess.PIPE, encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout


if __name__ == "__main__":
    main()
