"""Options of the test run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` rewrites what the golden cases expect; the difference is then read like code."""
    parser.addoption("--update-golden", action="store_true", help="rewrite expected/ of the golden cases")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether the expectations are to be rewritten."""
    return bool(request.config.getoption("--update-golden"))
