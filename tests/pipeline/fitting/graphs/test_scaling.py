"""Numbers of nodes in units in which networks learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.data.graphs import GraphSet
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.pipeline.fitting.graphs.scaling import Scaled
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import ClassAnswers
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=20, features=2)


def untrained(graphs: GraphSet) -> GraphPredictor:
    """A seeded student of two classes."""
    torch.manual_seed(0)
    student, fields = SetMLP(hidden=8, norm="layer"), NodeFields.of(graphs)
    return GraphPredictor(student, student.network(fields.width, 2), fields, ClassAnswers(["no", "yes"]))


def test_a_student_reads_numbers_as_they_are_and_answers_as_it_did_on_scaled_ones() -> None:
    assert GRAPHS.features is not None
    made = untrained(GRAPHS)
    scaled = Scaled.by(GRAPHS, torch.arange(10))
    expected = made.outputs(scaled.graphs)
    np.testing.assert_allclose(scaled.unscaled(made).outputs(GRAPHS), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(made.outputs(scaled.graphs), expected)  # it is a copy that reads others


def test_scales_come_from_the_graphs_that_train_and_a_constant_stays() -> None:
    assert GRAPHS.features is not None
    constant = replace(GRAPHS, features=torch.full_like(GRAPHS.features, 3.0))
    assert bool((Scaled.by(constant, torch.arange(10)).graphs.features == 0).all())  # type: ignore[union-attr]
    ids = torch.arange(10)
    rows = Scaled.by(GRAPHS, ids).graphs.features[GRAPHS.nodes_of(ids)]  # type: ignore[index]
    torch.testing.assert_close(rows.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(rows.std(0, correction=0), torch.ones(2))


@pytest.mark.parametrize(("first", "second"), [(1234567.891, 1234567.891), (1e9, 1e9 + 64), (1e-38, 3e-38)])
def test_a_number_that_hardly_varies_changes_no_answer(first: float, second: float) -> None:
    assert GRAPHS.features is not None
    features = GRAPHS.features.clone()
    features[:, 1] = first
    features[0, 1] = second
    graphs = replace(GRAPHS, features=features)
    scaled = Scaled.by(graphs, torch.arange(10))
    made = untrained(graphs)
    expected = made.outputs(scaled.graphs)
    student = scaled.unscaled(made)
    np.testing.assert_allclose(student.outputs(graphs), expected, rtol=1e-4, atol=1e-5)
    features[:, 1] = -5e3
    np.testing.assert_allclose(student.outputs(replace(graphs, features=features)), expected, rtol=1e-4, atol=1e-5)


def test_graphs_without_numbers_stay_as_they_are() -> None:
    plain = random_graphs(count=5)
    scaled = Scaled.by(plain, torch.arange(3))
    assert scaled.graphs is plain
    student, fields = SetMLP(hidden=4), NodeFields.of(plain)
    made = GraphPredictor(student, student.network(fields.width, 2), fields, ClassAnswers(["no", "yes"]))
    assert scaled.unscaled(made) is made
