from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp import RunConfig, run
from gnn2mlp.data.graphs import GraphSet, GraphViews, load_graph_set, split_graphs
from gnn2mlp.data.graphs.seen_categories import with_seen_categories
from tests.graphs import SMALL


def write(folder: Path, of_test: str) -> Path:
    """Twelve paths of three nodes and an own split; test graphs, and one that validates, have a kind of their own."""
    folder.mkdir()
    numbers = range(12)
    parts = ["train"] * 8 + ["valid"] * 2 + ["test"] * 2
    kinds = [["a", "c", "a" if number % 2 else "e"] for number in range(8)]
    kinds += [["a", "b", "c"], ["a", "a", "c"], ["c", "a", of_test], ["c", "a", "a"]]
    graphs = {"graph": [*numbers], "label": [("x", "y")[n % 2] for n in numbers], "split": parts}
    nodes = {
        "graph": [n for n in numbers for _ in range(3)],
        "node": [0, 1, 2] * 12,
        "kind": [kind for own in kinds for kind in own],
    }
    edges: dict[str, Any] = {"graph": [n for n in numbers for _ in range(2)], "source": [0, 1] * 12}
    edges |= {"target": [1, 2] * 12, "bond": ["thin", "thick"] * 10 + ["thin", of_test] * 2}
    for name, columns in {"graphs": graphs, "nodes": nodes, "edges": edges}.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder


def views(folder: Path) -> tuple[GraphSet, GraphViews]:
    graphs = load_graph_set(str(folder))
    return graphs, GraphViews.of(graphs, split_graphs(graphs, "own", 0))


def test_training_knows_the_categories_of_training_graphs_alone(tmp_path: Path) -> None:
    graphs, (observed, full) = views(write(tmp_path / "set", "d"))
    assert graphs.categories["kind"] == ("a", "b", "c", "d", "e")
    for seen in (observed.graphs, full.graphs):
        assert seen.categories == {"kind": ("a", "c", "e"), "bond": ("thick", "thin")}
        assert (seen.code_sizes, seen.edge_code_sizes) == ((3,), (2,))
    assert observed.graphs.batch([8]).node_codes.flatten().tolist() == [0, -1, 1]  # type: ignore[union-attr]
    assert full.graphs.batch([10]).node_codes.flatten().tolist() == [1, 0, -1]  # type: ignore[union-attr]
    assert full.graphs.batch([10]).edge_codes.flatten().tolist() == [1, 1, -1, -1]  # type: ignore[union-attr]


def test_no_category_of_a_test_graph_changes_what_training_sees(tmp_path: Path) -> None:
    one, two = (views(write(tmp_path / name, name))[1].observed for name in ("Aa", "zz"))
    assert one.digest == two.digest
    assert torch.equal(one.graphs.node_codes, two.graphs.node_codes)  # type: ignore[arg-type]


def test_published_categories_stay() -> None:
    graphs = load_graph_set({"name": "motif-graphs", "graphs": 20})
    assert with_seen_categories(graphs, torch.tensor([0])) is graphs


def test_a_run_reads_its_own_folder_and_a_category_that_is_new(tmp_path: Path) -> None:
    folder = write(tmp_path / "set", "d")
    settings = {**SMALL, "dataset": str(folder), "seeds": 1, "out": tmp_path / "run", "cache": tmp_path / "cache"}
    student = run(RunConfig(**settings, latency=False)).predictor()
    assert student.fields.categories == {"kind": ("a", "c", "e")}
    said = student.predict_table(folder)
    assert said["graph"].to_pylist() == [*range(12)]
    assert said["prediction"].to_pylist() == student.predict(load_graph_set(str(folder))).tolist()
    assert said["prediction"].to_pylist()[10] == student.predict([["c", "a", "never seen"]])[0]
