"""A teacher's probabilities by ids."""

import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.deploy import Cascade, Predictor
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.teachers import GCN, TeacherAnswers
from tests.outside.test_teacher import LabelPropagation

IDS = ["p0", "p1", "p2", "p3", "p4"]


@pytest.fixture
def graph() -> GraphData:
    return graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 2, 3], [1, 2, 3, 4]])


@pytest.fixture
def teacher() -> GCN:
    made = GCN(hidden=8, layers=2)
    made.initialise(num_features=5, num_classes=2)
    return made


def test_answers_are_those_of_the_teacher(graph: GraphData, teacher: GCN) -> None:
    expected = teacher.predict(graph).double().softmax(-1).numpy()
    np.testing.assert_allclose(TeacherAnswers(teacher, graph)([3, 0]), expected[[3, 0]], atol=1e-6)
    by_id = TeacherAnswers(teacher, graph, ids=IDS)
    for asked in (["p3", "p0"], np.array(["p3", "p0"]), pd.Index(["p3", "p0"])):
        np.testing.assert_allclose(by_id(asked), expected[[3, 0]], atol=1e-6)


def test_logits_are_divided_by_the_temperature(graph: GraphData, teacher: GCN) -> None:
    expected = (teacher.predict(graph).double() / 0.2).softmax(-1).numpy()
    np.testing.assert_allclose(TeacherAnswers(teacher, graph, temperature=0.2)([1, 2]), expected[[1, 2]], atol=1e-5)


def test_what_cannot_be_answered(graph: GraphData, teacher: GCN) -> None:
    with pytest.raises(DataError, match=r"got 2 that it does not have \(p9, q\); add them"):
        TeacherAnswers(teacher, graph, ids=IDS)(["p9", "p1", "q"])
    with pytest.raises(DataError, match=r"expected 0\.\.4"):
        TeacherAnswers(teacher, graph)([5])
    with pytest.raises(DataError, match="5 nodes, got 2"):
        TeacherAnswers(teacher, graph, ids=["a", "b"])
    with pytest.raises(ConfigError, match="no requests for single nodes"):
        TeacherAnswers(LabelPropagation(), graph)
    with pytest.raises(ConfigError, match="temperature"):
        TeacherAnswers(teacher, graph, temperature=0)


def test_a_cascade_asks_it(graph: GraphData, teacher: GCN) -> None:
    student = MLPStudent(hidden=4)
    predictor = Predictor(student, student.build(5, 2), 5, graph.task)
    cascade = Cascade(predictor, TeacherAnswers(teacher, graph, IDS), threshold=1.1)
    expected = teacher.predict(graph).argmax(1).numpy()
    assert cascade.predict(np.eye(5, dtype=np.float32)[[4, 1]], ids=["p4", "p1"]).tolist() == expected[[4, 1]].tolist()
