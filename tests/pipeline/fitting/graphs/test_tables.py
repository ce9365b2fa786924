"""From three files to graphs that can be learnt, or a sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.tables import labelled, read_fit_tables
from tests.fitted_graphs import NODES, graph_tables, written


def test_tables_are_read_with_the_names_that_they_have(tmp_path: Path) -> None:
    config = GraphFitConfig(**written(tmp_path), columns={"degree": "number", "bond": "drop"})
    found = read_fit_tables(config)
    graphs = found.graphs
    assert graphs.class_names == ("no", "yes")
    assert (graphs.node_fields, graphs.feature_names, graphs.edge_fields) == (("element",), ("mass", "degree"), ())
    assert graphs.graph_names is not None
    assert graphs.graph_names[:2].tolist() == ["m00", "m01"]
    assert set(found.digests) == {"graphs", "nodes", "edges"}
    assert not found.own_split


def test_a_label_that_is_missing_is_unknown(tmp_path: Path) -> None:
    toxic = graph_tables()["graphs"]["toxic"].astype(object)
    toxic[:3] = None
    found = read_fit_tables(GraphFitConfig(**written(tmp_path, graphs={"toxic": list(toxic)}))).graphs
    assert labelled(found).tolist() == [*range(3, 60)]


def test_options_of_the_task_are_the_users(tmp_path: Path) -> None:
    config = GraphFitConfig(**written(tmp_path), task={"name": "graph", "metric": "roc_auc"})
    assert read_fit_tables(config).graphs.task.metric == "roc_auc"
    with pytest.raises(ConfigError, match="no option 'metrc'; did you mean 'metric'"):
        read_fit_tables(GraphFitConfig(**written(tmp_path), task={"name": "graph", "metrc": "roc_auc"}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"graphs": {"toxic": None}}, "expected a column 'toxic'"),
        ({"graphs": {"toxic": ["yes"] * 60}}, "column 'toxic': expected at least two classes, got yes alone"),
        ({"graphs": {"molecule": ["m00"] * 60}}, "molecule: expected each id once, got m00"),
        ({"edges": {"molecule": ["lost"] * NODES}}, "molecule: expected ids of graphs.csv, got lost"),
        ({"nodes": {"atom": np.zeros(NODES, int)}}, "expected each node of a graph once, got node 0 twice"),
        ({"edges": {"to": np.full(NODES, 99)}}, "to: expected ids of nodes.csv, got 99"),
        ({"nodes": {"mass": [None, *[1.5] * (NODES - 1)]}}, "mass: expected a number in every row, got 1 gaps"),
    ],
)
def test_faults_of_tables_have_names(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_fit_tables(GraphFitConfig(**written(tmp_path, **changes)))


def test_a_graph_without_a_node_and_a_column_that_is_none_are_named(tmp_path: Path) -> None:
    tables = graph_tables()
    names = [*tables["graphs"]["molecule"], "empty"]
    changes = {"graphs": {"molecule": names, "toxic": [*tables["graphs"]["toxic"], "no"]}}
    with pytest.raises(DataError, match=r"at least one node each, got 1 without any in nodes.csv: empty; leave"):
        read_fit_tables(GraphFitConfig(**written(tmp_path, **changes)))
    with pytest.raises(DataError, match="nodes or edges to leave out, got bnd; did you mean 'bond'"):
        read_fit_tables(GraphFitConfig(**written(tmp_path), columns={"bnd": "drop"}))


def test_ids_are_no_classes(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="label: 'molecule' is the column of ids; name another one"):
        read_fit_tables(GraphFitConfig(**{**written(tmp_path), "label": "molecule"}))


def test_a_table_that_is_not_there_is_named_before_any_is_read(tmp_path: Path) -> None:
    settings = written(tmp_path)
    (tmp_path / "edges.csv").unlink()
    with pytest.raises(ConfigError, match=r"edges: expected a file at .*edges.parquet, found none"):
        read_fit_tables(GraphFitConfig(**settings))


def test_a_task_that_is_never_labelled_is_named(tmp_path: Path) -> None:
    labels = {"a": np.arange(60) % 2, "b": [None] * 60}
    settings = {**written(tmp_path, graphs=labels), "label": ["a", "b"]}
    with pytest.raises(DataError, match="column 'b': expected a label in some rows, got none"):
        read_fit_tables(GraphFitConfig(**settings))


@pytest.mark.parametrize(
    ("column", "message"), [("mass", "column 'mass': .* got real numbers"), ("elment", "did you mean 'element'")]
)
def test_what_cannot_be_categories_is_named(tmp_path: Path, column: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_fit_tables(GraphFitConfig(**written(tmp_path), columns={column: "category", "degree": "category"}))
