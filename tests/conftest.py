"""Options of the test run."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

with suppress(ImportError):  # the environments with torch and Ray do without
    from hypothesis import settings

    # How long an example takes is the machine's affair: the first one imports, and others run beside it. What is merged
    # is judged by the same examples each time; whoever works on the code gets others at every run.
    settings.register_profile("any-machine", deadline=None)
    settings.register_profile("the-same", deadline=None, derandomize=True)
    settings.load_profile("the-same" if os.environ.get("HYDRA_SAME_EXAMPLES") else "any-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites what the golden cases expect; the difference is then read like code."""
    parser.addoption("--update-golden", action="store_true", help="rewrite expected/ of the golden cases")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether the expectations are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))
