"""A real browser, for pages that people read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

QUIET = ("gpu", "quic", "background-networking", "component-update", "sync", "extensions", "dev-shm-usage")


def program() -> str | None:
    """A Chromium that is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """A headless Chromium that knows nothing of the user's."""

    def __init__(self, program: str, root: Path) -> None:
        self.program, self.root, self.runs = program, root, 0

    def run(self, *arguments: str) -> str:
        """One page; what it prints."""
        self.runs += 1
        return subprocess.run(
            [
                self.program,
                "--headless",
                "--no-sandbox",
                "--no-first-run",
                "--hide-scrollbars",
                *(f"--disable-{name}" for name in QUIET),
                f"--user-data-dir={self.root / f'profile-{self.runs}'}",
                *arguments,
            ],
            check=True,
            timeout=120,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ).stdout.decode("utf-8", "replace")
