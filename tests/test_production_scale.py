"""Tables of any size: what is written is what is said, and a stage ends where the next one begins."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest

PRODUCTION = Path(__file__).resolve().parents[1] / "benchmarks" / "production"


@pytest.fixture(scope="module")
def scale() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PRODUCTION)
        yield importlib.import_module("scale")


def test_tables_hold_what_is_said_of_them(scale: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "CHUNK", 700)
    scale.write_nodes(tmp_path / "nodes.parquet", 1500, text=True)
    scale.write_edges(tmp_path / "edges.parquet", 1500, 6000, weighted=True)
    nodes, edges = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("nodes", "edges"))
    ids = nodes["page_id"].to_pylist()
    assert (nodes.num_rows, edges.num_rows, len({*ids})) == (1500, 6000, 1500)
    assert 0.2 < 1 - nodes["kind"].null_count / 1500 < 0.3
    number = {name: row for row, name in enumerate(ids)}
    ends = [[number.get(name, -1) for name in edges[column].to_pylist()] for column in ("source", "target")]
    source, target = np.array(ends)
    assert source.min() >= 0
    dangling = target < 0
    assert 0.01 < dangling.mean() < 0.03
    same = scale.classes_of(source[~dangling]) == scale.classes_of(target[~dangling])
    assert 0.6 < same.mean() < 0.74  # six tenths, and of the others what chance gives
    assert edges["weight"].to_numpy().min() > 0


def test_a_stage_ends_where_the_next_begins(scale: ModuleType) -> None:
    stages = scale.Stages()
    for name in ("tables", "tables", "teacher"):
        stages.listen(name)(1, 2)
    stages.close()
    assert [found["stage"] for found in stages.found] == ["start", "tables", "teacher"]
    assert all(found["peak_gib"] > 0 for found in stages.found)
