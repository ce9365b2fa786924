"""A deployed student: whose answers are read, in whose classes, and what keeping to them does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import Predictor, RunConfig, run
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.data import graph_from_arrays
from gnn2mlp.data.graph import GraphData
from gnn2mlp.pipeline.previous import Previous
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task
from tests.tiny import views_of

FEATURES, NODES = 4, 12
X = torch.randn(NODES, FEATURES, generator=torch.Generator().manual_seed(0))
EDGES = [[0, 1, 2], [1, 2, 3]]


def deployed(folder: Path, task: Any, outputs: int) -> Predictor:
    """A student in a folder."""
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=8)
    student = Predictor(recipe, recipe.build(FEATURES, outputs), FEATURES, task)
    student.save(folder)
    return student


def graph(task: Task, labels: Any) -> GraphData:
    return graph_from_arrays(X, labels, EDGES, task=task, name="customers")


def classes(*names: str) -> GraphData:
    return graph(NodeClassification(names), [0, 1] * (NODES // 2))


def test_classes_are_matched_by_name(tmp_path: Path) -> None:
    student = deployed(tmp_path, ["a", "b", "c"], 3)
    log_p = torch.from_numpy(np.log(student.predict_proba(X.numpy())))
    said = Previous.of(tmp_path, classes("c", "a", "b")).said
    torch.testing.assert_close(said, log_p[:, [2, 0, 1]], rtol=1e-4, atol=1e-5)
    newer = Previous.of(tmp_path, classes("b", "new", "c")).said
    torch.testing.assert_close(newer[:, [0, 2]], log_p[:, [1, 2]], rtol=1e-4, atol=1e-5)
    assert (newer[:, 1].exp() < 1e-5).all()  # of a class that it never heard of it says next to nothing
    with pytest.raises(DataError, match=r"knows two of the classes x, y, got one of a, b, c"):
        Previous.of(tmp_path, classes("x", "y"))


def test_the_table_holds_observed_nodes_alone(tmp_path: Path) -> None:
    deployed(tmp_path, ["a", "b"], 2)
    data = classes("a", "b")
    views = views_of(data, "inductive", labels=1)
    previous = Previous.of(tmp_path, data, 0.3)
    table = previous.table(views.observed)
    assert previous.weight == 0.3
    assert len(table.node_ids) < NODES
    assert torch.equal(table["logits"], previous.said[table.node_ids])


def test_numbers_are_in_the_units_in_which_students_learn(tmp_path: Path) -> None:
    student = deployed(tmp_path, Regression(["price"], mean=[5.0], scale=[2.0]), 1)
    task = Regression(["price"], mean=[1.0], scale=[4.0])
    previous = Previous.of(tmp_path, graph(task, torch.arange(float(NODES))[:, None]))
    values = torch.from_numpy(student.predict(X.numpy())).float()
    torch.testing.assert_close(previous.outputs(task), ((values - 1) / 4)[:, None])
    torch.testing.assert_close(task.values(previous.outputs(task)), previous.said)


def test_several_labels_stand_for_themselves(tmp_path: Path) -> None:
    student = deployed(tmp_path, MultiLabel(["red", "round"]), 2)
    labels = torch.tensor([[0.0, 1.0], [1.0, 0.0]] * (NODES // 2))
    said = Previous.of(tmp_path, graph(MultiLabel(["round", "red"]), labels)).said
    torch.testing.assert_close(said, torch.from_numpy(student.decision_function(X.numpy()))[:, [1, 0]].float())
    with pytest.raises(DataError, match=r"expected a model in .* of the labels red, square, got one of 2 others"):
        Previous.of(tmp_path, graph(MultiLabel(["red", "square"]), labels))


def test_what_answers_otherwise_is_refused(tmp_path: Path) -> None:
    deployed(tmp_path, NodeClassification(["a", "b"]), 2)
    with pytest.raises(DataError, match=r"previous: the model in .* cannot answer these nodes.*expected .* features"):
        Previous.of(tmp_path, replace(classes("a", "b"), features=X[:, :1]))
    deployed(tmp_path, Regression(["price"]), 1)
    with pytest.raises(DataError, match="expected a model of a classification task in .*, got one that answers otherw"):
        Previous.of(tmp_path, classes("a", "b"))
    with pytest.raises(ArtefactError, match=r"previous: expected the folder of a run, a fit or a student, found no"):
        Previous.of(tmp_path / "nowhere", classes("a", "b"))


@pytest.fixture
def first(settings: dict[str, Any], tmp_path: Path) -> Path:
    """The folder of a run whose student is deployed; it was trained with another seed."""
    out = tmp_path / "first"
    run(RunConfig(**{**settings, "out": out, "seeds": [5]}))
    return out


def test_a_run_keeps_to_it_and_reports_the_churn(
    settings: dict[str, Any], first: Path, tmp_path: Path, make_run: Callable[..., dict[str, Any]]
) -> None:
    free, kept = (make_run(previous=first, previous_weight=w) for w in (0.0, 1.0))
    plain = make_run()
    assert "churn" not in plain["seeds"][0]
    for record, without in zip(free["seeds"], plain["seeds"], strict=True):
        assert record["student"] == without["student"]  # a weight of 0 only measures
    churn = [[record["churn"]["student"]["test"] for record in results["seeds"]] for results in (free, kept)]
    assert np.mean(churn[1]) < np.mean(churn[0])
    assert kept["summary"]["churn"]["student"]["test"]["mean"] == pytest.approx(np.mean(churn[1]))
    assert set(kept["seeds"][0]["churn"]) == {"teacher", "mlp", "student"}
    assert "Answers of the deployed student that changed" in (tmp_path / "run-2" / "report.html").read_text()


@pytest.fixture
def make_run(settings: dict[str, Any], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    made: list[Path] = []

    def make(**changes: Any) -> dict[str, Any]:
        made.append(tmp_path / f"run-{len(made) + 1}")
        return run(RunConfig(**{**settings, **changes, "out": made[-1]})).results

    return make


def test_impossible_settings_are_refused(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="previous_weight"):
        RunConfig(**settings, previous_weight=1.5)
    with pytest.raises(ConfigError, match="previous_weight: expected a deployed student to keep to; name one with"):
        RunConfig(**settings, previous_weight=0.5)
    with pytest.raises(ArtefactError, match="previous: expected the folder of a run"):
        run(RunConfig(**settings, previous=tmp_path / "nowhere"))
