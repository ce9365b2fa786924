"""Tables that name nodes, and links between them."""

from pathlib import Path

import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy.link_tables import id_name, ids_in, links_in, rows_in
from gnn2mlp.deploy.node_table import NodeTable
from tests.deploy.linked import nodes_of


@pytest.fixture
def nodes(tmp_path: Path) -> NodeTable:
    nodes_of(6, tmp_path / "nodes.parquet")
    return NodeTable(tmp_path / "nodes.parquet", "page")


def test_ids_stand_in_the_column_of_that_name_or_the_first(nodes: NodeTable, tmp_path: Path) -> None:
    (tmp_path / "named.csv").write_text("other,page\nx,p4\nx,p1\n")
    (tmp_path / "first.csv").write_text("who\np4\np1\n")
    for name in ("named.csv", "first.csv"):
        assert ids_in(tmp_path / name, "page", nodes, "candidates").to_pylist() == ["p4", "p1"]
        assert rows_in(tmp_path / name, "page", nodes, "candidates").tolist() == [4, 1]
    table = pa.table({"a": [1], "b": [2]})
    assert (id_name(table, "b"), id_name(table, "c")) == ("b", "a")


def test_an_id_that_is_no_nodes_is_named(nodes: NodeTable, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("page\np1\np9\np8\n")
    with pytest.raises(DataError, match="candidates: expected ids of the nodes, got 'p9' and 1 more that no row has"):
        rows_in(tmp_path / "some.csv", "page", nodes, "candidates")


def test_known_links_are_between_rows(nodes: NodeTable, tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text("source,target\np1,p4\np0,p2\n")
    assert links_in(tmp_path / "links.csv", nodes).edge_index.tolist() == [[1, 0], [4, 2]]
