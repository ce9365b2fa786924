"""Three tables as a set of graphs, whatever they and their columns are called."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import write_graph_tables
from gnn2mlp.data.graphs.read import GraphFiles, read_graph_tables
from tests.graphs import random_graphs


def files(folder: Path) -> GraphFiles:
    """Of two graphs, with ids that begin with zeros; nodes are Parquet, the others CSV."""
    tables = {
        "mols": {"mol": ["007", "012"], "label": ["a", "b"]},
        "atoms": {"mol": ["007", "007", "012"], "no": ["01", "02", "01"], "element": ["C", "N", "C"]},
        "bonds": {"mol": ["007"], "one": ["01"], "other": ["02"]},
    }
    csv.write_csv(pa.table(tables["mols"]), folder / "mols.csv")
    csv.write_csv(pa.table(tables["bonds"]), folder / "bonds.csv")
    pq.write_table(pa.table(tables["atoms"]), folder / "atoms.parquet")
    paths = folder / "mols.csv", folder / "atoms.parquet", folder / "bonds.csv"
    return GraphFiles(*paths, graph="mol", node="no", source="one", target="other")


def test_ids_of_csv_files_stay_as_they_are_written(tmp_path: Path) -> None:
    graphs = read_graph_tables(files(tmp_path))
    assert graphs.graph_names is not None
    assert graphs.graph_names.tolist() == ["007", "012"]
    assert graphs.edge_index.tolist() == [[0, 1], [1, 0]]
    assert graphs.categories == {"element": ("C", "N")}
    assert graphs.name == "mols"


def test_csv_and_parquet_are_the_same_graphs(tmp_path: Path) -> None:
    written = random_graphs(count=6, features=2)
    write_graph_tables(tmp_path, written)
    for name in ("graphs", "nodes", "edges"):
        csv.write_csv(pq.read_table(tmp_path / f"{name}.parquet"), tmp_path / f"{name}.csv")
    parquet = read_graph_tables(tmp_path)
    text = read_graph_tables(GraphFiles(*(tmp_path / f"{name}.csv" for name in ("graphs", "nodes", "edges"))))
    assert text.digest == parquet.digest


def test_a_column_that_is_to_be_left_out_has_to_be_there(tmp_path: Path) -> None:
    assert read_graph_tables(files(tmp_path), ignore=["element"]).node_fields == ("degree",)
    with pytest.raises(DataError, match="columns of nodes or edges to leave out, got elment; did you mean 'element'"):
        read_graph_tables(files(tmp_path), ignore=["elment"])


def test_ends_of_edges_are_told_by_their_names_or_by_their_places(tmp_path: Path) -> None:
    given = files(tmp_path)
    assert given._replace(source=None, target=None).ends(["mol", "since", "To", "From"]) == ("From", "To")
    without = read_graph_tables(given._replace(source=None, target=None))
    assert without.digest == read_graph_tables(given).digest
