"""NOSMOG: its terms, its inputs, where it says that it needs the graph, and that it ships."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.estimators import NodeClassifier
from gnn2mlp.inputs import Positions, Standardise
from gnn2mlp.methods import METHODS, NOSMOG
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.pipeline.export import export_onnx
from gnn2mlp.pipeline.fitting.config import FitConfig
from gnn2mlp.students import STUDENTS
from tests.helpers import tiny_arrays
from tests.tiny import random_knowledge, small, tiny_views

POSITIONS: dict[str, Any] = {"name": "positions", "walks": 2, "length": 6, "dim": 4}


def test_is_labels_the_same_on_moved_rows_and_similarities() -> None:
    method = NOSMOG(hard_weight=0.25, temperature=2.0, similarity_weight=0.3, adversarial_weight=0.2, epsilon=0.01)
    hard, soft, moved, alike = method.build_objective().terms()
    assert [t.objective.name for t in (hard, soft, moved, alike)] == [
        "hard_labels",
        "soft_labels",
        "adversarial_features",
        "similarity",
    ]
    assert [t.weight for t in (hard, soft, moved, alike)] == pytest.approx([0.25, 0.75, 0.2, 0.3])
    assert [t.weight for t in moved.objective.inner.terms()] == pytest.approx([0.25, 0.75])
    assert (moved.objective.epsilon, moved.objective.inner.terms()[1].objective.temperature) == (0.01, 2.0)
    assert NOSMOG(similarity_weight=0).teacher_keys == {"logits"}


@pytest.mark.parametrize("batch_size", [512, 16])
def test_learns_from_positions_of_the_observed_graph(batch_size: int) -> None:
    observed = tiny_views("inductive").observed
    learner = Learner(
        Distiller(epochs=3, batch_size=batch_size),
        small(STUDENTS, "mlp"),
        observed,
        random_knowledge(observed.node_ids),
    )
    result = NOSMOG(positions=POSITIONS).learn(learner)
    assert isinstance(result.inputs, Positions)
    assert torch.equal(result.inputs.node_ids_, observed.node_ids)
    assert result.num_features == observed.graph.num_features + 4
    bare = NOSMOG(positions=None).learn(learner)
    assert bare.num_features == observed.graph.num_features


def test_inputs_of_the_run_that_read_the_graph_win_and_others_are_refused() -> None:
    observed = tiny_views().observed
    learner = Learner(
        Distiller(epochs=1),
        small(STUDENTS, "mlp"),
        observed,
        random_knowledge(observed.node_ids),
        inputs=Positions(walks=1, length=3, dim=2),
    )
    assert NOSMOG(positions=POSITIONS).learn(learner).num_features == observed.graph.num_features + 2
    with pytest.raises(ConfigError, match="makes the student's rows of .* positions, got inputs 'standardise'"):
        NOSMOG().learn(replace(learner, inputs=Standardise()))


def test_says_before_any_work_where_positions_cannot_be() -> None:
    x, y, edges = tiny_arrays()
    with pytest.raises(ConfigError, match=r"nosmog: its student reads the graph when it answers.*positions=None"):
        NodeClassifier(method="nosmog").fit(x, y, edge_index=edges)
    with pytest.raises(ConfigError, match="positions: its student reads the graph when it answers"):
        NodeClassifier(inputs="positions").fit(x, y, edge_index=edges)
    with pytest.raises(ConfigError, match="reads the graph when it answers, and what ships reads columns alone"):
        FitConfig(nodes="a.csv", edges="e.csv", id="i", label="y", out="b", method="nosmog").resolve(100)
    with pytest.raises(ConfigError, match="a table of rows has none"):
        NOSMOG().check_streams()
    NOSMOG(positions=None).check_streams()
    with pytest.raises(ConfigError, match=r"method\.positions: expected inputs that read the graph.*got 'standardise'"):
        Spec("nosmog", positions="standardise").build(METHODS)


def test_without_positions_it_is_an_estimator() -> None:
    x, y, edges = tiny_arrays()
    made = NodeClassifier(method=NOSMOG(positions=None), teacher={"name": "gcn", "epochs": 20}, distill={"epochs": 20})
    assert made.fit(x, y, edge_index=edges).predict(x).shape == y.shape


def test_a_run_ships_a_student_that_answers_rows_of_the_graph(tmp_path: Path) -> None:
    config = RunConfig(
        method={"name": "nosmog", "positions": POSITIONS},
        seeds=1,
        latency=True,
        refit=True,
        out=tmp_path / "run",
        cache=tmp_path / "cache",
        teacher={"name": "gcn", "epochs": 5},
        distill={"epochs": 5},
    )
    made = run(config)
    student = made.predictor()
    assert student.inputs.needs_graph
    from gnn2mlp.data import load_dataset

    graph = load_dataset("digits")
    rows = student.inputs.rows(graph)
    again = Predictor.load(tmp_path / "run" / "student")
    card = (tmp_path / "run" / "student" / "README.md").read_text()
    assert "**needs the graph when it answers**" in card
    assert "rows = model.inputs.rows(graph)" in card
    assert "graph-free" not in card
    assert np.array_equal(again.predict_proba(rows), student.predict_proba(rows))
    assert export_onnx(tmp_path / "run", tmp_path / "onnx").exists()
    resolved = RunConfig(**config.resolve().to_dict()).resolve()
    assert resolved.method == config.resolve().method
