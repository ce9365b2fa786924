"""Nodes of tables of any kind."""

from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.node_table import NodeTable
from tests.deploy.linked import nodes_of


def test_a_folder_is_streamed_in_the_order_of_names(tmp_path: Path) -> None:
    for name, ids in {"b": ["p3"], "a": ["p7", "p9"]}.items():
        pq.write_table(pa.table({"page": ids, "likes": [1.0] * len(ids)}), tmp_path / f"{name}.parquet")
    nodes = NodeTable(tmp_path, "page")
    assert len(nodes) == 3
    assert nodes.raw_ids.to_pylist() == ["p7", "p9", "p3"]
    assert nodes.ids.rows(["p3"]).tolist() == [2]
    found = [(where.rpartition("/")[2], batch.num_rows) for where, batch in nodes.batches(["likes"], skip=1)]
    assert found == [("a.parquet, rows 1 to 1", 1), ("b.parquet, rows 0 to 0", 1)]


def test_other_kinds_are_read_at_once(tmp_path: Path) -> None:
    table = pa.table({"page": [4, 2], "likes": [1.0, 2.0]})
    feather.write_feather(table, tmp_path / "nodes.feather")
    (tmp_path / "nodes.csv").write_text("page,likes\n4,1\n2,2\n")
    for name, kind in {"nodes.feather": "text", "nodes.csv": pa.int64()}.items():
        nodes = NodeTable(tmp_path / name, "page", kind)
        assert nodes.ids.rows([2]).tolist() == [1]
        assert nodes.schemas[0].names == ["page", "likes"]
        assert sum(batch.num_rows for _, batch in nodes.batches(["likes"], skip=1)) == 1


def test_another_table_has_another_identity(tmp_path: Path) -> None:
    nodes_of(10, tmp_path / "one.parquet")
    nodes_of(11, tmp_path / "other.parquet")
    one = NodeTable(tmp_path / "one.parquet", "page").identity
    assert one == NodeTable(tmp_path / "one.parquet", "page").identity
    assert one[1:] != NodeTable(tmp_path / "other.parquet", "page").identity[1:]


def test_what_is_no_table_of_nodes_is_refused(tmp_path: Path) -> None:
    nodes_of(3, tmp_path / "nodes.parquet")
    with pytest.raises(ConfigError, match="nodes: expected a file at .*did you mean 'nodes.parquet'"):
        NodeTable(tmp_path / "node.parquet", "page")
    with pytest.raises(ConfigError, match="--id: the nodes have no column 'pages'"):
        NodeTable(tmp_path / "nodes.parquet", "pages")
    pq.write_table(pa.table({"page": ["a", "a"]}), tmp_path / "twice.parquet")
    with pytest.raises(DataError, match="column 'page' of the nodes: expected each id once, got 'a'"):
        NodeTable(tmp_path / "twice.parquet", "page").ids.rows(["a"])
