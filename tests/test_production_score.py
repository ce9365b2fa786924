"""What the benchmark of scoring compares does the same work."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

PRODUCTION = Path(__file__).resolve().parents[1] / "benchmarks" / "production"


@pytest.fixture(scope="module")
def score() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PRODUCTION)
        yield importlib.import_module("score")


def test_both_go_through_all_rows(score: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "CHUNK", 300)
    table, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    score.write_rows(table, 1000)
    assert pq.read_metadata(table).num_row_groups == 4
    assert pq.read_table(table)["id"].to_pylist() == [*range(1000)]
    assert score.floor(table, out) == 1000
    assert not out.exists()
    found = score.inside("ours", table, out)
    assert found["rows"] == 1000
    assert found["cpu_seconds"] > 0
    assert pq.read_table(out)["id"].to_pylist() == [*range(1000)]
