"""A folder of three tables: categories and features by type, ids of any type, faults with names."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphSet, load_graph_set, split_graphs
from gnn2mlp.data.graphs import resolve_graph_dataset
from gnn2mlp.tasks import GraphMultiTask

TABLES: dict[str, dict[str, Any]] = {
    "graphs": {"graph": ["m1", "m2", "m3"], "label": ["no", "yes", None]},
    "nodes": {  # those of m2 are not beside each other
        "graph": ["m2", "m1", "m1", "m2", "m3"],
        "node": [10, 1, 2, 11, 1],
        "element": ["C", "N", "C", None, "O"],
        "aromatic": [True, False, False, True, False],
        "mass": [12.0, 14.0, 12.0, 1.5, 16.0],
    },
    "edges": {"graph": ["m1", "m2"], "source": [1, 11], "target": [2, 10], "bond": [2, 1]},
}


def write(folder: Path, **changed: Any) -> Path:
    """The tables, some of their columns changed, or left out where a change is `None`."""
    for name, columns in TABLES.items():
        own = {**columns, **changed.get(name, {})}
        pq.write_table(
            pa.table({key: value for key, value in own.items() if value is not None}), folder / f"{name}.parquet"
        )
    return folder


def load(folder: Path, **options: Any) -> GraphSet:
    return load_graph_set(Spec("graph_tables", path=str(folder), **options))


def test_columns_are_categories_or_features_by_their_type(tmp_path: Path) -> None:
    graphs = load(write(tmp_path))
    assert graphs.node_fields == ("element", "aromatic")
    assert graphs.categories["element"] == ("C", "N", "O", "missing")
    assert graphs.categories["aromatic"] == (False, True)
    assert graphs.categories["bond"] == (1, 2)
    assert graphs.node_codes is not None
    assert graphs.node_codes.tolist() == [[1, 0], [0, 0], [0, 1], [3, 1], [2, 0]]
    assert graphs.feature_names == ("mass",)
    assert graphs.features is not None
    assert graphs.features[:, 0].tolist() == [14, 12, 12, 1.5, 16]
    assert graphs.edge_index.tolist() == [[0, 1, 2, 3], [1, 0, 3, 2]]
    assert graphs.edge_codes is not None
    assert graphs.edge_codes[:, 0].tolist() == [1, 1, 0, 0]
    assert graphs.class_names == ("no", "yes")
    assert graphs.labels.tolist() == [0, 1, -1]
    assert graphs.graph_names is not None
    assert graphs.graph_names.tolist() == ["m1", "m2", "m3"]
    assert graphs.name == tmp_path.name


def test_a_path_is_a_data_set(tmp_path: Path) -> None:
    assert load_graph_set(str(write(tmp_path))).digest == load(tmp_path).digest
    with pytest.raises(ConfigError, match="the data set is the folder .* already"):
        resolve_graph_dataset(Spec(str(tmp_path), path="other"))


def test_whole_numbers_may_be_quantities_and_columns_left_out(tmp_path: Path) -> None:
    write(tmp_path, nodes={"charge": [0, -1, 2, 0, 0]})
    graphs = load(tmp_path, numeric=["charge"], ignore=["mass", "aromatic"])
    assert graphs.node_fields == ("element",)
    assert graphs.feature_names == ("charge",)
    with pytest.raises(DataError, match="expected the numeric columns weight, got"):
        load(tmp_path, numeric=["weight"])


def test_degrees_stand_in_where_nodes_have_no_columns(tmp_path: Path) -> None:
    write(tmp_path, nodes={"element": None, "aromatic": None, "mass": None})
    graphs = load(tmp_path)
    assert graphs.node_fields == ("degree",)
    assert graphs.node_codes is not None
    assert graphs.node_codes[:, 0].tolist() == [1, 1, 1, 1, 0]


def test_several_columns_are_several_tasks(tmp_path: Path) -> None:
    write(tmp_path, graphs={"toxic": [1, 0, None], "active": [None, True, False]})
    graphs = load(tmp_path, label=["toxic", "active"])
    assert isinstance(graphs.task, GraphMultiTask)
    np.testing.assert_array_equal(graphs.labels.numpy(), [[1, np.nan], [0, 1], [np.nan, 0]])


def test_a_column_of_parts_is_the_default_split(tmp_path: Path) -> None:
    write(tmp_path, graphs={"label": ["no", "yes", "no"], "split": ["train", "train", "test"]})
    assert load(tmp_path).own_splits[0]["test"].tolist() == [2]
    assert "valid" not in load(tmp_path).own_splits[0]
    assert resolve_graph_dataset(str(tmp_path)).default_split().name == "own"
    with pytest.raises(DataError, match="split: expected train, valid or test, .*, got dev"):
        load(write(tmp_path, graphs={"split": ["train", "dev", "test"]}))


def test_without_such_a_column_graphs_are_drawn(tmp_path: Path) -> None:
    ids = [f"g{number}" for number in range(40)]
    write(
        tmp_path,
        graphs={"graph": ids, "label": ["a", "b"] * 20},
        nodes={"graph": ids, "node": [0] * 40, "element": ["C"] * 40, "aromatic": None, "mass": None},
        edges={"graph": ["g0"], "source": [0], "target": [0], "bond": None},
    )
    graphs = load(tmp_path)
    assert split_graphs(graphs, resolve_graph_dataset(str(tmp_path)).default_split(), 0).test.numel() == 4
    assert graphs.notes == {"self_loops": 1}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"graphs": {"graph": ["m1", "m1", "m2"]}}, "graph: expected each id once, got m1 more than once"),
        ({"graphs": {"graph": ["m1", None, "m2"]}}, "expected an id in every row, got 1 gaps"),
        ({"graphs": {"label": None}}, r"expected a column 'label'.*, got graph"),
        ({"graphs": {"label": [0.5, 1.0, 2.0]}}, "label: expected classes, got numbers with decimals"),
        ({"nodes": {"graph": ["m2", "m1", "m1", "m2", "m9"]}}, "graph: expected ids of graphs.parquet, got m9"),
        ({"nodes": {"graph": ["m2", "m1", "m1", "m2", "m1"]}}, "expected each node of a graph once, got node 1 twice"),
        (
            {"nodes": {"graph": ["m2", "m1", "m1", "m2", "m2"]}},
            "got 1 without any in nodes.parquet: m3; leave",
        ),
        ({"edges": {"source": [1, 2]}}, "source: expected nodes of the edge's own graph, got node 2 in row 1"),
        ({"edges": {"source": [1, 99]}}, "source: expected ids of nodes.parquet, got 99"),
        ({"edges": {"source": ["x", "y"]}}, "source: expected ids of type int64, as nodes.parquet has them"),
        ({"nodes": {"mass": [[1], [2], [3], [4], [5]]}}, "mass: expected text, .*convert it, or leave it out"),
        ({"nodes": {"mass": [1.0, 2.0, None, 4.0, 5.0]}}, "mass: expected a number in every row, got 1 gaps"),
    ],
)
def test_faults_have_names(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        load(write(tmp_path, **changed))


def test_text_as_several_tasks_is_refused(tmp_path: Path) -> None:
    write(tmp_path, graphs={"other": ["a", "b", "c"]})
    with pytest.raises(DataError, match="other: several labels are given as 1 and 0"):
        load(tmp_path, label=["other", "label"])
    with pytest.raises(ConfigError, match="expected at least one column"):
        load(tmp_path, label=[])


def test_a_table_that_is_missing_or_damaged_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "edges.parquet").write_bytes(b"none")
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        load(tmp_path)
    (tmp_path / "edges.parquet").unlink()
    with pytest.raises(DataError, match=r"expected the table .*edges.parquet, found none; a set of graphs is a folder"):
        load(tmp_path)
