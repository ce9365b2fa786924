"""Pages of docs/ run with those of their blocks that need whole engines and servers."""

import importlib.util
from pathlib import Path

import pytest

from tests.test_docs import WITH_CODE, blocks, environment, run_page

pytestmark = pytest.mark.integration

HEAVY = [page for page in WITH_CODE if any(block.heavy for block in blocks(page.read_text()))]
NEEDED = ("mlflow", "pyspark", "fastapi")


@pytest.mark.parametrize("page", HEAVY, ids=lambda page: page.stem)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    for package in NEEDED:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    run_page(page, tmp_path, environment(tmp_path), heavy=True)
