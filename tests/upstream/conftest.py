"""Fixtures on the real CRDs. Without HYDRA_UPSTREAM the tests of this folder are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.checking.importing import Imported
from compiler.checking.schemas import Schemas
from compiler.diagnostics import Staged
from tests.upstream import crds


@pytest.fixture(scope="session")
def upstream() -> Path:
    """The folder that HYDRA_UPSTREAM names."""
    if crds.UPSTREAM is None:
        pytest.skip("HYDRA_UPSTREAM is not set: no real CRDs and reference cases")
    return crds.UPSTREAM


@pytest.fixture(scope="session")
def imported_folder(upstream: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Staged[Imported]]:
    """All real CRDs as schemas, and what the import said. Takes about 10 seconds, once."""
    folder = tmp_path_factory.mktemp("imported")
    return folder, crds.import_all(upstream, folder)


@pytest.fixture(scope="session")
def imported_schemas(imported_folder: tuple[Path, Staged[Imported]]) -> Schemas:
    """The imported schemas alone, without those that Hydra ships."""
    folder, _ = imported_folder
    return Schemas([folder], shipped=folder / "none")


@pytest.fixture(scope="session")
def all_schemas(imported_folder: tuple[Path, Staged[Imported]]) -> Schemas:
    """Shipped and imported schemas, as a repo has them after `hydra schema import`."""
    return Schemas([imported_folder[0]])
