"""Sets of graphs by name."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError, DataError, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import load_graph_set
from gnn2mlp.data.graphs import is_folder_of_tables, resolve_graph_dataset


def test_by_name_or_spec() -> None:
    assert load_graph_set(Spec("motif-graphs", graphs=6)).num_graphs == 6


def test_a_wrong_name_is_told_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'motif-graphs'"):
        load_graph_set("motif-grahps")


def test_a_data_root_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="data root: expected a folder"):
        load_graph_set("motif-graphs", tmp_path / "none")


def test_a_folder_is_one_of_tables_if_it_has_the_table_of_graphs(tmp_path: Path) -> None:
    assert not is_folder_of_tables(str(tmp_path))
    (tmp_path / "graphs.parquet").touch()
    assert is_folder_of_tables(str(tmp_path))
    assert resolve_graph_dataset("motif-graphs").default_split().name == "fraction"


def test_a_data_set_of_nodes_or_another_path_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'digits' is one graph, whose nodes have labels: name a set of whole graphs"):
        load_graph_set("digits")
    with pytest.raises(DataError, match=r"a folder with graphs.parquet, got the path .* which has none"):
        load_graph_set(str(tmp_path))
