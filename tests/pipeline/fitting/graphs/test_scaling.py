"""Numbers of nodes in units in which networks learn."""

import numpy as np
import torch

from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.pipeline.fitting.graphs.scaling import Scaled
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import ClassAnswers
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=20, features=2)


def test_a_student_reads_numbers_as_they_are_and_answers_as_it_did_on_scaled_ones() -> None:
    assert GRAPHS.features is not None
    torch.manual_seed(0)
    student, fields = SetMLP(hidden=8, norm="layer"), NodeFields.of(GRAPHS)
    made = GraphPredictor(student, student.network(fields.width, 2), fields, ClassAnswers(["no", "yes"]))
    scaled = Scaled.by(GRAPHS, torch.arange(10))
    expected = made.outputs(scaled.graphs)
    np.testing.assert_allclose(scaled.unscaled(made).outputs(GRAPHS), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(made.outputs(scaled.graphs), expected)  # it is a copy that reads others


def test_scales_come_from_the_graphs_that_train_and_a_constant_stays() -> None:
    from dataclasses import replace

    assert GRAPHS.features is not None
    constant = replace(GRAPHS, features=torch.full_like(GRAPHS.features, 3.0))
    assert bool((Scaled.by(constant, torch.arange(10)).graphs.features == 0).all())  # type: ignore[union-attr]
    ids = torch.arange(10)
    rows = Scaled.by(GRAPHS, ids).graphs.features[GRAPHS.nodes_of(ids)]  # type: ignore[index]
    torch.testing.assert_close(rows.mean(0), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(rows.std(0, correction=0), torch.ones(2))


def test_graphs_without_numbers_stay_as_they_are() -> None:
    plain = random_graphs(count=5)
    scaled = Scaled.by(plain, torch.arange(3))
    assert scaled.graphs is plain
    student, fields = SetMLP(hidden=4), NodeFields.of(plain)
    made = GraphPredictor(student, student.network(fields.width, 2), fields, ClassAnswers(["no", "yes"]))
    assert scaled.unscaled(made) is made
