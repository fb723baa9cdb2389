"""Schemas are compiled once for all tests of checking."""

from __future__ import annotations

import pytest

from compiler.checking.schemas import Schemas


@pytest.fixture(scope="session")
def shipped() -> Schemas:
    """The schemas that Hydra ships."""
    return Schemas()
