"""Pages of `docs/` that are written from the code."""

from __future__ import annotations

from pathlib import Path

import click


def write_page(page: Path, fresh: str, module: str, check: bool) -> None:
    """Write a page of `docs/`, or with `check` only compare it.

    `module` is what writes it: `python -m module`. Raises: click.ClickException, where `check` finds another text.
    """
    if not check:
        page.parent.mkdir(exist_ok=True)
        page.write_text(fresh, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != fresh:
        raise click.ClickException(f"docs/{page.name} is stale: run `python -m {module}`")
