"""What is told of tables of graphs before anything is trained."""

from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.data.graphs import split_graphs
from gnn2mlp.pipeline.fitting.graphs.config import GraphFitConfig
from gnn2mlp.pipeline.fitting.graphs.data_report import graph_data_report
from gnn2mlp.pipeline.fitting.graphs.tables import read_fit_tables
from tests.fitted_graphs import NODES, graph_tables, written


def report(folder: Path, columns: dict[str, Any] | None = None, **changes: dict[str, Any]) -> dict[str, Any]:
    config = GraphFitConfig(**written(folder, **changes), columns=columns or {}).resolve(60)
    tables = read_fit_tables(config)
    assert config.split is not None
    return graph_data_report(config, tables, split_graphs(tables.graphs, config.split, 0))


def test_counts_labels_columns_and_roles(tmp_path: Path) -> None:
    found = report(tmp_path, {"degree": "number", "bond": "drop"})
    assert found["graphs"] == {"file": "graphs.csv", "rows": 60, "id": "molecule", "labelled": 60}
    assert found["nodes"]["rows"] == NODES
    assert found["nodes"]["of_a_graph"]["least"] == 3
    assert found["labels"]["classes"] == {"no": 30, "yes": 30}
    assert sum(found["split"][part] for part in ("train", "valid", "test")) == 60
    told = {one["name"]: (one["of"], one["read"], one["values"]) for one in found["columns"]}
    assert told == {
        "element": ("nodes", "category", 3),
        "mass": ("nodes", "number", 1),
        "degree": ("nodes", "number", 1),
        "bond": ("", "drop", 0),
    }


def test_gaps_of_categories_are_counted(tmp_path: Path) -> None:
    element = graph_tables()["nodes"]["element"].astype(object)
    element[:4] = None
    found = report(tmp_path, nodes={"element": list(element)})
    assert next(one["gaps"] for one in found["columns"] if one["name"] == "element") == 4


def test_what_to_look_at_has_a_remedy(tmp_path: Path) -> None:
    few = graph_tables()["edges"]
    few = {name: column[:20] for name, column in few.items()}
    found = report(tmp_path, nodes={"serial": np.arange(NODES)}, edges=few)
    told = {one["what"]: one["remedy"] for one in found["warnings"]}
    text = " ".join(told)
    assert "only 60 graphs are labelled" in text
    assert "of 60 graphs have no edge" in text
    assert "12 graphs test" in text
    serial = next(what for what in told if "'serial'" in what)
    assert "--column serial:drop" in told[serial]
