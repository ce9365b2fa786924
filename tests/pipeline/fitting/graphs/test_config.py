"""Settings of a fit of whole graphs."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.pipeline import FitConfig, GraphFitConfig

TABLES: dict[str, Any] = {"graphs": "g.csv", "nodes": "n.csv", "edges": "e.csv"}


def test_everything_that_is_left_open_is_written_out() -> None:
    found = GraphFitConfig(**TABLES).resolve(100)
    assert (found.teacher.name, found.method.name, found.student.name) == ("graph_gin", "glnn", "set_mlp")
    assert found.split is not None
    assert found.split.options["train"] == 0.6
    assert (found.distill["batch_size"], found.method.options["hard_weight"]) == (64, 0.5)
    assert GraphFitConfig(**found.to_dict()).resolve(100).identity() == found.identity()


def test_a_split_in_the_table_is_the_one_that_counts() -> None:
    assert GraphFitConfig(**TABLES).resolve(100, own_split=True).split.name == "own"  # type: ignore[union-attr]
    chosen = GraphFitConfig(**TABLES, split="hash").resolve(100, own_split=True)
    assert chosen.split is not None
    assert chosen.split.name == "hash"


def test_very_many_graphs_train_a_student_for_fewer_epochs_of_the_usual_batches() -> None:
    small, large = (GraphFitConfig(**TABLES).resolve(graphs) for graphs in (100, 400_000))
    assert large.distill["epochs"] < small.distill["epochs"]
    assert large.distill["batch_size"] == small.distill["batch_size"]


def test_a_folder_has_all_three_tables(tmp_path: Path) -> None:
    (tmp_path / "nodes.csv").touch()
    (tmp_path / "edges.tsv").touch()
    files = GraphFitConfig(graphs=tmp_path, id="m").files
    assert [path.name for path in files[:3]] == ["graphs.parquet", "nodes.csv", "edges.tsv"]
    assert files.graph == "m"
    assert GraphFitConfig(graphs=tmp_path, nodes=tmp_path / "other.csv").files.nodes.name == "other.csv"
    with pytest.raises(ConfigError, match=r"nodes, edges: expected the tables of both beside that of the .*nodes.csv"):
        _ = GraphFitConfig(graphs=tmp_path / "nodes.csv", nodes="n.csv").files
    with pytest.raises(ConfigError, match=r"graphs: expected a file at .*other, found none"):
        _ = GraphFitConfig(graphs=tmp_path / "other").files


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"teacher": "sage"}, "teacher 'sage' does not answer for whole graphs; expected one of"),
        ({"teacher": "mixr"}, "did you mean 'mixer'"),
        ({"method": "mlp"}, "method: 'mlp' has no teacher"),
        ({"method": "llp"}, "method 'llp' predicts links"),
        ({"student": "mlp"}, "student 'mlp' reads single nodes, .* set_mlp"),
        ({"split": "time"}, "split: 'time' goes by a column of nodes; write a column 'split'"),
        ({"columns": {"mass": "log"}}, "columns: expected number, category, drop for 'mass'"),
        ({"columns": {"node": "drop"}}, "columns: 'node' is a column of ids"),
        (
            {"task": "classification"},
            "task: expected 'graph', got 'classification'; for labels of nodes",
        ),
        ({"source": "a"}, "expected both columns of the edges, or neither"),
        ({"source": "a", "target": "a"}, "expected two columns of the edges, got 'a' for both ends"),
        ({"label": []}, "label: expected the name of a column"),
        ({"distill": {"epoch": 3}}, "did you mean 'epochs'"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GraphFitConfig(**{**TABLES, **changes}).resolve(100)


def test_labels_of_nodes_and_of_graphs_name_each_other() -> None:
    with pytest.raises(ConfigError, match="task: 'graph' is of whole graphs; take GraphFitConfig"):
        FitConfig(nodes="n.csv", edges="e.csv", id="page", label="kind", task="graph").resolve(100)


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / "fit.yaml").write_text("graphs: molecules\ntask: graph\nlabel: [toxic, active]\n")
    found = GraphFitConfig.from_yaml(tmp_path / "fit.yaml")
    assert found.seeds == (0,)
    assert found.label == ("toxic", "active")
