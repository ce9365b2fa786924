"""The benchmark of graphs larger than memory: its tables are the data set, and its page is what was measured."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow.parquet as pq
import pytest

from gnn2mlp.data import GraphData, load_dataset
from gnn2mlp.data.datasets.synthetic import Synthetic, SyntheticProducts
from gnn2mlp.data.split import SPLITTERS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def modules() -> Iterator[dict[str, ModuleType]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        patch.syspath_prepend(BENCHMARKS / "scale")
        yield {name: importlib.import_module(name) for name in ("scale_tables", "propagate")}


def test_tables_are_the_graph_of_the_data_set(
    modules: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modules["scale_tables"], "CHUNK", 700)
    made = Synthetic(nodes=1500, edges=4000, classes=5, features=8)
    nodes, edges = map(pq.read_table, modules["scale_tables"].write_tables(tmp_path, made))
    graph = load_dataset(made.spec())
    assert isinstance(graph, GraphData)
    source, target = graph.edge_index.numpy()
    once = source < target
    assert np.array_equal(edges["source"].to_numpy(), source[once])
    assert np.array_equal(edges["target"].to_numpy(), target[once])
    assert np.array_equal(np.stack(nodes["features"].to_numpy()), graph.features.numpy())  # type: ignore[union-attr]
    assert nodes["label"].to_pylist() == graph.labels.tolist()
    assert SyntheticProducts.split is not None
    split = SyntheticProducts.split.build(SPLITTERS).split(graph, 0, "transductive")
    roles = np.array(nodes["role"].to_pylist())
    assert np.flatnonzero(roles == "train").tolist() == split.train.tolist()
    assert np.flatnonzero(roles == "valid").tolist() == split.valid.tolist()


def test_blocks_of_a_hop_are_one_step(modules: dict[str, ModuleType]) -> None:
    steps = modules["propagate"].Steps()
    for note in (
        "features",
        "features",
        "sorting links",
        "9 links",
        "99 links",
        "hop 1 of 2",
        "hop 1 of 2",
        "hop 2 of 2",
    ):
        steps(1, 2, note)
    steps.close()
    assert [found["step"] for found in steps.found] == ["features", "links", "hop 1 of 2", "hop 2 of 2"]
    assert all(found["seconds"] >= 0 and found["peak_gib"] > 0 for found in steps.found)


def test_the_peak_of_a_command_is_that_of_the_step_that_held_most(modules: dict[str, ModuleType]) -> None:
    told = {"steps": [{"peak_gib": 1.0}, {"peak_gib": 3.0}, {"peak_gib": 2.0}]}
    assert modules["propagate"].of_all_steps({"seconds": 5.0, "peak_gib": 2.0}, told)["peak_gib"] == 3.0


@pytest.mark.skipif(not (BENCHMARKS / "scale" / "results" / "propagate.json").exists(), reason="not measured yet")
def test_the_page_is_up_to_date(modules: dict[str, ModuleType]) -> None:
    propagate = modules["propagate"]
    assert propagate.made() == propagate.PAGE.read_text(), "run benchmarks/scale/propagate.py --page"
