from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphData, read_removal


@pytest.fixture
def graph(tiny_graph: Callable[..., GraphData]) -> GraphData:
    return replace(tiny_graph(), node_names=np.array([f"n{row}" for row in range(60)]))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ids.txt", "n4\nn2\n\nn4\n"),
        ("ids", "n2\nn4"),
        ("ids.csv", "id,label\nn4,x\nn2,y\n"),
        ("ids.csv", "n2\nn4\n"),
        ("ids.tsv", "label\tnode\nx\tn4\ny\tn2\n"),
    ],
)
def test_nodes_come_from_files_of_text(graph: GraphData, tmp_path: Path, name: str, text: str) -> None:
    assert read_removal(graph, write(tmp_path / name, text)).nodes.tolist() == [2, 4]


def test_ids_come_from_tables(graph: GraphData, tiny_graph: Callable[..., GraphData], tmp_path: Path) -> None:
    path = tmp_path / "ids.parquet"
    pa.parquet.write_table(pa.table({"person": ["n4", "n2"]}), path)
    assert read_removal(graph, path).nodes.tolist() == [2, 4]
    pa.parquet.write_table(pa.table({"id": [3, 1], "x": [0, 0]}), path)
    assert read_removal(tiny_graph(), str(path)).nodes.tolist() == [1, 3]
    first, second = graph.edge_index[:, 0].tolist()
    pa.parquet.write_table(pa.table({"why": ["x"], "target": [f"n{first}"], "source": [f"n{second}"]}), path)
    assert read_removal(graph, edges=path).edges.tolist() == [[min(first, second)], [max(first, second)]]


@pytest.mark.parametrize("form", ["{}\t{}", "{} {}", "source,target\n{},{}", "{},{}"])
def test_edges_come_from_files_of_text(graph: GraphData, tmp_path: Path, form: str) -> None:
    first, second = graph.edge_index[:, 0].tolist()
    path = write(tmp_path / "edges.txt", form.format(f"n{second}", f"n{first}"))
    assert read_removal(graph, edges=path).edges.tolist() == [[first], [second]]


@pytest.mark.parametrize("make", [list, np.array, torch.tensor])
def test_ids_come_from_arrays(tiny_graph: Callable[..., GraphData], make: Callable[..., Any]) -> None:
    graph = tiny_graph()
    assert read_removal(graph, nodes=make([5, 1, 5])).nodes.tolist() == [1, 5]
    pairs = graph.edge_index[:, :3].tolist()
    assert read_removal(graph, edges=make(pairs)).counts == {"nodes": 0, "edges": 3}
    assert read_removal(graph, edges=make([*zip(*pairs, strict=True)])).counts["edges"] == 3


def test_a_directed_edge_goes_one_way(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(directed=True)
    both = {tuple(edge) for edge in graph.edge_index.T.tolist()}
    one_way = next(edge for edge in sorted(both) if edge[::-1] not in both)
    assert read_removal(graph, edges=[one_way]).edges.T.tolist() == [list(one_way)]
    with pytest.raises(DataError, match=f"has no edge {one_way[1]}-{one_way[0]};"):
        read_removal(graph, edges=[one_way[::-1]])


def test_what_is_not_there_is_an_error(graph: GraphData, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="unlearn: tiny has no node n60, n61, n62, n63, n64 and 1 more"):
        read_removal(graph, nodes=[f"n{row}" for row in range(60, 66)])
    with pytest.raises(ConfigError, match="expected nodes or edges to remove, got none"):
        read_removal(graph)
    with pytest.raises(ConfigError, match="expected a file at"):
        read_removal(graph, nodes=str(tmp_path / "absent.txt"))
    with pytest.raises(DataError, match="an empty file"):
        read_removal(graph, nodes=write(tmp_path / "empty.txt", "\n"))
    with pytest.raises(DataError, match="to be left, got all of them"):
        read_removal(graph, nodes=graph.node_names)
    with pytest.raises(DataError, match="expected 2 ids in each line of .*, got 'n1'"):
        read_removal(graph, edges=write(tmp_path / "edges.txt", "n0 n2\nn1"))
    with pytest.raises(DataError, match=r"expected pairs of ids, shape \(edges, 2\), got \(3,\)"):
        read_removal(graph, edges=["n0", "n1", "n2"])
    path = tmp_path / "ids.parquet"
    pa.parquet.write_table(pa.table({"who": ["n1"], "why": ["x"]}), path)
    with pytest.raises(DataError, match="expected a column id in .*, got who, why"):
        read_removal(graph, nodes=path)
